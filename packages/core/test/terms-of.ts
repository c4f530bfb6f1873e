/** Terms and a setup that are possible, for tests that change one thing at a time. */

import type { Hex } from '../src/arithmetic/hex.ts'
import { type DirectSetup, OutputKind, Start } from '../src/direct/setup.ts'
import { packGains } from '../src/terms/gains.ts'
import type { Terms } from '../src/terms/terms.ts'

const ZERO_ADDRESS: Hex = `0x${'0'.repeat(40)}`
const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`

/** The digits of the demo: an MLP 64-32-10 of 2,410 parameters, 8 members, 4-bit updates, 30 rounds. */
export function termsOf(changes: Partial<Terms> = {}): Terms {
  return {
    manifestHash: ZERO_HASH,
    setupHash: ZERO_HASH,
    salt: ZERO_HASH,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 100n,
    bounty: 30_000n,
    keeperPay: 10n,
    joinSeconds: 3_600,
    commitSeconds: 0,
    idleSeconds: 3600,
    aggregator: `0x${'11'.repeat(20)}`,
    dimension: 2410,
    shardSize: 2410,
    rounds: 30,
    token: `0x${'22'.repeat(20)}`,
    cohortSize: 8,
    minimumUpdates: 4,
    shardsPerMember: 1,
    endQuorum: 0,
    laneBits: 16,
    bits: 4,
    rule: 0,
    isPrivateNetwork: false,
    gate: ZERO_ADDRESS,
    submitSeconds: 120,
    challengeSeconds: 0,
    keeperSeconds: 30,
    judge: ZERO_ADDRESS,
    sealPay: 0n,
    ...changes,
  }
}

/** The setup of the same network, from a seed. */
export function setupOf(changes: Partial<DirectSetup> = {}): DirectSetup {
  return {
    start: Start.Seeded,
    outputKind: OutputKind.Softmax,
    inputZero: 0,
    seed: ZERO_HASH,
    bound: 0,
    outputMultiplier: 10n ** 12n,
    outputOffset: 0n,
    tensors: [
      { length: 2048, amplitude: 300 },
      { length: 32, amplitude: 0 },
      { length: 320, amplitude: 400 },
      { length: 10, amplitude: 0 },
    ],
    hashes: [],
    layers: [
      { inputs: 64, outputs: 32, biasMultiplier: 240, shift: 11 },
      { inputs: 32, outputs: 10, biasMultiplier: 117, shift: 0 },
    ],
    ...changes,
  }
}
