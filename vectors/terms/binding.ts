/** Cases of `binding.json`: hashes that tie an update to where it counts, and ids of terms. */
import { type Case, hex, bytes32, hash, encode, word, address, draw, below } from '../numbers.ts'

const TERMS: [name: string, kind: 'hash' | 'address' | number][] = [
  ['manifestHash', 'hash'],
  ['setupHash', 'hash'],
  ['salt', 'hash'],
  ['gains', 256],
  ['stake', 128],
  ['bounty', 128],
  ['keeperPay', 128],
  ['joinSeconds', 32],
  ['commitSeconds', 32],
  ['idleSeconds', 32],
  ['aggregator', 'address'],
  ['dimension', 32],
  ['shardSize', 32],
  ['rounds', 32],
  ['token', 'address'],
  ['cohortSize', 16],
  ['minimumUpdates', 16],
  ['shardsPerMember', 16],
  ['endQuorum', 16],
  ['laneBits', 8],
  ['bits', 8],
  ['rule', 8],
  ['isPrivateNetwork', 1],
  ['gate', 'address'],
  ['submitSeconds', 32],
  ['challengeSeconds', 32],
  ['keeperSeconds', 32],
  ['judge', 'address'],
  ['sealPay', 128],
]

export const binding = () => {
  const cases: Case[] = []
  for (let k = 0; k < 6; k++) {
    const chainId = [1n, 31337n, 2n ** 64n, 10n, 8453n, 1n][k]!
    const core = draw() % 2n ** 160n
    const id = draw()
    const round = [0n, 1n, 29n, 4294967295n, 7n, 3n][k]!
    const member = draw() % 2n ** 160n
    const shard = [0n, 255n, 3n, 1n, 0n, 9n][k]!
    const salt = draw()
    const payloads = Array.from({ length: 1 + (k % 3) }, (_, i) =>
      Array.from({ length: 1 + i + k }, () => draw()).flatMap(bytes32),
    )
    const context = hash(encode([chainId, core, id, round, member]))
    const payloadHash = hash(payloads.flatMap((payload) => bytes32(hash(payload))))
    cases.push({
      chainId: String(chainId),
      core: address(core),
      id: word(id),
      round: String(round),
      member: address(member),
      shard: String(shard),
      salt: word(salt),
      payloads: payloads.map(hex),
      context: word(context),
      digest: word(hash([...bytes32(context), ...bytes32(shard), ...payloads[0]!])),
      payloadHash: word(payloadHash),
      commitment: word(hash(encode([chainId, core, id, round, member, salt, payloadHash]))),
    })
  }
  const ids: Case[] = []
  for (let k = 0; k < 4; k++) {
    const chainId = k === 0 ? 31337n : below(2n ** 64n)
    const core = draw() % 2n ** 160n
    const values = TERMS.map(([, kind]) => {
      const width = kind === 'hash' ? 256 : kind === 'address' ? 160 : kind
      return k === 0 ? 0n : k === 1 ? 2n ** BigInt(width) - 1n : draw() % 2n ** BigInt(width)
    })
    const terms: Case = {}
    TERMS.forEach(([name, kind], i) => {
      const value = values[i]!
      terms[name] = kind === 'hash' ? word(value) : kind === 'address' ? address(value) : String(value)
    })
    ids.push({ chainId: String(chainId), core: address(core), terms, id: word(hash(encode([chainId, core, ...values]))) })
  }
  return { cases, ids }
}
