import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFiles, readIfPresent } from '../../src/archive/files.ts'

const hash = `0x${'aB'.repeat(32)}` as const
const content = Uint8Array.of(1, 2, 3)

/** Runs with a directory of its own. */
async function within(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'files-'))
  try {
    await run(directory)
  } finally {
    chmodSync(directory, 0o700)
    rmSync(directory, { recursive: true })
  }
}

test('what is written is read and listed, under the hash in lower case, and written once', () =>
  within(async (directory) => {
    const files = await openFiles({ directory: join(directory, 'new') }, '.words')
    assert.equal(await files.read(hash), undefined)
    await files.write(hash, content)
    assert.deepEqual(await files.read(hash), content)
    assert.deepEqual(await files.list(), [hash.toLowerCase()])
    const [name] = readdirSync(join(directory, 'new'))
    assert.equal(name, `${hash.toLowerCase()}.words`)
    const { ino } = statSync(join(directory, 'new', name!))
    await files.write(hash, content)
    assert.equal(statSync(join(directory, 'new', name!)).ino, ino)
    await files.write(hash, Uint8Array.of(9))
    assert.deepEqual(await files.read(hash), Uint8Array.of(9))
  }))

test('what is refused is moved aside and told of, and counts as absent', () =>
  within(async (directory) => {
    const told: [string, string | undefined][] = []
    const files = await openFiles({ directory, onRefused: (...what) => told.push(what) }, '.blob')
    await files.write(hash, content)
    await files.refuse(hash)
    const path = join(directory, `${hash.toLowerCase()}.blob`)
    assert.deepEqual([await files.read(hash), await files.list(), told], [undefined, [], [[path, `${path}.refused`]]])
    // Gone already: nothing to tell.
    await files.refuse(hash)
    assert.equal(told.length, 1)
  }))

test('who only looks makes no directory, moves nothing and is not stopped by a disk that takes nothing', () =>
  within(async (directory) => {
    const absent = join(directory, 'absent')
    const files = await openFiles({ directory: absent, isReading: true }, '.words')
    assert.deepEqual(await files.list(), [])
    await files.write(hash, content)
    assert.equal(existsSync(absent), false)
    const told: (string | undefined)[] = []
    const writer = await openFiles({ directory }, '.words')
    await writer.write(hash, content)
    const reader = await openFiles({ directory, isReading: true, onRefused: (_, moved) => told.push(moved) }, '.words')
    await reader.refuse(hash)
    assert.deepEqual([told, await reader.read(hash)], [[undefined], content])
  }))

test('a pipe, a device, a directory and a file too large count as absent, and nobody waits for them', () =>
  within(async (directory) => {
    const at = (name: string) => join(directory, name)
    execFileSync('mkfifo', [at('pipe')])
    symlinkSync('/dev/zero', at('device'))
    mkdirSync(at('directory'))
    writeFileSync(at('large'), '')
    truncateSync(at('large'), 2 ** 31)
    for (const name of ['pipe', 'device', 'directory', 'large'])
      assert.equal(await readIfPresent(at(name)), undefined, name)
  }))
