/** An imported model's answers against those that ONNX Runtime gives for the file itself. */
import assert from 'node:assert/strict'
import type { Dataset } from '../src/data/dataset.ts'
import { type ImportOptions, importOnnx } from '../src/import/import-onnx.ts'
import type { TrainingSpec } from '../src/manifest/manifest.ts'
import type { ImportedModel } from '../src/model/model.ts'
import { openSession, Tensor } from '../src/onnx/runtime.ts'
import { createTrainer, type Trainer } from '../src/training/trainer.ts'

export const SGD: TrainingSpec = {
  optimizer: 'sgd',
  learningRate: 1,
  momentum: 0,
  epochs: 1,
  batchSize: 100,
  proximal: 0,
}

/** Examples of a model: bytes, and what the file's input is of them. */
export function toExamples(model: ImportedModel, count = 4, largest = 256): Dataset {
  const isFloat = model.inputType === 'float'
  return {
    count,
    features: model.inputs,
    inputs: Uint8Array.from({ length: count * model.inputs }, (_, index) => (index * 89 + 13) % largest),
    labels: Int32Array.from({ length: count }, (_, i) => i % Math.max(2, model.outputs)),
    inputZero: isFloat ? 128 : 0,
    inputScale: isFloat ? [1, 64] : [1, 1],
    labelCenter: 0,
    labelSpread: 1,
  }
}

/** Imports a file and holds its answers against the runtime's; the trainer goes on with it. */
export async function assertSameAnswers(
  file: Uint8Array,
  options: ImportOptions,
  largest?: number,
): Promise<{ model: ImportedModel; trainer: Trainer; dataset: Dataset }> {
  const model = importOnnx(file, options)
  const dataset = toExamples(model, 4, largest)
  const { inputs, inputZero, inputScale, count } = dataset
  const shape = [count, ...model.shape]
  const reals = Array.from(inputs, (byte) => (byte - inputZero) * (inputScale[0] / inputScale[1]))
  const x = {
    float: () => new Tensor('float32', Float32Array.from(reals), shape),
    uint8: () => new Tensor('uint8', inputs, shape),
    int32: () => new Tensor('int32', Int32Array.from(reals), shape),
    int64: () => new Tensor('int64', BigInt64Array.from(reals.map(BigInt)), shape),
    bool: () => assert.fail(),
  }
  const session = await openSession(file)
  const answer = await session.run({ [model.ends.input]: x[model.element]() })
  await session.release()
  const expected = answer[model.ends.output]!.data as Float32Array
  const trainer = await createTrainer(model, SGD)
  const found = await trainer.predict(model.weights, dataset)
  assert.equal(found.length, expected.length)
  for (const [index, value] of expected.entries()) {
    assert.ok(
      Math.abs(found[index]! - value) < 1e-4 * (1 + Math.abs(value)),
      `output ${index}: ${found[index]} is not ${value}`,
    )
  }
  return { model, trainer, dataset }
}

/** Holds a step against the change of the trainer's own loss along a direction. */
export async function assertTrueGradient(model: ImportedModel, trainer: Trainer, dataset: Dataset): Promise<void> {
  const { weights } = await trainer.fit(model.weights, dataset, { seed: 1 })
  const h = 2 ** -11
  const direction = model.weights.map((_, index) => Math.cos(3 * index + 1))
  const lossAt = async (by: number) => {
    const moved = model.weights.map((weight, index) => weight + by * direction[index]!)
    return (await trainer.evaluate(moved, dataset)).loss!
  }
  const change = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
  const slope = direction.reduce((sum, by, index) => sum + by * (model.weights[index]! - weights[index]!), 0)
  assert.ok(Math.abs(change - slope) < 5e-3 * (1 + Math.abs(change)), `slope ${slope}, the loss's ${change}`)
}
