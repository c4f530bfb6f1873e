/**
 * Losses: their value, and their gradient with respect to the outputs, which seeds the reverse pass.
 *
 * With z the outputs, t the targets, c the row weights:
 * softmax `−Σ c·t·log softmax(z)`, gradient `c·(softmax(z) − t)`;
 * logistic and multi-label `Σ c·(softplus(z) − t·z)`, gradient `c·(σ(z) − t)`;
 * linear `Σ (z − t)²`, gradient `2·(z − t)`.
 * All are then divided by what `batchNormalizer` says, as PyTorch's losses with reduction "mean" do.
 */
import type { Dataset } from '../data/dataset.ts'
import { countOutputs, type ModelSpec, type OutputKind } from '../model/model.ts'
import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import type { Graph } from '../onnx/writer.ts'

/** Appends a loss. Returns its sum over the batch, shape [], and its gradient, shape [batch, outputs]. */
export function emitLoss(
  graph: Graph,
  kind: OutputKind,
  { outputs, targets, weights }: { outputs: string; targets: string; weights: string | undefined },
): { loss: string; gradient: string } {
  const weighted = (value: string) => (weights === undefined ? value : emit(graph, 'Mul', [value, weights]))
  const sum = (value: string) =>
    emit(graph, 'ReduceSum', [value, integerConstant(graph, [0, 1])], { keepdims: { int: 0 } })
  if (kind === 'softmax') {
    const logits = emit(graph, 'LogSoftmax', [outputs], { axis: { int: 1 } })
    const gradient = weighted(emit(graph, 'Sub', [emit(graph, 'Exp', [logits]), targets]))
    return { gradient, loss: emit(graph, 'Neg', [sum(weighted(emit(graph, 'Mul', [logits, targets])))]) }
  }
  if (kind === 'linear') {
    const error = emit(graph, 'Sub', [outputs, targets])
    const gradient = emit(graph, 'Mul', [error, floatConstant(graph, [2], [])])
    return { gradient, loss: sum(emit(graph, 'Mul', [error, error])) }
  }
  const gradient = weighted(emit(graph, 'Sub', [emit(graph, 'Sigmoid', [outputs]), targets]))
  const linear = emit(graph, 'Mul', [outputs, targets])
  return { gradient, loss: sum(weighted(emit(graph, 'Sub', [emit(graph, 'Softplus', [outputs]), linear]))) }
}

/**
 * Targets of a dataset, shape [count, outputs]: one-hot classes, 0 or 1, one bit a label, or standardised values.
 *
 * @throws {@link LabelError}
 */
export function toTargets(model: ModelSpec, dataset: Dataset): Float32Array {
  const outputs = countOutputs(model)
  const targets = new Float32Array(dataset.count * outputs)
  const limit = { softmax: outputs, logistic: 2, 'multi-label': 2 ** outputs, linear: 0 }[model.output]
  for (let row = 0; row < dataset.count; row++) {
    const label = dataset.labels[row]!
    if (model.output === 'linear') {
      if (!Number.isFinite(label)) throw new LabelError(row, label, 'a finite number')
      targets[row] = (label - dataset.labelCenter) / dataset.labelSpread
      if (!Number.isFinite(targets[row])) throw new LabelError(row, label, 'a value of the size that its spread says')
      continue
    }
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw new LabelError(row, label, `an integer from 0 to ${limit - 1}`)
    }
    if (model.output === 'softmax') targets[row * outputs + label] = 1
    else for (let bit = 0; bit < outputs; bit++) targets[row * outputs + bit] = (label >> bit) & 1
  }
  return targets
}

/**
 * What each output of each example weighs in the loss, shape [count, outputs] (multi-label) or [count, 1];
 * undefined where no class weights are given.
 *
 * @throws {@link ClassWeightsError}
 */
export function toRowWeights(model: ModelSpec, dataset: Dataset, classWeights?: number[]): Float32Array | undefined {
  if (classWeights === undefined || model.output === 'linear') return undefined
  const classes = model.output === 'logistic' ? 2 : countOutputs(model)
  if (classWeights.length !== classes || !classWeights.every((weight) => weight > 0 && Number.isFinite(weight))) {
    throw new ClassWeightsError(classWeights, classes)
  }
  if (model.output !== 'multi-label') return Float32Array.from(dataset.labels, (label) => classWeights[label]!)
  const outputs = countOutputs(model)
  return Float32Array.from({ length: dataset.count * outputs }, (_, i) => classWeights[i % outputs]!)
}

/**
 * What the summed loss of a batch is divided by: its row weights (softmax, logistic), its elements (multi-label), or
 * its examples (linear).
 */
export function batchNormalizer(model: ModelSpec, rows: ArrayLike<number>, weights: Float32Array | undefined): number {
  if (model.output === 'multi-label') return rows.length * countOutputs(model)
  if (weights === undefined) return rows.length
  let sum = 0
  for (let i = 0; i < rows.length; i++) sum += weights[rows[i]!]!
  return sum
}

/** A label does not fit the model. */
export class LabelError extends Error {
  override name = 'LabelError'
  constructor(row: number, label: number, expected: string) {
    super(`Example ${row} has label ${label}; the model expects ${expected}. Check the schema's label.`)
  }
}

/** Class weights do not fit the model. */
export class ClassWeightsError extends Error {
  override name = 'ClassWeightsError'
  constructor(weights: number[], classes: number) {
    super(`Class weights are [${weights}]; the model needs ${classes} positive numbers. Check loss.classWeights.`)
  }
}
