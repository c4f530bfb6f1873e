/**
 * Optimisers as graph operations: from parameters and gradients of one step to the next parameters.
 *
 * SGD: the reverse pass is seeded with −learningRate times the loss gradient, so it yields steps, and a step of a
 * weight matrix is added by the very matrix product that computes it. Momentum is kept as `v' = momentum·v − rate·g`,
 * which is PyTorch's form for a rate that stays constant while the buffer lives: a round.
 *
 * @see Kingma and Ba, Adam, ICLR 2015, algorithm 1; Li et al., FedProx, MLSys 2020 (proximal term)
 */

import type { TrainingSpec } from '../manifest/manifest.ts'
import { emit, findProducer, floatConstant } from '../onnx/graph.ts'
import type { Graph } from '../onnx/writer.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** What an optimiser carries from step to step beside the parameters, for each parameter tensor or once. */
export interface OptimizerState {
  perTensor: ('velocity' | 'mean' | 'square')[]
  scalars: ('bias1' | 'bias2')[]
}

/** The state that an optimiser needs; tensors start at 0, scalars (running powers of Adam's β) at 1. */
export function optimizerState({ optimizer, momentum }: TrainingSpec): OptimizerState {
  if (optimizer === 'adam') return { perTensor: ['mean', 'square'], scalars: ['bias1', 'bias2'] }
  return { perTensor: momentum > 0 ? ['velocity'] : [], scalars: [] }
}

/** Names of one tensor's values inside a step. */
export interface StepTensor {
  parameter: string
  /** Gradient (Adam), or −learningRate · gradient (SGD). */
  gradient: string
  /** Parameter at the start of the round; undefined without a proximal term. */
  anchor: string | undefined
  state: string[]
}

/** Names of what a step starts from. */
export interface StepStart {
  learningRate: string
  tensors: StepTensor[]
  /** Those of {@link OptimizerState}. */
  scalars: string[]
}

/** Appends one step for all tensors; returns the names of the next parameters, state and scalars. */
export function emitOptimizer(
  graph: Graph,
  training: TrainingSpec,
  start: StepStart,
): { parameters: string[]; state: string[][]; scalars: string[] } {
  return training.optimizer === 'sgd' ? emitSgd(graph, training, start) : emitAdam(graph, training, start)
}

function emitSgd(graph: Graph, { momentum, proximal }: TrainingSpec, { learningRate, tensors }: StepStart) {
  const pull = proximal > 0 ? emit(graph, 'Mul', [learningRate, floatConstant(graph, [-proximal], [])]) : undefined
  const parameters: string[] = []
  const state: string[][] = []
  for (const { parameter, gradient, anchor, state: before } of tensors) {
    const drift = anchor !== undefined && pull !== undefined ? emit(graph, 'Sub', [parameter, anchor]) : undefined
    const proximalStep = drift === undefined ? undefined : emit(graph, 'Mul', [drift, pull!])
    if (momentum > 0) {
      const raw = addScaled(graph, gradient, before[0]!, momentum)
      const velocity = proximalStep === undefined ? raw : emit(graph, 'Add', [raw, proximalStep])
      state.push([velocity])
      parameters.push(emit(graph, 'Add', [parameter, velocity]))
    } else {
      const next = addScaled(graph, gradient, parameter, 1)
      state.push([])
      parameters.push(proximalStep === undefined ? next : emit(graph, 'Add', [next, proximalStep]))
    }
  }
  return { parameters, state, scalars: [] }
}

/** `gradient + factor · value`; where the gradient comes from a matrix product, that product adds it by itself. */
function addScaled(graph: Graph, gradient: string, value: string, factor: number): string {
  const producer = findProducer(graph, gradient)
  const users = graph.nodes.filter((node) => node.inputs.includes(gradient)).length
  if (producer?.op === 'Gemm' && producer.inputs.length === 2 && users === 0) {
    producer.inputs.push(value)
    producer.attributes.beta = { float: factor }
    return gradient
  }
  const scaled = factor === 1 ? value : emit(graph, 'Mul', [value, floatConstant(graph, [factor], [])])
  return emit(graph, 'Add', [scaled, gradient])
}

function emitAdam(graph: Graph, { proximal }: TrainingSpec, { learningRate, tensors, scalars }: StepStart) {
  const [power1, power2] = scalars
  const constant = (value: number) => floatConstant(graph, [value], [])
  const [beta1, beta2, one] = [constant(BETA1), constant(BETA2), constant(1)]
  const [rest1, rest2, epsilon] = [constant(1 - BETA1), constant(1 - BETA2), constant(EPSILON)]
  const next1 = emit(graph, 'Mul', [power1!, beta1])
  const next2 = emit(graph, 'Mul', [power2!, beta2])
  const rate = emit(graph, 'Div', [learningRate, emit(graph, 'Sub', [one, next1])])
  const correction = emit(graph, 'Sqrt', [emit(graph, 'Sub', [one, next2])])
  const parameters: string[] = []
  const state: string[][] = []
  for (const { parameter, gradient: raw, anchor, state: before } of tensors) {
    const [mean, square] = before as [string, string]
    const drift = anchor === undefined ? undefined : emit(graph, 'Sub', [parameter, anchor])
    const gradient =
      drift === undefined ? raw : emit(graph, 'Add', [raw, emit(graph, 'Mul', [drift, constant(proximal)])])
    const nextMean = emit(graph, 'Add', [emit(graph, 'Mul', [mean, beta1]), emit(graph, 'Mul', [gradient, rest1])])
    const power = emit(graph, 'Mul', [gradient, gradient])
    const nextSquare = emit(graph, 'Add', [emit(graph, 'Mul', [square, beta2]), emit(graph, 'Mul', [power, rest2])])
    const root = emit(graph, 'Div', [emit(graph, 'Sqrt', [nextSquare]), correction])
    const step = emit(graph, 'Div', [emit(graph, 'Mul', [nextMean, rate]), emit(graph, 'Add', [root, epsilon])])
    parameters.push(emit(graph, 'Sub', [parameter, step]))
    state.push([nextMean, nextSquare])
  }
  return { parameters, state, scalars: [next1, next2] }
}
