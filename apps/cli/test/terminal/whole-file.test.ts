import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { replaceFile, writeNewFile } from '../../src/terminal/whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tutti-whole-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a new file is whole and its owner’s alone where that is asked; one that exists is left', async () => {
  const file = join(folder, 'key')
  await writeNewFile(file, 'secret', 0o600)
  assert.equal(readFileSync(file, 'utf8'), 'secret')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await assert.rejects(writeNewFile(file, 'other'), { code: 'EEXIST' })
  assert.equal(readFileSync(file, 'utf8'), 'secret')
})

test('a file is replaced at once, and a link is written through', async () => {
  const [file, link] = [join(folder, 'model'), join(folder, 'link')]
  await replaceFile(file, Uint8Array.of(1))
  await replaceFile(file, Uint8Array.of(2, 3))
  symlinkSync(file, link)
  await replaceFile(link, Uint8Array.of(4))
  assert.deepEqual([...readFileSync(file)], [4])
  assert.deepEqual(readdirSync(folder).sort(), ['key', 'link', 'model'])
  const nowhere = join(folder, 'none', 'model')
  await assert.rejects(replaceFile(nowhere, Uint8Array.of(1)), (error: Error) => error.message.includes(`'${nowhere}'`))
})

test('where the disk takes no more, no part of a file is left, and the one before stays', (context) => {
  if (process.platform === 'win32') return context.skip('a limit of file sizes needs a POSIX shell')
  const old = join(folder, 'old')
  writeFileSync(old, 'old')
  const source = fileURLToPath(new URL('../../src/terminal/whole-file.ts', import.meta.url))
  const script = `
    import { replaceFile, writeNewFile } from ${JSON.stringify(source)}
    const large = new Uint8Array(1 << 20)
    const failed = await Promise.allSettled([
      replaceFile(${JSON.stringify(old)}, large), writeNewFile(${JSON.stringify(join(folder, 'new'))}, large)
    ])
    console.log(failed.map(({ reason }) => reason?.code).join())`
  // Files of no more than 64 or 128 KiB, by the shell's unit.
  const limited = 'trap "" XFSZ; ulimit -f 128; exec "$0" --import tsx --input-type=module -e "$1"'
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, script], { encoding: 'utf8' })
  assert.equal(stdout.trim(), 'EFBIG,EFBIG', stderr)
  assert.equal(readFileSync(old, 'utf8'), 'old')
  assert.equal(existsSync(join(folder, 'new')), false)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.new')),
    [],
  )
})
