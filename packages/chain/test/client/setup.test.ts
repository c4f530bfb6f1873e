/** Setups as bytes: core's writer against viem's coder, by the contract's own description of the type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DirectSetup, encodeSetup, OutputKind, Start } from '@tutti/core'
import fc from 'fast-check'
import { encodeAbiParameters, hexToBytes, toHex } from 'viem'
import { directAggregatorAbi } from '../../src/abi/directAggregator.ts'
import { decodeSetup } from '../../src/client/setup.ts'

const { outputs } = directAggregatorAbi.find((entry) => entry.type === 'function' && entry.name === 'decodeSetup') as {
  outputs: readonly { type: string }[]
}

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const uint8 = fc.integer({ min: 0, max: 255 })
const int256 = fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n })
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
const plain = { noNullPrototype: true }
const setups: fc.Arbitrary<DirectSetup> = fc.record(
  {
    start: fc.constantFrom(...Object.values(Start)),
    outputKind: fc.constantFrom(...Object.values(OutputKind)),
    inputZero: uint8,
    seed: hash,
    bound: uint32,
    outputMultiplier: int256,
    outputOffset: int256,
    tensors: fc.array(fc.record({ length: uint32, amplitude: uint32 }, plain), { maxLength: 4 }),
    hashes: fc.array(hash, { maxLength: 4 }),
    layers: fc.array(fc.record({ inputs: uint32, outputs: uint32, biasMultiplier: uint32, shift: uint8 }, plain), {
      maxLength: 4,
    }),
  },
  plain,
)

test('decodeSetup(encodeSetup(s)) ≡ s, in the bytes of abi.encode', () => {
  fc.assert(
    fc.property(setups, (setup) => {
      const bytes = encodeSetup(setup)
      assert.deepEqual(decodeSetup(bytes), setup)
      assert.deepEqual(bytes, hexToBytes(encodeAbiParameters(outputs, [setup])))
    }),
  )
})
