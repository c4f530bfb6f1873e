/** Nothing leaves the machine but what goes to the chain, and nothing is written that the user did not ask for. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { watchWays } from '../../src/bench/trust.ts'
import { foreignCalls, watchProcess } from '../../src/bench/watched-process.ts'

test('training opens no socket but to its chain and writes no file of its own accord, whichever way in', async () => {
  const ways = await watchWays(() => undefined)
  for (const { way, code, stderr, foreign } of ways) {
    assert.equal(code, 0, `${way}: ${stderr}`)
    assert.deepEqual(foreign, [], way)
  }
  assert.equal(ways.length, 7)
})

test('what a process leaves beside its own is seen', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tutti-watched-'))
  try {
    const script = `
      const { writeFileSync } = require('node:fs')
      writeFileSync('own', '')
      writeFileSync(process.env.HOME + '/identifier', '')
      writeFileSync(process.env.TMPDIR + '/log', '')
    `
    const words = [process.execPath, '--eval', script]
    const { foreign } = await watchProcess({ words, directory: join(root, 'd') })
    assert.deepEqual(foreign, [`file ${join(root, 'd.home/identifier')}`, `file ${join(root, 'd.temporary/log')}`])
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('a trace shows names that are looked up, other machines, and files that are gone at the end', () => {
  const own = { own: ['/work'], temporary: '/tmp/t', directory: '/work', ports: [8545] }
  const trace = `
1 connect(19, {sa_family=AF_INET, sin_port=htons(8545), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS
1 connect(19, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>
2 connect(20, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.1.1.53")}, 16) = 0
2 sendto(20, "q", 1, 0, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28) = 1
2 connect(21, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
2 connect(21, {sa_family=AF_UNIX, sun_path="/tmp/t/tsx-0/1.pipe"}, 110) = -1 ENOENT (No such file or directory)
3 bind(5, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 connect(6, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
1 openat(AT_FDCWD, "store/state.json", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3
1 openat(AT_FDCWD, "/root/.cache/id", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3
1 openat(AT_FDCWD, "/root/.cache/none", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD, "/dev/null", O_RDWR) = 3
`
  assert.deepEqual(foreignCalls(trace, own), [
    'socket AF_INET sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")',
    'socket AF_INET sin_port=htons(53), sin_addr=inet_addr("10.1.1.53")',
    'socket AF_INET6 sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)',
    'socket AF_UNIX sun_path="/var/run/nscd/socket"',
    'file /root/.cache/id',
  ])
})
