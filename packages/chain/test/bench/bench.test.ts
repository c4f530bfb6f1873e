import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { concat, fromSeed, payloadBytes, unpackUpdate } from '@tutti/core'
import { benchDimension, benchTerms, digitsDimension } from '../../src/bench/federation.ts'
import { countChanges, priceByAmsterdam } from '../../src/bench/next.ts'
import { denseUpdate, RecordedPayloadsError, readRecordedUpdates } from '../../src/bench/payloads.ts'

const whole = benchTerms()
const halves = benchTerms({ shardSize: 12_736 })

test('the benchmark measures 784-32-10 and the digits', () => {
  assert.equal(benchDimension, 25_450)
  assert.equal(digitsDimension, 2_410)
  assert.equal(halves.shardsPerMember, 2)
})

test('the next fork’s price is that of slots, code and what was used, or the floor for calldata', () => {
  const slot = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`
  const changes = countChanges({
    pre: { '0xaa': { storage: { [slot(1)]: slot(7) } }, '0xbb': { code: '0x6001' } },
    post: {
      '0xaa': { storage: { [slot(1)]: slot(8), [slot(2)]: slot(9), [slot(3)]: slot(0) } },
      '0xbb': { code: '0x6001' },
      '0xcc': { code: '0x00112233' },
    },
  })
  assert.deepEqual(changes, { newSlots: 1, rewrittenSlots: 1, codeBytes: 4 })
  assert.equal(priceByAmsterdam(100_000n, '0x', changes), 100_000n + 87_920n + 7_100n + 4n * 1_330n)
  const none = { newSlots: 0, rewrittenSlots: 0, codeBytes: 0 }
  assert.equal(priceByAmsterdam(2_021_000n, `0x${'ff'.repeat(50_000)}`, none), 3_221_000n)
})

test('a dense update has no zero byte but in its padding', () => {
  for (const terms of [whole, halves]) {
    const payloads = denseUpdate(terms, fromSeed(1))
    for (const payload of payloads.slice(0, -1)) assert.ok(payload.every((byte) => byte !== 0))
    const last = payloads[payloads.length - 1]!
    assert.ok(last.subarray(0, -32).every((byte) => byte !== 0))
  }
})

test('recorded updates of one shard and of two hold the same values', async () => {
  const directory = await mkdtemp(joinPath(tmpdir(), 'tutti-payloads-'))
  try {
    const path = joinPath(directory, 'members2.bin.gz')
    const random = fromSeed(3)
    const updates = Array.from({ length: 4 }, () => denseUpdate(whole, random)[0]!)
    await writeFile(path, gzipSync(concat(updates)))
    assert.equal(readRecordedUpdates(joinPath(directory, 'none.bin.gz'), whole, 2), undefined)
    const inOne = readRecordedUpdates(path, whole, 2)!
    const inTwo = readRecordedUpdates(path, halves, 2)!
    assert.equal(inOne.length, 2)
    assert.deepEqual(new Uint8Array(inOne[1]![0]![0]!), updates[2])
    assert.deepEqual(concat(inTwo[1]![0]!), updates[2])
    const [first, second] = inTwo[0]![1]!
    const widths = { bits: 4, laneBits: 16 }
    const values = [
      ...unpackUpdate(first!, { ...widths, length: 12_736 }),
      ...unpackUpdate(second!, { ...widths, length: benchDimension - 12_736 }),
    ]
    assert.deepEqual(Int8Array.from(values), unpackUpdate(updates[1]!, { ...widths, length: benchDimension }))
    await writeFile(path, gzipSync(concat(updates).subarray(1)))
    assert.throws(() => readRecordedUpdates(path, whole, 2), RecordedPayloadsError)
    assert.equal(payloadBytes(benchDimension, 4), updates[0]!.length)
  } finally {
    await rm(directory, { recursive: true })
  }
})
