/**
 * Recurrent networks of a file, unrolled: a sequence has so many steps, and each is written out.
 *
 * The products of the inputs with their weights are one matrix product over all steps; what depends on the state before
 * is computed step by step.
 *
 * @see Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; Cho et al., EMNLP 2014 (GRU);
 *   https://onnx.ai/onnx/operators/onnx__LSTM.html for the order of gates
 */
import { emit, floatConstant, integerConstant } from '../onnx/graph.ts'
import { range } from '../onnx/shapes.ts'
import {
  type AttributeKind,
  intAttribute,
  type Operator,
  operator,
  type Translation,
  textAttribute,
  textsAttribute,
} from './operator.ts'

/** Steps of the longest sequence that is unrolled. */
const LONGEST = 128

const READS: Record<string, AttributeKind> = { hidden_size: 'int', direction: 'text', activations: 'texts' }
const IDLE = { layout: 0 } as const

/** What a step hands on, shape [batch, hidden] each: the state, and the cell of an LSTM. */
interface State {
  hidden: string
  cell: string
}

/** One direction's operands, the axis of directions taken off. */
interface Direction {
  /** Values of a state. */
  hidden: number
  /** Inputs' part of each step, with its bias: [1, batch, gates · hidden]. */
  inputs: string[]
  /** Transposed recurrent weights [hidden, gates · hidden]. */
  weights: string
  /** Recurrent bias [gates · hidden], undefined where it has none. */
  bias: string | undefined
  start: State
}

/** One step from a state to the next. @param input - The inputs' part of it. */
type Step = (translation: Translation, direction: Direction, input: string, state: State) => State

/** Operators by name. */
export const RECURRENT_OPERATORS: Record<string, Operator> = {
  LSTM: operator(recurrent(4, ['Sigmoid', 'Tanh', 'Tanh'], stepLstm), {
    inputs: [3, 7],
    outputs: 3,
    reads: READS,
    idle: { ...IDLE, input_forget: 0 },
  }),
  GRU: operator(recurrent(3, ['Sigmoid', 'Tanh'], stepGru), {
    inputs: [3, 6],
    outputs: 2,
    reads: { ...READS, linear_before_reset: 'int' },
    idle: IDLE,
  }),
  RNN: operator(recurrent(1, ['Tanh'], stepPlain), { inputs: [3, 6], outputs: 2, reads: READS, idle: IDLE }),
}

function recurrent(gates: number, activations: string[], step: Step) {
  return (translation: Translation): void => {
    const { graph, node, inputs, outputs, shapeOf, refuse } = translation
    const [steps] = shapeOf(inputs[0]!)
    if (typeof steps !== 'number') return void refuse('its sequences are as long as the batch is large')
    if (steps > LONGEST) refuse(`its sequences have ${steps} steps; ${LONGEST} at most are unrolled`)
    if (inputs[4]) refuse('it takes lengths of sequences')
    const ways = { forward: [false], reverse: [true], bidirectional: [false, true] }[
      textAttribute(node, 'direction', 'forward')
    ]
    if (ways === undefined) return void refuse(`its direction is ${textAttribute(node, 'direction', '')}`)
    const [directions, rows, columns] = shapeOf(inputs[2]!)
    const hidden = intAttribute(node, 'hidden_size', typeof columns === 'number' ? columns : 0)
    if (directions !== ways.length || rows !== gates * hidden || columns !== hidden) {
      refuse(`its weights do not fit ${ways.length} directions of ${hidden} values`)
    }
    const given = textsAttribute(node, 'activations')
    const wanted = node.op === 'RNN' && given?.every((name) => name === 'Relu') ? ['Relu'] : activations
    if (given !== undefined && given.join() !== ways.flatMap(() => wanted).join()) {
      refuse(`its activations are ${given.join(', ')}`)
    }
    const results = ways.map((isReverse, way) => {
      const direction = openDirection(translation, { way, steps, gates, hidden })
      let state = direction.start
      const states: string[] = []
      for (const time of isReverse ? range(steps).reverse() : range(steps)) {
        const input = emit(graph, 'Squeeze', [direction.inputs[time]!, integerConstant(graph, [0])])
        state = step(translation, direction, input, state)
        states[time] = emit(graph, 'Unsqueeze', [state.hidden, integerConstant(graph, [0, 1])])
      }
      return { states, last: state }
    })
    const join = (values: string[], axis: number, output?: string) =>
      emit(graph, 'Concat', values, { axis: { int: axis } }, ...(output === undefined ? [] : [output]))
    const raise = (value: string) => emit(graph, 'Unsqueeze', [value, integerConstant(graph, [0])])
    if (outputs[0]) {
      const sequences = results.map(({ states }) => (results.length === 1 ? states : [join(states, 0)]))
      join(sequences.flat(), results.length === 1 ? 0 : 1, outputs[0])
    }
    for (const [index, part] of (['hidden', 'cell'] as const).entries()) {
      const output = outputs[index + 1]
      if (output)
        join(
          results.map(({ last }) => raise(last[part])),
          0,
          output,
        )
    }
  }
}

/** Slices one direction out of the operands; `way` counts the directions. */
function openDirection(
  translation: Translation,
  { way, steps, gates, hidden }: { way: number; steps: number; gates: number; hidden: number },
): Direction {
  const { graph, inputs, shapeOf, emitSizes, setShape } = translation
  const [x, w, r, b, , h, c] = inputs as string[]
  const at = (value: string) => {
    const bounds = [way, way + 1, 0].map((bound) => integerConstant(graph, [bound]))
    return emit(graph, 'Squeeze', [emit(graph, 'Slice', [value, ...bounds]), integerConstant(graph, [0])])
  }
  const turn = (value: string) => emit(graph, 'Transpose', [value], { perm: { ints: [1, 0] } })
  const part = (value: string, from: number, to: number) =>
    emit(graph, 'Slice', [value, ...[from, to, 0].map((bound) => integerConstant(graph, [bound]))])
  const width = gates * hidden
  const biases = b ? at(b) : undefined
  const product = emit(graph, 'MatMul', [x!, turn(at(w!))])
  const shifted = biases === undefined ? product : emit(graph, 'Add', [product, part(biases, 0, width)])
  const parts = range(steps).map((time) => `${shifted}.${time}`)
  graph.nodes.push({
    op: 'Split',
    inputs: [
      shifted,
      integerConstant(
        graph,
        parts.map(() => 1),
      ),
    ],
    outputs: parts,
    attributes: { axis: { int: 0 } },
  })
  // States of zero have the size of the batch that the file was exported with.
  const isZero = (value: string) => {
    const constant = graph.constants.find(({ name }) => name === value)
    return constant !== undefined && constant.type === 'float' && constant.bytes.every((byte) => byte === 0)
  }
  const zeros = () => {
    const sizes = [shapeOf(x!)[1]!, hidden]
    const value = emit(graph, 'ConstantOfShape', [emitSizes(sizes)])
    setShape(value, sizes)
    return value
  }
  return {
    hidden,
    inputs: parts,
    weights: turn(at(r!)),
    bias: biases === undefined ? undefined : part(biases, width, 2 * width),
    start: { hidden: h && !isZero(h) ? at(h) : zeros(), cell: c && !isZero(c) ? at(c) : zeros() },
  }
}

function split({ graph }: Translation, value: string, parts: number, hidden: number): string[] {
  const outputs = range(parts).map((index) => `${value}.${index}`)
  const sizes = integerConstant(
    graph,
    outputs.map(() => hidden),
  )
  graph.nodes.push({ op: 'Split', inputs: [value, sizes], outputs, attributes: { axis: { int: 1 } } })
  return outputs
}

/** `h·Rᵀ + b`. */
function recur({ graph }: Translation, { weights, bias }: Direction, hidden: string): string {
  const product = emit(graph, 'MatMul', [hidden, weights])
  return bias === undefined ? product : emit(graph, 'Add', [product, bias])
}

/** Gates input, output, forget and cell: `c' = f·c + i·g`, `h' = o·tanh(c')`. */
function stepLstm(translation: Translation, direction: Direction, input: string, state: State): State {
  const { hidden } = direction
  const { graph } = translation
  const all = emit(graph, 'Add', [input, recur(translation, direction, state.hidden)])
  const [i, o, f, g] = split(translation, all, 4, hidden)
  const gate = (value: string) => emit(graph, 'Sigmoid', [value])
  const kept = emit(graph, 'Mul', [gate(f!), state.cell])
  const cell = emit(graph, 'Add', [kept, emit(graph, 'Mul', [gate(i!), emit(graph, 'Tanh', [g!])])])
  return { cell, hidden: emit(graph, 'Mul', [gate(o!), emit(graph, 'Tanh', [cell])]) }
}

/** Gates update, reset and hidden: `h' = (1 − z)·n + z·h`; the reset acts after the product, as in PyTorch, or before. */
function stepGru(translation: Translation, direction: Direction, input: string, state: State): State {
  const { hidden } = direction
  const { graph, node } = translation
  const [xz, xr, xn] = split(translation, input, 3, hidden)
  const [hz, hr, hn] = split(translation, recur(translation, direction, state.hidden), 3, hidden)
  const gate = (a: string, b: string) => emit(graph, 'Sigmoid', [emit(graph, 'Add', [a, b])])
  const [update, reset] = [gate(xz!, hz!), gate(xr!, hr!)]
  const isLate = intAttribute(node, 'linear_before_reset', 0) !== 0
  const past = isLate
    ? emit(graph, 'Mul', [reset, hn!])
    : split(translation, recur(translation, direction, emit(graph, 'Mul', [reset, state.hidden])), 3, hidden)[2]!
  const fresh = emit(graph, 'Tanh', [emit(graph, 'Add', [xn!, past])])
  const rest = emit(graph, 'Sub', [floatConstant(graph, [1], []), update])
  const kept = emit(graph, 'Mul', [update, state.hidden])
  return { ...state, hidden: emit(graph, 'Add', [emit(graph, 'Mul', [rest, fresh]), kept]) }
}

/** `h' = tanh(x + h·Rᵀ + b)`, or the positive part of that. */
function stepPlain(translation: Translation, direction: Direction, input: string, state: State): State {
  const { graph, node } = translation
  const op = textsAttribute(node, 'activations')?.[0] === 'Relu' ? 'Relu' : 'Tanh'
  const sum = emit(graph, 'Add', [input, recur(translation, direction, state.hidden)])
  return { ...state, hidden: emit(graph, op, [sum]) }
}
