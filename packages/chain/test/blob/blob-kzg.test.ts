import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { BLOB_BYTES, FIELD_MODULUS, packBlobs, quotientOf, toBytes32, versionedHash, wordOf } from '@tutti/core'
import { fromRlp, type Hex, toHex } from 'viem'
import { loadKzg } from '../../src/blob/kzg/kzg-node.ts'
import { zeroBundle, zeroProver } from '../../src/blob/submit/zero-blob.ts'
import {
  bundleBlobs,
  CELLS_PER_BLOB,
  fromAffine,
  InvalidBlobError,
  InvalidCommitmentError,
  type Kzg,
  proveBundle,
  sumCommitments,
  toAffine,
  toEnvelope,
} from '../../src/index.ts'

let kzg: Kzg
before(async () => {
  kzg = await loadKzg()
})

const infinity = new Uint8Array(48)
infinity[0] = 0xc0
const plain = (parts: readonly Uint8Array[]) => parts.map((bytes) => Buffer.from(bytes).toString('hex'))
const someBlob = (seed: number, length = 40_960) =>
  packBlobs(
    Int8Array.from({ length }, (_, p) => ((p * 13 + seed * 101) % 256) - 128),
    { laneBits: 24 },
  )[0]!

test('the blob of zeros is sent with the commitment and proofs that a library finds', async () => {
  const zeros = await bundleBlobs(kzg, [new Uint8Array(BLOB_BYTES)])
  assert.deepEqual(plain(zeroBundle.commitments), plain(zeros.commitments))
  assert.deepEqual(zeroBundle.versionedHashes, zeros.versionedHashes)
  for (const version of [0, 1] as const) {
    const ours = await proveBundle(zeroProver, zeroBundle, version)
    assert.deepEqual(plain(ours), plain(await proveBundle(kzg, zeros, version)))
  }
})

test('an opening of a word verifies for that word, value and commitment alone', async () => {
  const blob = someBlob(1)
  const commitment = await kzg.commit(blob)
  for (const word of [0, 1, 4095]) {
    const opening = await kzg.openAt(blob, word)
    assert.deepEqual(Buffer.from(opening.value), Buffer.from(wordOf(blob, word)))
    assert.equal(await kzg.verifyOpening(commitment, word, opening), true)
    assert.equal(await kzg.verifyOpening(commitment, (word + 1) % 4096, opening), false)
    assert.equal(await kzg.verifyOpening(commitment, word, { ...opening, value: toBytes32(1n) }), false)
    assert.equal(await kzg.verifyOpening(await kzg.commit(someBlob(2)), word, opening), false)
    assert.equal(await kzg.verifyOpening(new Uint8Array(48), word, opening), false)
  }
})

test('the proof of a word is the commitment of its quotient', async () => {
  const blob = someBlob(3)
  for (const word of [0, 77, 4095]) {
    const { proof } = await kzg.openAt(blob, word)
    assert.deepEqual(Buffer.from(await kzg.commit(quotientOf(blob, word))), Buffer.from(proof))
  }
})

test('the commitment of a sum is the sum of the commitments', async () => {
  const updates = [1, 2, 3].map((seed) =>
    Int8Array.from({ length: 50_000 }, (_, p) => ((p * 3 + seed * 57) % 256) - 128),
  )
  const sum = Int32Array.from({ length: 50_000 }, (_, p) => updates.reduce((total, update) => total + update[p]!, 0))
  const bundles = await Promise.all(updates.map((update) => bundleBlobs(kzg, packBlobs(update, { laneBits: 24 }))))
  const expected = await bundleBlobs(kzg, packBlobs(sum, { laneBits: 24 }))
  for (const blob of [0, 1]) {
    const points = bundles.map(({ commitments }) => commitments[blob]!)
    assert.equal(toHex(sumCommitments(points)), toHex(expected.commitments[blob]!))
  }
})

test('a gain is a scalar: Σ weights · commitments is the commitment of Σ weights · values', async () => {
  const values = Int32Array.from({ length: 100 }, (_, p) => p - 50)
  const scaled = values.map((value) => 5 * value)
  const [plain] = (await bundleBlobs(kzg, packBlobs(values, { laneBits: 24 }))).commitments
  const [expected] = (await bundleBlobs(kzg, packBlobs(scaled, { laneBits: 24 }))).commitments
  assert.equal(toHex(sumCommitments([plain!, infinity], [5, 9])), toHex(expected!))
  assert.equal(toHex(sumCommitments([plain!, plain!], [2, 3])), toHex(expected!))
})

test('zero commits to infinity, in both encodings; a point and its negative add up to it', async () => {
  const zero = await kzg.commit(new Uint8Array(BLOB_BYTES))
  assert.equal(toHex(zero), toHex(infinity))
  assert.deepEqual(toAffine(zero), new Uint8Array(96))
  assert.deepEqual(fromAffine(new Uint8Array(96)), infinity)
  const values = Int32Array.of(1, -2, 3)
  const [plus] = (await bundleBlobs(kzg, packBlobs(values, { laneBits: 24 }))).commitments
  const [minus] = (
    await bundleBlobs(
      kzg,
      packBlobs(
        values.map((value) => -value),
        { laneBits: 24 },
      ),
    )
  ).commitments
  assert.deepEqual(sumCommitments([plus!, minus!]), infinity)
  assert.deepEqual(sumCommitments([]), infinity)
})

test('fromAffine(toAffine(c)) ≡ c', async () => {
  for (const seed of [4, 5, 6, 7]) {
    const commitment = await kzg.commit(someBlob(seed, 100))
    assert.equal(toHex(fromAffine(toAffine(commitment))), toHex(commitment))
  }
})

test('what is no blob and what is no commitment is refused', async () => {
  const broken = someBlob(1).slice()
  broken.set(toBytes32(FIELD_MODULUS), 32 * 9)
  await assert.rejects(kzg.commit(broken), InvalidBlobError)
  await assert.rejects(kzg.commit(broken.subarray(1)), InvalidBlobError)
  await assert.rejects(kzg.openAt(broken, 3), InvalidBlobError)
  assert.throws(() => toAffine(new Uint8Array(48)), InvalidCommitmentError)
  assert.throws(() => toAffine(infinity.subarray(1)), InvalidCommitmentError)
  assert.throws(() => fromAffine(new Uint8Array(96).fill(1)), InvalidCommitmentError)
})

test('an envelope of version 1 has 128 proofs a blob and says so, one of version 0 has one', async () => {
  const bundle = await bundleBlobs(kzg, [someBlob(1, 10), someBlob(2, 10)])
  const signed: Hex = '0x03c3010203'
  for (const version of [0, 1] as const) {
    const proofs = await proveBundle(kzg, bundle, version)
    assert.equal(proofs.length, version === 1 ? 2 * CELLS_PER_BLOB : 2)
    const envelope = toEnvelope(signed, { ...bundle, proofs, version })
    const parts = fromRlp(`0x${envelope.slice(4)}`, 'hex') as unknown as (Hex | Hex[])[]
    const [fields, ...rest] = parts
    assert.deepEqual(fields, ['0x01', '0x02', '0x03'])
    if (version === 1) assert.equal(rest.shift(), '0x01')
    const expected = [bundle.blobs, bundle.commitments, proofs]
    assert.deepEqual(
      rest,
      expected.map((part) => part.map((bytes) => toHex(bytes))),
    )
  }
  assert.equal(bundle.versionedHashes[0], versionedHash(bundle.commitments[0]!))
})
