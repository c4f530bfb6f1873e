import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, type Hex } from '../../src/arithmetic/hex.ts'
import { toCommitment, toContext, toDigest, toId, toPayloadHash } from '../../src/terms/binding.ts'
import type { Terms } from '../../src/terms/terms.ts'
import { readVectors } from '../read-vectors.ts'
import { termsOf } from '../terms-of.ts'

const { cases, ids } = readVectors('binding')

test('contexts, digests, payload hashes and commitments agree with the vectors', () => {
  for (const entry of cases) {
    const occasion = {
      chainId: BigInt(entry.chainId),
      core: entry.core,
      id: entry.id,
      round: Number(entry.round),
      member: entry.member,
    }
    const payloads = entry.payloads.map(fromHex)
    assert.equal(toContext(occasion), entry.context)
    assert.equal(toDigest(entry.context, Number(entry.shard), payloads[0]), entry.digest)
    assert.equal(toPayloadHash(payloads), entry.payloadHash)
    assert.equal(toCommitment({ ...occasion, salt: entry.salt, payloadHash: entry.payloadHash }), entry.commitment)
  }
})

test('ids agree with the vectors', () => {
  for (const { chainId, core, terms, id } of ids) {
    // The vectors write every number as a string, and a flag as 0 or 1.
    const isPrivateNetwork = terms.isPrivateNetwork === '1'
    assert.equal(toId(BigInt(chainId), core, { ...(terms as Terms), isPrivateNetwork }), id)
  }
})

test('every term changes the id', () => {
  const core: Hex = `0x${'33'.repeat(20)}`
  const terms = termsOf()
  const idOf = (changed: Terms): Hex => toId(31337, core, changed)
  for (const term of Object.keys(terms) as (keyof Terms)[]) {
    const value = terms[term]
    const other = typeof value === 'string' ? `0x${'7'.repeat(value.length - 2)}` : BigInt(value) + 1n
    assert.notEqual(idOf({ ...terms, [term]: other }), idOf(terms), term)
  }
})

test('a digest belongs to one context and one shard', () => {
  const payload = new Uint8Array(32)
  const context: Hex = `0x${'01'.repeat(32)}`
  const digest = toDigest(context, 0, payload)
  assert.notEqual(digest, toDigest(context, 1, payload))
  assert.notEqual(digest, toDigest(`0x${'02'.repeat(32)}`, 0, payload))
})
