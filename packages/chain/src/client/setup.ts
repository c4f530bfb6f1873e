/**
 * The setup of a direct-path model as bytes: `abi.encode(DirectSetup)`, published at creation, its hash in the terms.
 *
 * @example
 * ```ts
 * import { decodeSetup, encodeSetup } from '@tutti/chain'
 *
 * decodeSetup(encodeSetup(setup)) // → setup
 * ```
 */

import type { DirectSetup, OutputKind, Start } from '@tutti/core'
import { type AbiParameter, decodeAbiParameters, encodeAbiParameters, hexToBytes } from 'viem'

const setupParameters = [
  {
    type: 'tuple',
    components: [
      { name: 'start', type: 'uint8' },
      { name: 'outputKind', type: 'uint8' },
      { name: 'inputZero', type: 'uint8' },
      { name: 'seed', type: 'bytes32' },
      { name: 'bound', type: 'uint32' },
      { name: 'outputMultiplier', type: 'int256' },
      { name: 'outputOffset', type: 'int256' },
      {
        name: 'tensors',
        type: 'tuple[]',
        components: [
          { name: 'length', type: 'uint32' },
          { name: 'amplitude', type: 'uint32' },
        ],
      },
      { name: 'chunks', type: 'bytes32[]' },
      {
        name: 'layers',
        type: 'tuple[]',
        components: [
          { name: 'inputs', type: 'uint32' },
          { name: 'outputs', type: 'uint32' },
          { name: 'biasMultiplier', type: 'uint32' },
          { name: 'shift', type: 'uint8' },
        ],
      },
    ],
  },
] as const satisfies readonly AbiParameter[]

/** Writes a setup as the aggregator reads it: `abi.encode(DirectSetup)`. */
export function encodeSetup(setup: DirectSetup): Uint8Array {
  return hexToBytes(encodeAbiParameters(setupParameters, [setup]))
}

/** Reads a setup: the inverse of {@link encodeSetup}. Throws viem's decoding errors on anything else. */
export function decodeSetup(bytes: Uint8Array): DirectSetup {
  const [setup] = decodeAbiParameters(setupParameters, bytes)
  return { ...setup, start: setup.start as Start, outputKind: setup.outputKind as OutputKind }
}
