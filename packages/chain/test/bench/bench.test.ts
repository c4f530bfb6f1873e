import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { AMSTERDAM_PRICES, BERLIN_PRICES, concat, fromSeed, payloadBytes, unpackUpdate } from '@tutti/core'
import { benchDimension, benchMultiplications, benchTerms } from '../../src/bench/federation.ts'
import { boundSumAt } from '../../src/bench/gas.ts'
import { denseUpdate, RecordedPayloadsError, readRecordedUpdates } from '../../src/bench/payloads.ts'

const whole = benchTerms()
const halves = benchTerms({ shardSize: 12_736 })

test('the benchmark measures 784-32-10', () => {
  assert.equal(benchDimension, 25_450)
  assert.equal(benchMultiplications, 25_408)
  assert.equal(halves.shardsPerMember, 2)
})

test('a round is bounded by the prices of a chain: above what is measured by Osaka’s, and dearer by Amsterdam’s', () => {
  for (const [members, terms, measured] of [
    [8, benchTerms({ cohortSize: 8, bits: 2 }), 58.1],
    [16, benchTerms({ cohortSize: 16, bits: 2 }), 37.9],
  ] as const) {
    const [now, later] = [BERLIN_PRICES, AMSTERDAM_PRICES].map((prices) => boundSumAt(terms, members, prices))
    assert.ok(now! >= measured && now! < 1.5 * measured, `${now}`)
    // Rewriting its words alone: 16 lanes each.
    const words = Math.ceil(benchDimension / 16)
    const rewriting =
      (words * (AMSTERDAM_PRICES.rewrittenSlotGas - BERLIN_PRICES.rewrittenSlotGas)) / benchDimension / members
    assert.ok(later! > now! + rewriting, `${later}`)
  }
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
