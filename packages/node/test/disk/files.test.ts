/** Files that are whole or absent, though several processes write the same one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { localDisk, writeAtomically } from '../../src/disk/files.ts'

const directory = mkdtempSync(join(tmpdir(), 'tutti-files-'))
after(() => rmSync(directory, { recursive: true, force: true }))

test('a file that is replaced holds the new content, and nothing is left beside it', () => {
  const path = join(directory, 'one.json')
  for (const text of ['first', 'second']) writeAtomically(localDisk, path, new TextEncoder().encode(text))
  assert.equal(readFileSync(path, 'utf8'), 'second')
  assert.deepEqual(readdirSync(directory), ['one.json'])
})

test('processes that replace the same file at the same time all succeed, and it is whole', async () => {
  const source = fileURLToPath(new URL('../../src/disk/files.ts', import.meta.url))
  const path = join(directory, 'shared.json')
  const script = `
    import { localDisk, writeAtomically } from ${JSON.stringify(source)}
    const content = new TextEncoder().encode(process.argv[1].repeat(10_000))
    for (let i = 0; i < 200; ++i) writeAtomically(localDisk, process.argv[2], content)`
  const writers = ['a', 'b', 'c', 'd'].map((letter) =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script, letter, path], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'close'))[0]))
  assert.deepEqual(codes, [0, 0, 0, 0])
  assert.match(readFileSync(path, 'utf8'), /^(a{10000}|b{10000}|c{10000}|d{10000})$/)
})
