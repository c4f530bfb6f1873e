import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { Hex } from '@tutti/core'
import fc from 'fast-check'
import { fromCheckedBytes, NewerVersionError, toCheckedBytes } from '../../src/disk/checked-json.ts'
import { type Disk, localDisk } from '../../src/disk/files.ts'
import { lockDirectory, StoreHeldElsewhereError, StoreLockedError, unlockAfterThread } from '../../src/disk/lock.ts'
import type { UpdateRecord } from '../../src/disk/round-record.ts'
import { openStore, type Store, StoreMismatchError, storeDirectory } from '../../src/disk/store.ts'
import { failingDisk, PowerLoss } from '../failing-disk.ts'

const federationId: Hex = `0x${'ab'.repeat(32)}`
const account: Hex = `0x${'cd'.repeat(20)}`
let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tutti-store-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function open(disk: Disk = localDisk): Store {
  return openStore({ root, chainId: 31337, federationId, account, disk })
}

function record(state: 'unsent' | 'sent' = 'unsent', round = 3): UpdateRecord {
  return {
    round,
    shards: [1, 2],
    payloads: [Uint8Array.of(1, 2, 3), new Uint8Array(4096).fill(7)],
    salt: `0x${'11'.repeat(32)}`,
    metrics: new TextEncoder().encode('{"loss":0.5}'),
    sendings: [
      {
        kind: 'submit',
        first: 0,
        count: 2,
        state,
        attempts: state === 'unsent' ? [] : [{ hash: '0xfeed', nonce: 9, raw: '0x02f8aa' }],
      },
    ],
  }
}

test('load(save(update)) ≡ update', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 4 }),
      fc.uint8Array({ maxLength: 50 }),
      fc.nat(1000),
      (payloads, metrics, round) => {
        const store = open()
        try {
          const attempts = [{ hash: '0xbeef' as const, nonce: round, raw: '0x0102' as const }]
          const update: UpdateRecord = {
            ...record('sent', round),
            payloads: payloads.map((bytes) => Uint8Array.from(bytes)),
            shards: payloads.map((_, shard) => shard),
            metrics: Uint8Array.from(metrics),
            sendings: [{ kind: 'commit', first: 0, count: payloads.length, state: 'confirmed', attempts }],
          }
          store.save(update)
          const loaded = store.load(round)
          assert.equal(loaded.kind, 'update')
          if (loaded.kind !== 'update') return
          const plain = { ...loaded.update, payloads: loaded.update.payloads.map((bytes) => Uint8Array.from(bytes)) }
          assert.deepEqual(plain, update)
        } finally {
          store.close()
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('a round without a record loads as none, and a forgotten one is not played again', () => {
  const store = open()
  assert.deepEqual(store.load(3), { kind: 'none' })
  store.save(record())
  store.save(record('unsent', 4))
  store.forgetBefore(4)
  assert.equal(store.load(3).kind, 'forfeited')
  assert.equal(store.load(4).kind, 'update')
  store.forgetBefore(2)
  store.close()
  const again = open()
  assert.deepEqual(
    [3, 4, 5].map((round) => again.load(round).kind),
    ['forfeited', 'update', 'none'],
  )
  again.close()
})

test('power lost at any part of the first save leaves no record or the whole one, and the round is not forfeited', () => {
  const whole = failingDisk(Infinity)
  const store = open(whole)
  store.save(record())
  store.close()
  rmSync(root, { recursive: true })
  for (let last = 0; last < whole.operations(); last++) {
    let survivor: Store | undefined
    try {
      survivor = open(failingDisk(last))
      survivor.save(record())
      assert.fail('the disk did not fail')
    } catch (error) {
      assert.ok(error instanceof PowerLoss)
    }
    survivor?.close()
    const reopened = open()
    assert.ok(['none', 'update'].includes(reopened.load(3).kind), `operation ${last}`)
    reopened.close()
    rmSync(root, { recursive: true })
  }
})

test('power lost at any part of recording a transaction keeps the update, with the transaction whole or without it', () => {
  for (let last = 0; ; last++) {
    const first = open()
    first.save(record())
    first.close()
    const disk = failingDisk(last)
    let second: Store | undefined
    let isDone = false
    try {
      second = open(disk)
      second.save(record('sent'))
      isDone = true
    } catch (error) {
      assert.ok(error instanceof PowerLoss)
    }
    second?.close()
    const reopened = open()
    const loaded = reopened.load(3)
    assert.equal(loaded.kind, 'update', `operation ${last}`)
    if (loaded.kind === 'update') assert.ok([0, 1].includes(loaded.update.sendings[0]!.attempts.length))
    reopened.close()
    rmSync(root, { recursive: true })
    if (isDone) break
  }
})

test('a record cut anywhere before anything was signed is discarded: the round can be trained again', () => {
  for (const name of ['update.json', 'payload-0.bin', 'payload-1.bin']) {
    const store = open()
    store.save(record())
    const path = join(store.directory, 'round-3', name)
    truncateSync(path, readFileSync(path).length >> 1)
    assert.deepEqual(store.load(3), { kind: 'none' })
    store.close()
  }
})

test('a record cut anywhere after a transaction was signed forfeits the round, for good', () => {
  for (const name of ['update.json', 'payload-0.bin', 'payload-1.bin', 'attempt-feed.bin']) {
    const store = open()
    store.save(record('sent'))
    const path = join(store.directory, 'round-3', name)
    truncateSync(path, readFileSync(path).length >> 1)
    const loaded = store.load(3)
    assert.equal(loaded.kind, 'forfeited')
    assert.match(loaded.kind === 'forfeited' ? loaded.reason : '', /damaged/)
    assert.equal(store.load(3).kind, 'forfeited')
    rmSync(join(store.directory, 'round-3'), { recursive: true })
    store.close()
  }
})

test('a byte altered in a record is noticed', () => {
  const store = open()
  store.save(record('sent'))
  const path = join(store.directory, 'round-3', 'update.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('"nonce":9', '"nonce":8'))
  assert.equal(store.load(3).kind, 'forfeited')
  store.close()
})

test('a second node on a store is refused, in this process and in another', () => {
  const store = open()
  assert.throws(() => open(), StoreLockedError)
  const source = `
    import { lockDirectory } from ${JSON.stringify(new URL('../../src/disk/lock.ts', import.meta.url).href)}
    try { lockDirectory(${JSON.stringify(store.directory)}); console.log('taken') } catch (e) { console.log(e.name) }`
  const other = spawnSync(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    '--input-type=module',
    '-e',
    source,
  ])
  assert.equal(other.stdout.toString().trim(), 'StoreLockedError', other.stderr.toString())
  store.close()
  open().close()
})

test('the lock of a process that was killed is taken over', () => {
  const source = `
    import { lockDirectory } from ${JSON.stringify(new URL('../../src/disk/lock.ts', import.meta.url).href)}
    lockDirectory(${JSON.stringify(root)}); process.kill(process.pid, 'SIGKILL')`
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', source])
  assert.ok(readdirSync(root).includes('lock'))
  lockDirectory(root)()
  assert.deepEqual(readdirSync(root), [])
})

test('the lock of an earlier process with the same number is taken over', () => {
  writeFileSync(join(root, 'lock'), JSON.stringify({ pid: process.pid, thread: 77, started: '1' }))
  if (process.platform === 'linux') lockDirectory(root)()
})

test('a process of another container is believed alive while its lock is touched, and dead long after', () => {
  const path = join(root, 'lock')
  writeFileSync(path, JSON.stringify({ pid: process.pid, thread: 0, started: '', place: 'another' }))
  assert.throws(() => lockDirectory(root), StoreHeldElsewhereError)
  const past = new Date(Date.now() - 600_000)
  utimesSync(path, past, past)
  lockDirectory(root)()
})

test('two processes of number 1 in namespaces of their own do not share a store', async (context) => {
  const words = ['--pid', '--fork', '--mount-proc']
  if (spawnSync('unshare', [...words, 'true']).status !== 0) return context.skip('the system allows no namespaces')
  const script = `
    import { lockDirectory } from ${JSON.stringify(new URL('../../src/disk/lock.ts', import.meta.url).href)}
    try { lockDirectory(${JSON.stringify(root)}); console.log(process.pid, 'taken') } catch (e) { console.log(process.pid, e.name) }
    setTimeout(() => {}, 600_000)`
  const start = () =>
    spawn('unshare', [
      ...words,
      '--kill-child',
      process.execPath,
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      script,
    ])
  const children: ReturnType<typeof start>[] = []
  const say = (child: ReturnType<typeof start>) =>
    new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim())))
  try {
    for (const expected of ['1 taken', '1 StoreHeldElsewhereError']) {
      const child = start()
      children.push(child)
      assert.equal(await say(child), expected)
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
})

test('the lock of a terminated worker is removed, that of another thread is not', () => {
  writeFileSync(join(root, 'lock'), JSON.stringify({ pid: process.pid, thread: 77, started: '' }))
  unlockAfterThread(root, 78)
  assert.throws(() => lockDirectory(root), StoreLockedError)
  unlockAfterThread(root, 77)
  lockDirectory(root)()
})

test('what interrupted writes left behind goes when the store is opened', () => {
  const store = open()
  store.close()
  mkdirSync(join(store.directory, 'round-3'))
  const left = [join(store.directory, 'store.json.new'), join(store.directory, 'round-3', 'update.json.new')]
  for (const path of left) writeFileSync(path, 'half a fi')
  open().close()
  for (const path of left) assert.equal(existsSync(path), false)
})

test('a store of a newer version is refused, left as it is, and says to run that version', () => {
  const store = open()
  store.close()
  const path = join(store.directory, 'store.json')
  const owner = fromCheckedBytes(readFileSync(path)) as object
  const newer = toCheckedBytes({ ...owner, version: 2 })
  writeFileSync(path, newer)
  assert.throws(
    () => open(),
    (error: Error) => error instanceof NewerVersionError && /Run the newer version of Tutti again/.test(error.message),
  )
  assert.deepEqual(new Uint8Array(readFileSync(path)), newer)
})

test('a store of another chain or federation is refused', () => {
  const store = open()
  store.close()
  const other = { root, chainId: 31337, federationId: `${federationId.slice(0, -2)}00` as Hex, account }
  assert.equal(storeDirectory(other), store.directory)
  assert.throws(() => openStore(other), StoreMismatchError)
  open().close()
})

test('a round that was given up is tried again only if nothing of it was signed, and never when it is forgotten', () => {
  const store = open()
  assert.equal(store.retry(3), false)
  store.forfeit(3, 'the trainer returned the weights unchanged')
  assert.equal(store.retry(3), true)
  assert.deepEqual(store.load(3), { kind: 'none' })
  store.save(record())
  assert.equal(store.retry(3), false)
  assert.equal(store.load(3).kind, 'update')
  store.save(record('sent'))
  store.forfeit(3, 'the chain refused it again and again')
  assert.equal(store.retry(3), false)
  assert.equal(store.load(3).kind, 'forfeited')
  store.forfeit(5, 'a test')
  store.forgetBefore(6)
  assert.equal(store.retry(5), false)
  store.forfeit(7, 'a test')
  const path = join(store.directory, 'round-7/forfeit.json')
  truncateSync(path, readFileSync(path).length >> 1)
  assert.equal(store.retry(7), false)
  store.close()
})
