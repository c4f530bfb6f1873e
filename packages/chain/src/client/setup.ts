/**
 * Reads the setup of a direct-path model from the bytes that were published at its creation: `abi.encode(DirectSetup)`.
 *
 * @example
 * ```ts
 * import { decodeSetup } from '@tutti/chain'
 * import { encodeSetup } from '@tutti/core'
 *
 * decodeSetup(encodeSetup(setup)) // → setup
 * ```
 */

import type { DirectSetup, OutputKind, Start } from '@tutti/core'
import { type AbiParameter, decodeAbiParameters } from 'viem'

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
      { name: 'hashes', type: 'bytes32[]' },
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

/** Reads a setup: the inverse of core's `encodeSetup`. Throws viem's decoding errors on anything else. */
export function decodeSetup(bytes: Uint8Array): DirectSetup {
  const [setup] = decodeAbiParameters(setupParameters, bytes)
  return { ...setup, start: setup.start as Start, outputKind: setup.outputKind as OutputKind }
}
