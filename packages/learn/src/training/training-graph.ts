/**
 * One training step as an ONNX graph, and a run of many steps as a `Scan` over it.
 *
 * The scan carries parameters and optimiser state from step to step inside the runtime: no copy, no crossing into
 * JavaScript between batches. Each step is handed the row numbers of its batch and gathers them from the dataset.
 */

import { emitLoss } from '../evaluation/loss.ts'
import { emitGradients } from '../gradients/autodiff.ts'
import type { TrainingSpec } from '../manifest/manifest.ts'
import { emitForward } from '../model/forward.ts'
import { countOutputs, type ImportedModel, type ModelSpec, parameterLayout } from '../model/model.ts'
import { createGraph, emit } from '../onnx/graph.ts'
import type { Dimension, Graph, ValueInfo } from '../onnx/writer.ts'
import { emitOptimizer, optimizerState } from './optimizer.ts'

/** What a training graph is built from. */
export interface TrainingGraphOptions {
  model: ModelSpec | ImportedModel
  training: TrainingSpec
  /** Whether examples are weighted: the graph then takes `rowWeights`. */
  weighted: boolean
  /** Channels in a block of images (`findBlockSize`); convolutions are computed in blocks where it is given. */
  block?: number | undefined
}

/** A value that a step hands on to the next: its name, shape and what it starts from. */
export interface CarriedValue {
  name: string
  shape: number[]
  start: 'parameter' | 'zero' | 'one'
}

/** Parameters, then optimiser state of each tensor, then scalars: the order of the graph's first inputs and outputs. */
export function carriedValues({ model, training }: TrainingGraphOptions): CarriedValue[] {
  const layout = parameterLayout(model)
  const state = optimizerState(training)
  return [
    ...layout.map(({ name, shape }): CarriedValue => ({ name, shape, start: 'parameter' })),
    ...layout.flatMap(({ name, shape }) =>
      state.perTensor.map((part): CarriedValue => ({ name: `${name}.${part}`, shape, start: 'zero' })),
    ),
    ...state.scalars.map((name): CarriedValue => ({ name, shape: [], start: 'one' })),
  ]
}

/** Appends `(byte − zero) · scale`, in single precision. */
export function emitDequantize(graph: Graph, bytes: string): string {
  return emit(graph, 'DequantizeLinear', [bytes, 'inputScale', 'inputZero'])
}

/**
 * A single step on one batch, as a graph of its own.
 * Inputs: carried values, `x` [batch, inputs], `targets`, `rowWeights`?, `normalizer` [], `learningRate` [], anchors?.
 * Outputs: carried values (prefixed `next.`), `loss` [] (summed over the batch).
 */
export function buildStepGraph(options: TrainingGraphOptions): Graph {
  const graph = createGraph('step')
  const carried = carriedValues(options)
  graph.inputs.push(...carried.map(toFloatValue), {
    name: 'x',
    type: 'float',
    shape: ['batch', options.model.inputs],
  })
  graph.inputs.push(...targetValues(options, 'batch'), scalar('normalizer'), ...sharedValues(options))
  const { next, loss } = emitStep(graph, options, { x: 'x', factor: emitFactor(graph, options, 'normalizer') })
  emit(graph, 'Identity', [loss], {}, 'loss')
  graph.outputs.push(...nameOutputs(graph, carried, next), scalar('loss'))
  return graph
}

/**
 * Many steps in one run. Inputs: carried values; `batches` int32 [steps, batch] and `normalizers` [steps]; the dataset
 * `inputs` uint8 [count, inputs] with `inputScale` and `inputZero`, `targets`, `rowWeights`?; `learningRate`, anchors?.
 * Outputs: carried values (prefixed `next.`), `losses` [steps], each summed over its batch.
 */
export function buildScanGraph(options: TrainingGraphOptions): Graph {
  const carried = carriedValues(options)
  const body = createGraph('body')
  body.inputs.push(...carried.map(toFloatValue))
  body.inputs.push({ name: 'rows', type: 'int32', shape: ['batch'] }, scalar('factor'))
  const x = emitDequantize(body, emit(body, 'Gather', ['inputs', 'rows']))
  emit(body, 'Gather', ['targets', 'rows'], {}, 'batchTargets')
  if (options.weighted) emit(body, 'Gather', ['rowWeights', 'rows'], {}, 'batchWeights')
  const { next, loss } = emitStep(body, options, {
    x,
    factor: 'factor',
    targets: 'batchTargets',
    weights: 'batchWeights',
  })
  body.outputs.push(...nameOutputs(body, carried, next), { name: loss, type: 'float', shape: [] })

  const graph = createGraph('scan')
  const starts = carried.map((value) => ({ ...toFloatValue(value), name: `start.${value.name}` }))
  graph.inputs.push(
    ...starts,
    { name: 'batches', type: 'int32', shape: ['steps', 'batch'] },
    { name: 'normalizers', type: 'float', shape: ['steps'] },
    { name: 'inputs', type: 'uint8', shape: ['count', options.model.inputs] },
    scalar('inputScale'),
    { name: 'inputZero', type: 'uint8', shape: [] },
    ...targetValues(options, 'count'),
    ...sharedValues(options),
  )
  const outputs = carried.map((value) => ({ ...toFloatValue(value), name: `final.${value.name}` }))
  graph.outputs.push(...outputs, { name: 'losses', type: 'float', shape: ['steps'] })
  graph.nodes.push({
    op: 'Scan',
    inputs: [...starts.map(({ name }) => name), 'batches', emitFactor(graph, options, 'normalizers')],
    outputs: graph.outputs.map(({ name }) => name),
    attributes: { body: { graph: body }, num_scan_inputs: { int: 2 } },
  })
  return graph
}

/** Forward pass from bytes: `inputs` uint8 [batch, inputs] and parameters → `outputs` [batch, outputs]. */
export function buildForwardGraph(model: ModelSpec | ImportedModel): Graph {
  const graph = createGraph('forward')
  const parameters = parameterLayout(model).map(({ name, shape }) => toFloatValue({ name, shape }))
  graph.inputs.push(...parameters, { name: 'inputs', type: 'uint8', shape: ['batch', model.inputs] })
  graph.inputs.push(scalar('inputScale'), { name: 'inputZero', type: 'uint8', shape: [] })
  const { outputs } = emitForward(graph, model, emitDequantize(graph, 'inputs'))
  emit(graph, 'Identity', [outputs], {}, 'outputs')
  graph.outputs.push({ name: 'outputs', type: 'float', shape: ['batch', countOutputs(model)] })
  return graph
}

/** What the gradient of the summed loss is multiplied by, of one batch or of each: its normaliser, and SGD's −rate. */
function emitFactor(graph: Graph, { training }: TrainingGraphOptions, normalizers: string): string {
  if (training.optimizer !== 'sgd') return normalizers
  return emit(graph, 'Mul', [normalizers, emit(graph, 'Neg', ['learningRate'])])
}

/** Values of one batch by name; `targets` and `rowWeights` when absent. */
interface BatchValues {
  x: string
  factor: string
  targets?: string
  weights?: string
}

function emitStep(
  graph: Graph,
  { model, training, weighted, block }: TrainingGraphOptions,
  { x, factor, targets = 'targets', weights = 'rowWeights' }: BatchValues,
): { next: string[]; loss: string } {
  const layout = parameterLayout(model)
  const names = layout.map(({ name }) => name)
  const batch = training.batchSize
  // A batch is filled up to whole blocks where it takes the place of channels: below half of one that costs too much.
  const isBlocked = block !== undefined && 2 * batch >= block
  const { outputs, shapes } = emitForward(graph, model, x, batch)
  const { loss, gradient } = emitLoss(graph, model.output, {
    outputs,
    targets,
    weights: weighted ? weights : undefined,
  })
  const seed = emit(graph, 'Mul', [gradient, factor])
  const gradients = emitGradients(graph, { output: outputs, seed }, names, {
    shapes,
    block: isBlocked ? block : undefined,
  })
  const { perTensor, scalars } = optimizerState(training)
  const tensors = names.map((parameter, index) => ({
    parameter,
    gradient: gradients[index]!,
    anchor: training.proximal > 0 ? `${parameter}.anchor` : undefined,
    state: perTensor.map((part) => `${parameter}.${part}`),
  }))
  const step = emitOptimizer(graph, training, { learningRate: 'learningRate', tensors, scalars })
  return { next: [...step.parameters, ...step.state.flat(), ...step.scalars], loss }
}

function nameOutputs(graph: Graph, carried: CarriedValue[], next: string[]): ValueInfo[] {
  return carried.map((value, index) => {
    const name = `next.${value.name}`
    const producer = graph.nodes.find(({ outputs }) => outputs.includes(next[index]!))!
    const used = graph.nodes.some(({ inputs }) => inputs.includes(next[index]!))
    if (used) emit(graph, 'Identity', [next[index]!], {}, name)
    else producer.outputs = [name]
    return { ...toFloatValue(value), name }
  })
}

function targetValues({ model, weighted }: TrainingGraphOptions, rows: Dimension): ValueInfo[] {
  const outputs = countOutputs(model)
  const targets: ValueInfo = { name: 'targets', type: 'float', shape: [rows, outputs] }
  const width = model.output === 'multi-label' ? outputs : 1
  return weighted ? [targets, { name: 'rowWeights', type: 'float', shape: [rows, width] }] : [targets]
}

function sharedValues({ model, training }: TrainingGraphOptions): ValueInfo[] {
  const anchors = parameterLayout(model).map(({ name, shape }) => toFloatValue({ name: `${name}.anchor`, shape }))
  return training.proximal > 0 ? [scalar('learningRate'), ...anchors] : [scalar('learningRate')]
}

function toFloatValue({ name, shape }: { name: string; shape: number[] }): ValueInfo {
  return { name, type: 'float', shape }
}

function scalar(name: string): ValueInfo {
  return { name, type: 'float', shape: [] }
}
