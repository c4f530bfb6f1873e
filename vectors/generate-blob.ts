/**
 * Writes `blob.json`, the vectors of the blob path. Lanes, words and blobs come from plain loops over BigInt;
 * commitments and openings from the KZG library (`@crate-crypto/node-eth-kzg`), points from `@noble/curves`: neither
 * twin has a part in them. Deterministic; takes some five seconds:
 *
 *     node --import tsx vectors/generate-blob.ts
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { DasContextJs } from '@crate-crypto/node-eth-kzg'
import { bls12_381 } from '@noble/curves/bls12-381'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

type Case = Record<string, unknown>
type Point = InstanceType<typeof bls12_381.G1.ProjectivePoint>

const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const G1 = bls12_381.G1.ProjectivePoint
const BLOB_WORDS = 4096

// --- Bytes ---

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`
const bytesOf = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
const word = (value: bigint): string => hex(bytesOf(value, 32))

// --- A stream of numbers that is the same every time ---

function stream(label: string): () => number {
  let counter = 0
  let block: Uint8Array = new Uint8Array(0)
  let used = 0
  return () => {
    if (used === block.length) {
      block = keccak_256(new TextEncoder().encode(`${label}/${counter++}`))
      used = 0
    }
    return block[used++]!
  }
}

// --- Words and blobs ---

const mod = (value: bigint): bigint => ((value % R) + R) % R
const lanesOf = (laneBits: number): number => Math.floor(253 / laneBits)

/** Σ_j v_j · 2^(laneBits·j) mod r. */
function wordOf(lanes: readonly number[], laneBits: number): bigint {
  let sum = 0n
  lanes.forEach((lane, j) => {
    sum += BigInt(lane) << BigInt(laneBits * j)
  })
  return mod(sum)
}

/** One blob of at most 4,096 · L parameters, what follows them zero. */
function blobOf(values: readonly number[], laneBits: number): Uint8Array {
  const lanes = lanesOf(laneBits)
  const blob = new Uint8Array(32 * BLOB_WORDS)
  for (let k = 0; k * lanes < values.length; k++) {
    blob.set(bytesOf(wordOf(values.slice(k * lanes, (k + 1) * lanes), laneBits), 32), 32 * k)
  }
  return blob
}

function blobsOf(values: readonly number[], laneBits: number): Uint8Array[] {
  const size = BLOB_WORDS * lanesOf(laneBits)
  const blobs: Uint8Array[] = []
  for (let first = 0; first < values.length; first += size) {
    blobs.push(blobOf(values.slice(first, first + size), laneBits))
  }
  return blobs
}

/** Whether `value` breaks the bounds: found by trying whether it is the word of the lanes that it reads as. */
function isFault(value: bigint, laneBits: number, bits: number, used: number): boolean {
  // Signed digits from the least on: each is the residue nearest to zero, and what is left goes to the next lane.
  for (const start of [value, value - R]) {
    let left = start
    const lanes: number[] = []
    for (let j = 0; j < lanesOf(laneBits); j++) {
      const span = 1n << BigInt(laneBits)
      let digit = ((left % span) + span) % span
      if (digit >= span / 2n) digit -= span
      lanes.push(Number(digit))
      left = (left - digit) / span
    }
    if (left !== 0n) continue
    const half = 2 ** (bits - 1)
    return !lanes.every((lane, j) => (j < used ? -half <= lane && lane < half : lane === 0))
  }
  return true
}

// --- Points ---

const affine = (point: Point): string => {
  if (point.equals(G1.ZERO)) return `0x${'00'.repeat(96)}`
  const { x, y } = point.toAffine()
  return hex(Uint8Array.from([...bytesOf(x, 48), ...bytesOf(y, 48)]))
}
const fromCompressed = (bytes: Uint8Array): Point => G1.fromHex(bytes)
const versionedHash = (compressed: Uint8Array): string => {
  const hash = sha256(compressed)
  hash[0] = 1
  return hex(hash)
}
const pointCase = (point: Point): Case => ({
  affine: affine(point),
  compressed: hex(point.toRawBytes(true)),
  versionedHash: versionedHash(point.toRawBytes(true)),
})

function points(): { points: Case[]; sums: Case[]; multiples: Case[] } {
  const g = G1.BASE
  const some = [G1.ZERO, g, g.negate(), ...[2n, 3n, 5n, 2n ** 64n + 9n, R - 7n].map((k) => g.multiply(k))]
  const pairs: [Point, Point][] = [
    [G1.ZERO, G1.ZERO],
    [G1.ZERO, some[5]!],
    [some[5]!, G1.ZERO],
    [some[6]!, some[6]!],
    [some[6]!, some[6]!.negate()],
    [some[3]!, some[7]!],
    [some[4]!, some[6]!],
  ]
  return {
    points: some.map(pointCase),
    sums: pairs.map(([a, b]) => ({ a: affine(a), b: affine(b), sum: affine(a.add(b)) })),
    multiples: [1, 2, 3, 4, 7, 8, 255, 32_768, 65_535].flatMap((factor) =>
      [some[6]!, G1.ZERO].map((point) => ({
        point: affine(point),
        factor: String(factor),
        product: affine(point.equals(G1.ZERO) ? point : point.multiply(BigInt(factor))),
      })),
    ),
  }
}

// --- Words that are faults, and words that are not ---

function words(): Case[] {
  const cases: Case[] = []
  for (const laneBits of [8, 11, 16, 24, 32]) {
    const lanes = lanesOf(laneBits)
    const next = stream(`words/${laneBits}`)
    for (const bits of [2, 4, 8]) {
      const half = 2 ** (bits - 1)
      const random = (): number => (next() % (2 * half)) - half
      const fill = (f: (j: number) => number): number[] => Array.from({ length: lanes }, (_, j) => f(j))
      const span = 1n << BigInt(laneBits * lanes)
      const bias = wordOf(
        fill(() => 2 ** (laneBits - 1)),
        laneBits,
      )
      const sets: [bigint, number][] = [
        [0n, lanes],
        [0n, 0],
        [wordOf(fill(() => -half), laneBits), lanes],
        [wordOf(fill(() => half - 1), laneBits), lanes],
        [wordOf(fill((j) => (j === lanes - 1 ? -half : 0)), laneBits), lanes],
        [wordOf(fill((j) => (j === 0 ? -1 : 0)), laneBits), lanes],
        [wordOf(fill((j) => (j === 3 ? half : 0)), laneBits), lanes],
        [wordOf(fill((j) => (j === lanes - 1 ? half : -half)), laneBits), lanes],
        [wordOf(fill((j) => (j === 0 ? -half - 1 : half - 1)), laneBits), lanes],
        [wordOf(fill((j) => (j < 2 ? -half : 0)), laneBits), 2],
        [wordOf(fill((j) => (j === 2 ? 1 : 0)), laneBits), 2],
        [wordOf(fill((j) => (j === 2 ? -1 : 0)), laneBits), 2],
        [wordOf(fill((j) => (j === lanes - 1 ? 1 : 0)), laneBits), lanes - 1],
        [mod(span - bias), lanes], // the first word over the packing range: u = 2^(laneBits·L)
        [mod(span - 1n - bias), lanes], // the last one inside: every lane at its greatest
        [mod(-1n - bias), lanes], // u = r − 1
        [mod(-bias), lanes], // u = 0: every lane at its least
        [R - 1n, 0],
        [1n, 0],
      ]
      for (let i = 0; i < 4; i++) sets.push([wordOf(fill(random), laneBits), lanes])
      for (const [value, used] of sets) {
        const verdict = isFault(value, laneBits, bits, used)
        cases.push({ laneBits, bits, used, word: word(value), isFault: Number(verdict) })
      }
    }
  }
  return cases
}

// --- Blobs, their commitments and openings ---

const ROOT = ((): bigint => {
  let root = 1n
  let square = 7n
  for (let e = (R - 1n) / 4096n; e > 0n; e >>= 1n) {
    if (e & 1n) root = (root * square) % R
    square = (square * square) % R
  }
  return root
})()

function evaluationPoint(index: number): bigint {
  const reversed = Number.parseInt(index.toString(2).padStart(12, '0').split('').reverse().join(''), 2)
  let point = 1n
  for (let i = 0; i < reversed; i++) point = (point * ROOT) % R
  return point
}

/** A shard of one blob with 40,935 parameters at 24 bits a lane: word 4,093 has 5 of them, 4,094 and 4,095 none. */
const OPENED_LENGTH = 40_935

function openings(kzg: DasContextJs): { openings: Case[]; evaluations: Case[] } {
  const laneBits = 24
  const bits = 8
  const lanes = lanesOf(laneBits)
  const next = stream('openings')
  const honest = Array.from({ length: OPENED_LENGTH }, () => next() - 128)
  const edges = Array.from({ length: 12 }, () => 256 * next() + next()).map((k) => k % 4093)
  const span = 1n << BigInt(laneBits * lanes)
  const bias = wordOf(
    Array.from({ length: lanes }, () => 2 ** (laneBits - 1)),
    laneBits,
  )
  const lane = (j: number, value: number): number[] => Array.from({ length: lanes }, (_, i) => (i === j ? value : i - 4))
  type Spoilt = { name: string; index: number; value: bigint }
  const spoilt: Spoilt[] = [
    { name: 'lane one over the bound', index: 0, value: wordOf(lane(0, 128), laneBits) },
    { name: 'lane one under the bound', index: 1, value: wordOf(lane(9, -129), laneBits) },
    { name: 'lane at the upper bound', index: 77, value: wordOf(lane(4, 127), laneBits) },
    { name: 'lane at the lower bound', index: 2048, value: wordOf(lane(4, -128), laneBits) },
    { name: 'first word over the packing range', index: 1234, value: mod(span - bias) },
    { name: 'greatest biased word', index: 4092, value: mod(-1n - bias) },
    { name: 'padding lane not zero', index: 4093, value: wordOf([1, 2, 3, 4, 5, 1], laneBits) },
    { name: 'negative padding lane', index: 4093, value: wordOf([1, 2, 3, 4, 5, 0, 0, 0, 0, -1], laneBits) },
    { name: 'padding word not zero', index: 4094, value: 1n },
    { name: 'last padding word not zero', index: 4095, value: R - 1n },
  ]
  const cases: Case[] = []
  const evaluations: Case[] = []
  const open = (name: string, blob: Uint8Array, commitment: Uint8Array, index: number): void => {
    const value = BigInt(hex(blob.slice(32 * index, 32 * index + 32)))
    const point = evaluationPoint(index)
    const [proof, opened] = kzg.computeKzgProof(blob, bytesOf(point, 32))
    // The library takes the blob as a polynomial: only at the right point is its value the word itself.
    if (BigInt(hex(opened!)) !== value) throw new Error(`word ${index} is not at its evaluation point`)
    const used = Math.max(0, Math.min(lanes, OPENED_LENGTH - index * lanes))
    cases.push({
      name,
      blobWord: index,
      value: word(value),
      isFault: isFault(value, laneBits, bits, used),
      affine: affine(fromCompressed(commitment)),
      commitment: hex(commitment),
      proof: hex(proof!),
      versionedHash: versionedHash(commitment),
    })
    evaluations.push({ blobWord: index, point: word(point) })
  }
  for (const { name, index, value } of spoilt) {
    const blob = blobOf(honest, laneBits)
    blob.set(bytesOf(value, 32), 32 * index)
    open(name, blob, kzg.blobToKzgCommitment(blob), index)
  }
  const blob = blobOf(honest, laneBits)
  const commitment = kzg.blobToKzgCommitment(blob)
  for (const index of [...edges, 4093, 4094, 4095]) open('honest', blob, commitment, index)
  const zero = new Uint8Array(32 * BLOB_WORDS)
  open('zero blob', zero, kzg.blobToKzgCommitment(zero), 5)
  return { openings: cases, evaluations }
}

// --- A federation: three members, two rounds, two shards, the last one short ---

function federation(kzg: DasContextJs): { federation: Case; submissions: Case[]; models: Case[] } {
  const laneBits = 24
  const bits = 8
  const members = 3
  const gains = [1, 3]
  const shardSize = 2 * BLOB_WORDS * lanesOf(laneBits)
  const dimension = shardSize + BLOB_WORDS * lanesOf(laneBits) + 7
  const next = stream('federation')
  const model = new Array<number>(dimension).fill(0)
  const submissions: Case[] = []
  const models: Case[] = []
  const shards = Math.ceil(dimension / shardSize)
  const commit = (values: readonly number[]): Uint8Array[] =>
    blobsOf(values, laneBits).map((blob) => kzg.blobToKzgCommitment(blob))
  const joined = (parts: readonly string[]): string => `0x${parts.map((part) => part.slice(2)).join('')}`
  gains.forEach((gain, round) => {
    for (let member = 0; member < members; member++) {
      const update = Array.from({ length: dimension }, () => next() - 128)
      update.forEach((value, p) => {
        model[p]! += gain * value
      })
      for (let shard = 0; shard < shards; shard++) {
        const commitments = commit(update.slice(shard * shardSize, (shard + 1) * shardSize))
        submissions.push({
          round,
          member,
          shard,
          payload: joined(commitments.map(versionedHash)),
          data: joined(commitments.map((commitment) => affine(fromCompressed(commitment)))),
        })
      }
    }
    for (let shard = 0; shard < shards; shard++) {
      const commitments = commit(model.slice(shard * shardSize, (shard + 1) * shardSize))
      models.push({
        round,
        shard,
        model: joined(commitments.map((commitment) => affine(fromCompressed(commitment)))),
        compressed: joined(commitments.map(hex)),
        payload: joined(commitments.map(versionedHash)),
      })
    }
  })
  return { federation: { laneBits, bits, members, gains, dimension, shardSize, shards }, submissions, models }
}

/** Many small cases are quicker to read as one array a field. */
function columns(cases: readonly Case[]): string {
  const fields = Object.keys(cases[0]!).map(
    (field) => `    ${JSON.stringify(field)}: ${JSON.stringify(cases.map((entry) => entry[field]))}`,
  )
  return `{\n${fields.join(',\n')}\n  }`
}

/** The text of `blob.json`. */
export function blobVectors(): string {
  const kzg = DasContextJs.create({ usePrecomp: false })
  const { federation: terms, submissions, models } = federation(kzg)
  const lists: Record<string, Case[]> = { ...points(), ...openings(kzg), submissions, models }
  const lines = [
    `  "openedLength": ${OPENED_LENGTH}`,
    `  "federation": ${JSON.stringify(terms)}`,
    `  "words": ${columns(words())}`,
  ]
  for (const [name, cases] of Object.entries(lists)) {
    lines.push(`  "${name}Count": ${cases.length}`)
    lines.push(`  "${name}": [\n${cases.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]`)
  }
  return `{\n${lines.join(',\n')}\n}\n`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(fileURLToPath(new URL('blob.json', import.meta.url)), blobVectors())
}
