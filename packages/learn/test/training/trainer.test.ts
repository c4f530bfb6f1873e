import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dataset, toFloatInputs } from '../../src/data/dataset.ts'
import { NonFiniteOutputError } from '../../src/evaluation/judge.ts'
import { ClassWeightsError, LabelError } from '../../src/evaluation/loss.ts'
import { emitGradients, NoGradientRuleError, NotDifferentiableError } from '../../src/gradients/autodiff.ts'
import type { TrainingSpec } from '../../src/manifest/manifest.ts'
import { denseLayers } from '../../src/manifest/setup.ts'
import { initialWeights } from '../../src/model/initial-weights.ts'
import {
  countOutputs,
  type LayeredModel,
  mlp,
  NonFiniteWeightError,
  type OutputKind,
  tensorLayout,
  WeightCountError,
} from '../../src/model/model.ts'
import { createGraph, emit } from '../../src/onnx/graph.ts'
import { TrainingDivergedError } from '../../src/training/fit.ts'
import { TrainingOptionError } from '../../src/training/local-work.ts'
import { DatasetShapeError } from '../../src/training/tensors.ts'
import { createTrainer } from '../../src/training/trainer.ts'

const SGD: TrainingSpec = { optimizer: 'sgd', learningRate: 1, momentum: 0, epochs: 1, batchSize: 100, proximal: 0 }

/** Random examples with labels that fit the output kind. */
function examples(model: LayeredModel, count: number): Dataset {
  const outputs = countOutputs(model)
  const byte = (i: number) => (Math.imul(i + 1, 2654435761) >>> 11) & 255
  const classes = { softmax: outputs, logistic: 2, 'multi-label': 2 ** outputs, linear: 0 }[model.output]
  const labels =
    model.output === 'linear'
      ? Float64Array.from({ length: count }, (_, i) => 10 + byte(i * 3) / 16)
      : Int32Array.from({ length: count }, (_, i) => byte(i * 3) % classes)
  return {
    count,
    features: model.inputs,
    inputs: Uint8Array.from({ length: count * model.inputs }, (_, i) => byte(i)),
    labels,
    inputZero: 128,
    inputScale: [1, 64],
    labelCenter: model.output === 'linear' ? 18 : 0,
    labelSpread: model.output === 'linear' ? 4 : 1,
  }
}

/** The training loss in double precision, written independently of the graph: the oracle. */
function lossOf(model: LayeredModel, weights: Float64Array, data: Dataset, classWeights?: number[]): number {
  const inputs = toFloatInputs(data)
  const layout = tensorLayout(model)
  let sum = 0
  let divisor = 0
  for (let row = 0; row < data.count; row++) {
    let x = Array.from(inputs.subarray(row * data.features, (row + 1) * data.features))
    denseLayers(model).forEach((layer, l) => {
      const [w, b] = [layout[2 * l]!.offset, layout[2 * l + 1]!.offset]
      const width = x.length
      const y = Array.from({ length: layer.outputs }, (_, o) =>
        x.reduce((total, value, j) => total + value * weights[w + o * width + j]!, weights[b + o]!),
      )
      x = layer.activation === 'relu' ? y.map((value) => Math.max(0, value)) : y
    })
    const label = data.labels[row]!
    if (model.output === 'softmax') {
      const weight = classWeights?.[label] ?? 1
      sum += weight * (Math.log(x.reduce((total, z) => total + Math.exp(z), 0)) - x[label]!)
      divisor += weight
    } else if (model.output === 'linear') {
      sum += (x[0]! - (label - data.labelCenter) / data.labelSpread) ** 2
      divisor++
    } else {
      x.forEach((z, bit) => {
        const target = (label >> bit) & 1
        const probability = 1 / (1 + Math.exp(-z))
        const weight = classWeights?.[model.output === 'logistic' ? label : bit] ?? 1
        sum -= weight * Math.log(target === 1 ? probability : 1 - probability)
        divisor += model.output === 'logistic' ? weight : 1
      })
    }
  }
  return sum / divisor
}

function gradientOf(of: (weights: Float64Array) => number, weights: Float64Array): Float64Array {
  const h = 1e-5
  return weights.map((weight, p) => {
    const moved = (by: number) => of(weights.with(p, weight + by))
    return (moved(h) - moved(-h)) / (2 * h)
  })
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!)
    assert.ok(error <= tolerance * (1 + Math.abs(expected[i]!)), `[${i}] ${actual[i]} is not ${expected[i]}`)
  }
}

const KINDS: [OutputKind, number[], number[] | undefined][] = [
  ['softmax', [6, 5, 4, 3], undefined],
  ['softmax', [6, 5, 3], [1, 2.5, 0.5]],
  ['logistic', [6, 5, 1], undefined],
  ['logistic', [6, 1], [0.5, 3]],
  ['multi-label', [6, 5, 3], undefined],
  ['multi-label', [6, 5, 3], [1, 2, 0.25]],
  ['linear', [6, 5, 1], undefined],
]

for (const [output, sizes, classWeights] of KINDS) {
  const model = mlp(sizes, output)
  const data = examples(model, 24)
  // Biases off zero: a unit whose inputs are all dead would sit on the kink of ReLU, where differences mislead.
  const start = initialWeights(model, 3).map((weight) => weight + 0.05)
  const loss = (weights: Float64Array) => lossOf(model, weights, data, classWeights)

  test(`${output}${classWeights ? ' with class weights' : ''}: one SGD step is the finite-difference gradient`, async () => {
    const trainer = await createTrainer(model, SGD, classWeights ? { classWeights } : {})
    const result = await trainer.fit(start, data, { seed: 1 })
    const gradient = gradientOf(loss, Float64Array.from(start))
    assertClose(
      start.map((weight, p) => weight - result.weights[p]!),
      gradient,
      2e-5,
    )
    assertClose([result.loss], [loss(Float64Array.from(start))], 1e-5)
    await trainer.release()
  })
}

/** Optimisers written as their papers have them, on finite-difference gradients: the oracle. */
function stepsOf(
  training: TrainingSpec,
  start: Float32Array,
  gradient: (w: Float64Array) => Float64Array,
  steps: number,
) {
  let w = Float64Array.from(start)
  let [v, m, s] = [w.map(() => 0), w.map(() => 0), w.map(() => 0)]
  for (let t = 1; t <= steps; t++) {
    const pull = (p: number) => training.proximal * (w[p]! - start[p]!)
    const g = gradient(w).map((value, p) => value + pull(p))
    if (training.optimizer === 'sgd') {
      v = v.map((value, p) => training.momentum * value + g[p]!)
      w = w.map((value, p) => value - training.learningRate * v[p]!)
      continue
    }
    m = m.map((value, p) => 0.9 * value + 0.1 * g[p]!)
    s = s.map((value, p) => 0.999 * value + 0.001 * g[p]! ** 2)
    w = w.map((value, p) => {
      const mean = m[p]! / (1 - 0.9 ** t)
      return value - (training.learningRate * mean) / (Math.sqrt(s[p]! / (1 - 0.999 ** t)) + 1e-8)
    })
  }
  return w
}

const OPTIMIZERS: [string, Partial<TrainingSpec>][] = [
  ['SGD', { learningRate: 0.2 }],
  ['SGD with momentum', { learningRate: 0.1, momentum: 0.9 }],
  ['SGD with a proximal term', { learningRate: 0.2, proximal: 0.5 }],
  ['SGD with momentum and a proximal term', { learningRate: 0.1, momentum: 0.5, proximal: 0.5 }],
  ['Adam', { optimizer: 'adam', learningRate: 0.01 }],
  ['Adam with a proximal term', { optimizer: 'adam', learningRate: 0.01, proximal: 0.5 }],
]

for (const [name, changes] of OPTIMIZERS) {
  test(`${name}: six steps agree with the paper's formula on finite differences`, async () => {
    const model = mlp([6, 5, 1], 'linear')
    const data = examples(model, 24)
    const training = { ...SGD, ...changes }
    const start = initialWeights(model, 5)
    const trainer = await createTrainer(model, training)
    const { weights, steps } = await trainer.fit(start, data, { seed: 1, epochs: 6 })
    assert.equal(steps, 6)
    const gradient = (w: Float64Array) => gradientOf((at) => lossOf(model, at, data), w)
    assertClose(weights, stepsOf(training, start, gradient, 6), 1e-3)
    await trainer.release()
  })
}

const MODEL = mlp([6, 5, 3], 'softmax')
const DATA = examples(MODEL, 23)
const START = initialWeights(MODEL, 1)
const TRAINING: TrainingSpec = { ...SGD, learningRate: 0.1, batchSize: 10, epochs: 3 }

test('a final partial batch is trained on, and the same seed gives the same bits', async () => {
  const trainer = await createTrainer(MODEL, TRAINING)
  const seen: number[] = []
  const first = await trainer.fit(START, DATA, { seed: 7, onProgress: ({ epoch }) => seen.push(epoch) })
  assert.equal(first.steps, 9)
  assert.deepEqual(seen, [1, 2, 3])
  assert.deepEqual((await trainer.fit(START, DATA, { seed: 7 })).weights, first.weights)
  assert.notDeepEqual((await trainer.fit(START, DATA, { seed: 8 })).weights, first.weights)
  assert.equal((await trainer.fit(START, DATA, { seed: 7, batchSize: 1000 })).steps, 3)
  await trainer.release()
})

test('training leaves the weights it was given untouched and lowers the loss', async () => {
  const trainer = await createTrainer(MODEL, TRAINING)
  const before = START.slice()
  const { weights } = await trainer.fit(START, DATA, { seed: 1, epochs: 30 })
  assert.deepEqual(START, before)
  assert.ok((await trainer.evaluate(weights, DATA)).loss! < (await trainer.evaluate(START, DATA)).loss!)
  await trainer.release()
})

test('decay lowers the learning rate from round to round', async () => {
  const trainer = await createTrainer(MODEL, { ...TRAINING, decay: 0.5 })
  const plain = await createTrainer(MODEL, TRAINING)
  const third = await trainer.fit(START, DATA, { seed: 1, round: 2 })
  assert.deepEqual(third.weights, (await plain.fit(START, DATA, { seed: 1, learningRate: 0.025 })).weights)
  await trainer.release()
  await plain.release()
})

test('wrong weights, labels, shapes and options are refused, and the trainer still works', async () => {
  const trainer = await createTrainer(MODEL, TRAINING)
  const fit = (weights: Float32Array, data: Dataset, options = {}) =>
    trainer.fit(weights, data, { seed: 1, ...options })
  await assert.rejects(fit(START.with(4, Number.NaN), DATA), NonFiniteWeightError)
  await assert.rejects(trainer.evaluate(START.with(0, Number.POSITIVE_INFINITY), DATA), NonFiniteWeightError)
  await assert.rejects(fit(START.subarray(1), DATA), WeightCountError)
  await assert.rejects(fit(START, { ...DATA, labels: DATA.labels.map(() => 3) as Int32Array }), LabelError)
  await assert.rejects(fit(START, { ...DATA, features: 5 }), DatasetShapeError)
  await assert.rejects(fit(START, { ...DATA, count: 0 }), DatasetShapeError)
  await assert.rejects(fit(START, DATA, { epochs: 0 }), TrainingOptionError)
  await assert.rejects(fit(START, DATA, { batchSize: 1.5 }), TrainingOptionError)
  await assert.rejects(fit(START, DATA, { learningRate: 1e30 }), TrainingDivergedError)
  await assert.rejects(fit(START, DATA, { signal: AbortSignal.abort(new Error('stopped by its owner')) }), /stopped/)
  assert.equal((await fit(START, DATA)).steps, 9)
  await trainer.release()
})

test('finite weights too large to compute with end in a named error, not in a loop', async () => {
  for (const output of ['softmax', 'multi-label'] as const) {
    const model = mlp([4, 6, 3], output)
    const trainer = await createTrainer(model, SGD)
    const weights = new Float32Array(tensorLayout(model).reduce((sum, { length }) => sum + length, 0)).fill(1e20)
    const data = { ...examples(model, 20), inputZero: 0 }
    await assert.rejects(trainer.evaluate(weights, data), NonFiniteOutputError)
    await assert.rejects(trainer.predict(weights, data), NonFiniteOutputError)
    await trainer.release()
  }
})

test('class weights of another number, or not positive, are refused', async () => {
  for (const classWeights of [
    [1, 2],
    [1, 2, -3],
    [1, 2, Number.NaN],
  ]) {
    const trainer = await createTrainer(MODEL, TRAINING, { classWeights })
    await assert.rejects(trainer.fit(START, DATA, { seed: 1 }), ClassWeightsError)
    await trainer.release()
  }
})

test('what cannot be differentiated is said', () => {
  const graph = createGraph('g')
  const y = emit(graph, 'Det', ['w'])
  assert.throws(() => emitGradients(graph, { output: y, seed: 'seed' }, ['w']), NoGradientRuleError)
  assert.throws(() => emitGradients(graph, { output: y, seed: 'seed' }, ['v']), NotDifferentiableError)
})

test('a value used twice receives the sum of both gradients', () => {
  const graph = createGraph('g')
  const first = emit(graph, 'Gemm', ['x', 'w', 'b'], { transB: { int: 1 } })
  const second = emit(graph, 'Gemm', [emit(graph, 'Relu', [first]), 'w', 'b'], { transB: { int: 1 } })
  const [gradient] = emitGradients(graph, { output: second, seed: 'seed' }, ['w'])
  assert.equal(graph.nodes.find(({ outputs }) => outputs[0] === gradient)?.op, 'Add')
})
