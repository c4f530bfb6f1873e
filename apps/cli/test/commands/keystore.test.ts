import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test } from 'node:test'
import { accountFromKeystore } from '@tutti/chain/local'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readPassword } from '../../src/terminal/password.ts'
import { runTutti } from '../tutti.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tutti-keystore-'))
after(() => rmSync(cwd, { recursive: true, force: true }))
const env = { TUTTI_PASSWORD: 'correct horse' }

test('keystore new writes a key that its password opens, for its owner alone, and show prints its address', async () => {
  const made = await runTutti(['keystore', 'new', 'key.json', '--json'], { cwd, env })
  assert.equal(made.code, exitCodes.done, made.stderr)
  const { address } = JSON.parse(made.stdout)
  const path = join(cwd, 'key.json')
  assert.equal((await accountFromKeystore(readFileSync(path, 'utf8'), 'correct horse')).address, address)
  await assert.rejects(accountFromKeystore(readFileSync(path, 'utf8'), 'wrong'), { name: 'KeystoreError' })
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const shown = await runTutti(['keystore', 'show', 'key.json'], { cwd })
  assert.deepEqual([shown.code, shown.stdout], [exitCodes.done, `${address}\n`])
})

test('a file that exists is never overwritten', async () => {
  writeFileSync(join(cwd, 'dear.json'), 'precious')
  const refused = await runTutti(['keystore', 'new', 'dear.json'], { cwd, env })
  assert.equal(refused.code, exitCodes.badInput)
  assert.match(refused.stderr, /dear\.json exists.*Name another file/)
  assert.equal(readFileSync(join(cwd, 'dear.json'), 'utf8'), 'precious')
})

test('without a password and a terminal nothing is written; an empty password is none', async () => {
  const silent = await runTutti(['keystore', 'new', 'none.json'], { cwd })
  assert.equal(silent.code, exitCodes.noKey)
  assert.match(silent.stderr, /TUTTI_PASSWORD/)
  const empty = await runTutti(['keystore', 'new', 'none.json'], { cwd, env: { TUTTI_PASSWORD: '' } })
  assert.equal(empty.code, exitCodes.noKey)
  assert.throws(() => statSync(join(cwd, 'none.json')), { code: 'ENOENT' })
})

test('show refuses what is no keystore, and a call without a verb shows the help', async () => {
  for (const [text, message] of [
    ['{', /not JSON/],
    ['{}', /Web3 Secret Storage/],
    ['{"crypto":{},"address":"0x12"}', /address/],
  ] as const) {
    writeFileSync(join(cwd, 'bad.json'), text)
    const { code, stderr } = await runTutti(['keystore', 'show', 'bad.json'], { cwd })
    assert.equal(code, exitCodes.noKey)
    assert.match(stderr, message)
  }
  assert.equal((await runTutti(['keystore', 'show', 'absent.json'], { cwd })).code, exitCodes.badInput)
  const bare = await runTutti(['keystore'], { cwd })
  assert.equal(bare.code, exitCodes.usage)
  assert.match(bare.stdout + bare.stderr, /new.*file/)
  assert.equal((await runTutti(['keystore', 'new'], { cwd })).code, exitCodes.usage)
})

/** A terminal whose user types these keys. */
function terminal(typed: string) {
  // Each question is answered by the keys up to the next return; the last may end otherwise.
  const lines = typed.split(/(?<=\r)/)
  const input = Object.assign(new PassThrough(), { isTTY: true, modes: [] as boolean[] })
  const shown: string[] = []
  const output = new PassThrough()
  output.on('data', (chunk) => shown.push(String(chunk)))
  const setRawMode = (isRaw: boolean) => {
    input.modes.push(isRaw)
    if (isRaw) setImmediate(() => input.write(lines.shift()))
  }
  return { input: Object.assign(input, { setRawMode }), output, shown }
}

test('what is typed is not shown; backspace takes back, and a new password is asked for twice', async () => {
  const { TUTTI_PASSWORD: kept } = process.env
  delete process.env.TUTTI_PASSWORD
  try {
    const once = terminal('sex\u007fcrét\r')
    assert.equal(await readPassword('Password: ', once), 'secrét')
    assert.equal(once.shown.join(''), 'Password: \n')
    assert.deepEqual(once.input.modes, [true, false])
    assert.equal(await readPassword('Password: ', { ...terminal('same\rsame\r'), isNew: true }), 'same')
    const differing = readPassword('Password: ', { ...terminal('same\rother\r'), isNew: true })
    await assert.rejects(differing, { message: /differ/, exitCode: exitCodes.noKey })
    await assert.rejects(readPassword('Password: ', terminal('\r')), { message: /empty/ })
    await assert.rejects(readPassword('Password: ', terminal('ab\u0003')), { exitCode: exitCodes.interrupted })
  } finally {
    if (kept !== undefined) process.env.TUTTI_PASSWORD = kept
  }
})
