import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex } from '../../../src/arithmetic/hex.ts'
import { unpackModel } from '../../../src/direct/lanes.ts'
import {
  classify,
  InputLengthError,
  isExactInFloat,
  layersOf,
  NetworkLengthError,
  type NetworkSetup,
  NoNetworkError,
  openNetwork,
  predict,
  TooManyLabelsError,
  toClass,
} from '../../../src/direct/predict/network.ts'
import { predictAll } from '../../../src/direct/predict/network-batch.ts'
import { type Layer, layerParameters, OutputKind } from '../../../src/direct/setup.ts'
import { readVectors } from '../../read-vectors.ts'

test('predict, its exact form and classify agree with the vectors', () => {
  for (const entry of readVectors('network').cases) {
    const layers: Layer[] = entry.layerInputs.map((inputs: string, l: number) => ({
      inputs: Number(inputs),
      outputs: Number(entry.layerOutputs[l]),
      biasMultiplier: Number(entry.layerBiasMultipliers[l]),
      shift: Number(entry.layerShifts[l]),
    }))
    const setup: NetworkSetup = {
      outputKind: Number(entry.outputKind) as OutputKind,
      inputZero: Number(entry.inputZero),
      outputMultiplier: BigInt(entry.outputMultiplier),
      outputOffset: BigInt(entry.outputOffset),
      layers,
    }
    const model = unpackModel(fromHex(entry.model), Number(entry.laneBits), Number(entry.dimension))
    const input = fromHex(entry.input)
    const outputs = entry.outputs.map(BigInt)
    assert.deepEqual(predict(model, setup, input), outputs)
    assert.deepEqual(predictExact(model, setup, input), outputs)
    assert.deepEqual(classify(model, setup, input), { class: Number(entry.class), outputs })
  }
})

/** The definition, in bigint throughout. */
function predictExact(model: Int32Array, setup: NetworkSetup, input: Uint8Array): bigint[] {
  let x = Array.from(input, (byte) => BigInt(byte - setup.inputZero))
  for (const { layer, weights } of layersOf(model, setup)) {
    const { inputs, outputs, biasMultiplier, shift } = layer
    const weight = (at: number) => BigInt(weights[at]!)
    const sums = Array.from({ length: outputs }, (_, i) =>
      x.reduce(
        (sum, value, j) => sum + weight(i * inputs + j) * value,
        BigInt(biasMultiplier) * weight(outputs * inputs + i),
      ),
    )
    if (shift === 0) return sums.map((sum) => sum * setup.outputMultiplier + setup.outputOffset)
    const half = 1n << BigInt(shift - 1)
    x = sums.map((sum) => ((sum > 0n ? sum : 0n) + half) >> BigInt(shift)).map((byte) => (byte > 255n ? 255n : byte))
  }
  throw new Error('the last layer has no shift')
}

const network = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
    biasMultiplier: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    shift: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 255 })),
    inputZero: fc.constantFrom(0, 128),
    reach: fc.constantFrom(3, 300, 2 ** 15, 2 ** 31),
  })
  .chain(({ sizes, biasMultiplier, shift, inputZero, reach }) => {
    const layers = sizes.slice(1).map((outputs, l): Layer => {
      return { inputs: sizes[l]!, outputs, biasMultiplier, shift: l === sizes.length - 2 ? 0 : shift }
    })
    const dimension = layers.reduce((total, layer) => total + layerParameters(layer), 0)
    const lane = fc.oneof(fc.integer({ min: -reach, max: reach - 1 }), fc.constantFrom(-reach, reach - 1))
    return fc.record({
      setup: fc.constant<NetworkSetup>({
        outputKind: OutputKind.Softmax,
        inputZero,
        outputMultiplier: 12345n,
        outputOffset: -99n,
        layers,
      }),
      model: fc.array(lane, { minLength: dimension, maxLength: dimension }).map((values) => Int32Array.from(values)),
      input: fc.uint8Array({ minLength: sizes[0]!, maxLength: sizes[0]! }),
    })
  })

test('predict in float64 ≡ predict in bigint', () => {
  fc.assert(
    fc.property(network, ({ setup, model, input }) =>
      assert.deepEqual(predict(model, setup, input), predictExact(model, setup, input)),
    ),
    { numRuns: 300 },
  )
})

test('one network opened once answers each of many inputs as predict does', () => {
  fc.assert(
    fc.property(network, fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }), ({ setup, model, input }, shifts) => {
      const answer = openNetwork(model, setup)
      const inputs = [input, ...shifts.map((shift) => input.map((byte) => byte + shift))]
      const answers = inputs.map(answer)
      assert.deepEqual(
        answers,
        inputs.map((each) => predictExact(model, setup, each)),
      )
    }),
  )
})

test('many inputs at once get the outputs of predict as numbers, with their order and signs', () => {
  const zeroOffset = network.map(({ setup, ...rest }) => ({ setup: { ...setup, outputOffset: 0n }, ...rest }))
  fc.assert(
    fc.property(
      zeroOffset,
      fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }),
      ({ setup, model, input }, shifts) => {
        const rows = [input, ...shifts.map((shift) => input.map((byte) => byte + shift))]
        const inputs = Uint8Array.from(rows.flatMap((row) => [...row]))
        const outputs = predictAll(model, setup, inputs)
        const width = outputs.length / rows.length
        for (const [row, each] of rows.entries()) {
          const exact = predictExact(model, setup, each)
          const found = [...outputs.subarray(row * width, (row + 1) * width)]
          for (const [index, value] of exact.entries()) {
            const expected = Number(value) / 1e18
            assert.ok(Math.abs(found[index]! - expected) <= 1e-14 * Math.abs(expected), `${found[index]} ${expected}`)
            assert.equal(Math.sign(found[index]!), value === 0n ? 0 : value > 0n ? 1 : -1)
          }
          assert.equal(toClass(exact, OutputKind.Softmax), found.indexOf(Math.max(...found)))
        }
      },
    ),
    { numRuns: 300 },
  )
  const setup = { outputKind: OutputKind.Softmax, inputZero: 0, outputMultiplier: 1n, outputOffset: 0n, layers: [] }
  assert.throws(() => predictAll(new Int32Array(0), setup, new Uint8Array(3)), NoNetworkError)
  const layers = [{ inputs: 2, outputs: 1, biasMultiplier: 1, shift: 0 }]
  assert.throws(() => predictAll(new Int32Array(3), { ...setup, layers }, new Uint8Array(3)), InputLengthError)
  assert.throws(() => predictAll(new Int32Array(2), { ...setup, layers }, new Uint8Array(2)), NetworkLengthError)
  assert.deepEqual([...predictAll(new Int32Array(3), { ...setup, layers }, new Uint8Array(0))], [])
})

test('a layer whose sums could pass 2^53 does not run in float64', () => {
  const layer = { inputs: 784, outputs: 1, biasMultiplier: 4_000_000_000, shift: 8 }
  assert.equal(isExactInFloat(Int32Array.of(2 ** 31 - 1), layer), false)
  assert.equal(isExactInFloat(Int32Array.of(-(2 ** 31)), layer), false)
  assert.equal(isExactInFloat(Int32Array.of(1000), layer), true)
  assert.equal(isExactInFloat(Int32Array.of(1), { ...layer, shift: 60 }), false)
})

test('the lowest of equal outputs wins, and a logistic output of zero is class 0', () => {
  assert.equal(toClass([1n, 3n, 3n], OutputKind.Softmax), 1)
  assert.equal(toClass([0n], OutputKind.Logistic), 0)
  assert.equal(toClass([1n], OutputKind.Logistic), 1)
  assert.equal(toClass([1n, 0n, 5n], OutputKind.MultiLabel), 5)
  assert.equal(toClass([9n], OutputKind.Linear), 0)
  assert.throws(() => toClass(Array(54).fill(1n), OutputKind.MultiLabel), TooManyLabelsError)
})

test('a model without layers, an input or a model of another length are refused', () => {
  const setup: NetworkSetup = {
    outputKind: OutputKind.Softmax,
    inputZero: 0,
    outputMultiplier: 1n,
    outputOffset: 0n,
    layers: [{ inputs: 2, outputs: 1, biasMultiplier: 1, shift: 0 }],
  }
  assert.throws(() => predict(new Int32Array(3), { ...setup, layers: [] }, new Uint8Array(2)), NoNetworkError)
  assert.throws(() => predict(new Int32Array(3), setup, new Uint8Array(3)), InputLengthError)
  assert.throws(() => predict(new Int32Array(4), setup, new Uint8Array(2)), NetworkLengthError)
})
