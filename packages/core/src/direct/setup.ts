/**
 * What a direct-path aggregator must know beyond the terms, as `types/DirectSetup.sol` has it: how the integers start, and
 * the network that predictions run through. The enums are numbers, as the ABI has them.
 *
 * @example
 * ```ts
 * import { initialBound, layerParameters, Start } from '@tutti/core'
 *
 * layerParameters({ inputs: 6, outputs: 2 }) // → 14
 * initialBound({ start: Start.Seeded, bound: 0, tensors: [{ length: 14, amplitude: 100 }] }) // → 100n
 * ```
 */
import { concat, encodeStatic, type Hex } from '../arithmetic/hex.ts'

/** Where the integers start: all zero, uniform in ±amplitude from a seed, or given shard by shard. */
export const Start = { Zero: 0, Seeded: 1, Given: 2 } as const
export type Start = (typeof Start)[keyof typeof Start]

/** How the outputs of the last layer become an answer. */
export const OutputKind = { Softmax: 0, Logistic: 1, MultiLabel: 2, Linear: 3 } as const
export type OutputKind = (typeof OutputKind)[keyof typeof OutputKind]

/** A run of parameters that starts alike. */
export type Tensor = {
  /** Parameters, ≥ 1. */
  readonly length: number
  /** Largest |initial integer| when seeded. */
  readonly amplitude: number
}

/** A dense layer: `outputs × inputs` weights, row by row, then `outputs` biases, in the order of the model vector. */
export type Layer = {
  readonly inputs: number
  readonly outputs: number
  /** `acc = Σ_j w_ij · x_j + biasMultiplier · b_i`. */
  readonly biasMultiplier: number
  /** `x' = min(255, (max(acc, 0) + 2^(shift−1)) >> shift)`, ≥ 1; 0 for the last layer, which has no ReLU. */
  readonly shift: number
}

/** The setup of a direct-path model; its ABI encoding is published at creation and its hash is in the terms. */
export type DirectSetup = {
  readonly start: Start
  readonly outputKind: OutputKind
  /** Byte that stands for zero in the input: 0, or 128 for signed features. */
  readonly inputZero: number
  /** Of a seeded start. */
  readonly seed: Hex
  /** Largest |initial integer| of a given start; zero otherwise. */
  readonly bound: number
  /** `output = acc · outputMultiplier + outputOffset`, fixed point with 18 decimals. */
  readonly outputMultiplier: bigint
  readonly outputOffset: bigint
  /** Lengths sum to the dimension. */
  readonly tensors: readonly Tensor[]
  /** keccak256 of each shard's words of a given start (`shardHashes`); empty otherwise. */
  readonly hashes: readonly Hex[]
  /** Empty: this model answers no predictions. */
  readonly layers: readonly Layer[]
}

/** Words of the ABI's head of a setup: seven values, then where its three lists begin. */
const HEAD_WORDS = 10

/**
 * Writes a setup as the aggregator reads it: `abi.encode(DirectSetup)`. Fields are taken modulo 2^256: `validateSetup` says
 * whether they fit.
 */
export function encodeSetup({ tensors, hashes, layers, ...setup }: DirectSetup): Uint8Array {
  const lists = [
    encodeStatic([tensors.length, ...tensors.flatMap(({ length, amplitude }) => [length, amplitude])]),
    encodeStatic([hashes.length, ...hashes]),
    encodeStatic([
      layers.length,
      ...layers.flatMap(({ inputs, outputs, biasMultiplier, shift }) => [inputs, outputs, biasMultiplier, shift]),
    ]),
  ]
  let next = 32 * HEAD_WORDS
  const offsets = lists.map(({ length }) => {
    next += length
    return next - length
  })
  const { start, outputKind, inputZero, seed, bound, outputMultiplier, outputOffset } = setup
  const values = [start, outputKind, inputZero, seed, bound, outputMultiplier, outputOffset]
  return concat([encodeStatic([32, ...values, ...offsets]), ...lists])
}

/** Largest |initial integer| of a start: 0, the largest amplitude, or the bound. */
export function initialBound(setup: Pick<DirectSetup, 'start' | 'bound' | 'tensors'>): bigint {
  if (setup.start === Start.Zero) return 0n
  if (setup.start === Start.Given) return BigInt(setup.bound)
  return BigInt(setup.tensors.reduce((largest, { amplitude }) => Math.max(largest, amplitude), 0))
}

/** Parameters of a layer: `outputs · inputs` weights and `outputs` biases. */
export function layerParameters({ inputs, outputs }: Pick<Layer, 'inputs' | 'outputs'>): number {
  return outputs * inputs + outputs
}
