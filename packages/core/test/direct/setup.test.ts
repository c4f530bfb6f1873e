import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DirectSetup, initialBound, OutputKind, Start } from '../../src/direct/setup.ts'
import { LaneOverflowError } from '../../src/direct/validate.ts'
import {
  AmplitudeTooLargeError,
  BoundTooLargeError,
  EmptyLayerError,
  EmptyTensorError,
  InvalidLayerShiftError,
  InvalidOutputsError,
  LayersMismatchError,
  LayersUnconnectedError,
  OutputOverflowError,
  SetupRangeError,
  TensorsMismatchError,
  validateSetup,
  WrongHashCountError,
  ZeroBiasMultiplierError,
} from '../../src/direct/validate-setup.ts'
import { setupOf, termsOf } from '../terms-of.ts'

test('possible setups pass', () => {
  validateSetup(setupOf(), termsOf())
  validateSetup(setupOf({ layers: [] }), termsOf())
  validateSetup(setupOf({ start: Start.Zero }), termsOf())
  validateSetup(setupOf({ start: Start.Given, bound: 9, hashes: [`0x${'00'.repeat(32)}`] }), termsOf())
  const two = { start: Start.Given, bound: 9, hashes: [`0x${'00'.repeat(32)}`, `0x${'11'.repeat(32)}`] } as const
  validateSetup(setupOf(two), termsOf({ shardSize: 1_216, shardsPerMember: 2 }))
})

const [hidden, last] = setupOf().layers as [DirectSetup['layers'][0], DirectSetup['layers'][0]]
const impossible: [string, Partial<DirectSetup>, new (...facts: never[]) => Error][] = [
  ['a field out of range', { inputZero: 256 }, SetupRangeError],
  [
    'an empty tensor',
    {
      tensors: [
        { length: 2410, amplitude: 1 },
        { length: 0, amplitude: 1 },
      ],
    },
    EmptyTensorError,
  ],
  ['tensors that are not the model', { tensors: [{ length: 2409, amplitude: 1 }] }, TensorsMismatchError],
  ['an amplitude beyond a lane', { tensors: [{ length: 2410, amplitude: 32_768 }] }, AmplitudeTooLargeError],
  ['an amplitude that leaves no room', { tensors: [{ length: 2410, amplitude: 32_767 }] }, LaneOverflowError],
  ['a bound beyond a lane', { start: Start.Given, bound: 32_768, hashes: ['0x'] }, BoundTooLargeError],
  ['hashes where none are given', { hashes: ['0x'] }, WrongHashCountError],
  ['a given start without hashes', { start: Start.Given }, WrongHashCountError],
  ['an empty layer', { layers: [{ ...hidden, outputs: 0 }, last] }, EmptyLayerError],
  ['layers that do not meet', { layers: [{ ...hidden, outputs: 31 }, last] }, LayersUnconnectedError],
  ['biases that count for nothing', { layers: [{ ...hidden, biasMultiplier: 0 }, last] }, ZeroBiasMultiplierError],
  ['a hidden layer without a shift', { layers: [{ ...hidden, shift: 0 }, last] }, InvalidLayerShiftError],
  ['a last layer with a shift', { layers: [hidden, { ...last, shift: 1 }] }, InvalidLayerShiftError],
  ['layers that are not the model', { layers: [{ ...hidden, shift: 0 }] }, LayersMismatchError],
  ['a logistic output of ten', { outputKind: OutputKind.Logistic }, InvalidOutputsError],
  ['outputs that could wrap', { outputMultiplier: 1n << 240n }, OutputOverflowError],
  ['an offset without room', { outputOffset: (1n << 255n) - 1n }, OutputOverflowError],
]

for (const [what, changes, error] of impossible) {
  test(`refuses ${what}`, () => assert.throws(() => validateSetup(setupOf(changes), termsOf()), error))
}

test('the initial bound is that of the start', () => {
  assert.equal(initialBound(setupOf()), 400n)
  assert.equal(initialBound(setupOf({ start: Start.Zero })), 0n)
  assert.equal(initialBound(setupOf({ start: Start.Given, bound: 9 })), 9n)
})
