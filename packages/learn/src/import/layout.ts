/**
 * Operators of a file that move values about: reshape, cut, join, look up, repeat; and those that make them of nothing.
 */
import { emit, integerConstant } from '../onnx/graph.ts'
import { slicePositions } from '../onnx/shape-values.ts'
import { range, toAxis } from '../onnx/shapes.ts'
import { BATCH, fillReshape, isSameSize, type Shape, type Size } from '../onnx/sizes.ts'
import {
  intAttribute,
  intsAttribute,
  keep,
  type Operator,
  operator,
  type Translation,
  textAttribute,
} from './operator.ts'

/** Largest bound of a slice that the graph is given. */
const FAR = 2 ** 31 - 1

/** Operators by name. */
export const LAYOUT_OPERATORS: Record<string, Operator> = {
  Flatten: operator(keep, { reads: { axis: 'int' } }),
  Transpose: operator(keep, { reads: { perm: 'ints' } }),
  Trilu: operator(keep, { inputs: [1, 2], reads: { upper: 'int' } }),
  Concat: operator(
    (translation) => {
      if (translation.node.attributes.axis === undefined) translation.refuse('it has no axis')
      keep(translation)
    },
    { inputs: [1, Number.POSITIVE_INFINITY], reads: { axis: 'int' } },
  ),
  Gather: operator(keep, { inputs: 2, reads: { axis: 'int' } }),
  Squeeze: operator(axes, { inputs: [1, 2], reads: { axes: 'ints' } }),
  Unsqueeze: operator(axes, { inputs: [1, 2], reads: { axes: 'ints' } }),
  Reshape: operator(
    ({ graph, node, inputs, outputs, shapeOf, knownOf, fixedBatch, refuse }) => {
      const target = knownOf(1) ?? refuse('its target shape depends on data')
      if (intAttribute(node, 'allowzero', 0) !== 0 && target.includes(0)) refuse('its target shape has no values')
      const x = shapeOf(inputs[0]!)
      const sizes = resolve(x, target, fixedBatch) ?? refuse('its target shape has another number of values')
      const open = sizes.filter((size) => typeof size !== 'number').length
      if (open > 1) refuse('its target shape has the batch in it twice')
      const integers = sizes.map((size) => (typeof size === 'number' ? size : -1))
      emit(graph, 'Reshape', [inputs[0]!, integerConstant(graph, integers)], {}, outputs[0]!)
    },
    { inputs: 2, reads: { allowzero: 'int' } },
  ),
  Expand: operator(
    ({ graph, inputs, outputs, shapeOf, knownOf, fixedBatch, refuse, emitSizes, setShape }) => {
      const target = knownOf(1) ?? refuse('its target shape depends on data')
      const x = shapeOf(inputs[0]!)
      const rank = Math.max(x.length, target.length)
      const sizes = range(rank).map((axis): Size => {
        const size = target[axis - rank + target.length] ?? 1
        const own = x[axis - rank + x.length] ?? 1
        if (axis === 0 && size === fixedBatch && target.length === rank && own !== size) return BATCH
        if (size === 1) return own
        if (own !== 1 && !isSameSize(own, size)) refuse('its target shape does not fit its input')
        return size
      })
      setShape(outputs[0]!, sizes)
      emit(graph, 'Expand', [inputs[0]!, emitSizes(sizes)], {}, outputs[0]!)
    },
    { inputs: 2 },
  ),
  ConstantOfShape: operator(
    ({ graph, node, outputs, knownOf, refuse, emitSizes, setShape }) => {
      const sizes = knownOf(0) ?? refuse('its shape depends on data')
      const { value } = node.attributes
      const fill = value !== undefined && 'tensor' in value ? value.tensor : undefined
      if (fill !== undefined && fill.type !== 'float') refuse(`it fills with ${fill.type}`)
      setShape(outputs[0]!, sizes)
      const zeros = emit(graph, 'ConstantOfShape', [emitSizes(sizes)], {}, ...(fill === undefined ? [outputs[0]!] : []))
      if (fill === undefined) return
      setShape(zeros, sizes)
      const name = `${graph.name}_constant_${graph.constants.length}`
      graph.constants.push({ name, type: 'float', shape: [], bytes: fill.bytes })
      emit(graph, 'Add', [zeros, name], {}, outputs[0]!)
    },
    { reads: { value: 'tensor' } },
  ),
  Range: operator(({ refuse }) => refuse('its bounds depend on data'), { inputs: 3 }),
  Shape: operator(({ refuse }) => refuse('the shape of its input is not known'), {
    reads: { start: 'int', end: 'int' },
  }),
  Size: operator(({ refuse }) => refuse('the shape of its input is not known')),
  Pad: operator(
    ({ graph, node, inputs, outputs, shapeOf, knownOf, refuse }) => {
      const mode = textAttribute(node, 'mode', 'constant')
      if (mode !== 'constant') refuse(`its mode is ${mode}`)
      const given = numbers(knownOf(1)) ?? refuse('its padding depends on data')
      const rank = shapeOf(inputs[0]!).length
      const named = inputs[3] ? (numbers(knownOf(3)) ?? refuse('its axes depend on data')) : range(rank)
      if (given.length !== 2 * named.length) refuse(`its padding has ${given.length} entries for ${named.length} axes`)
      const pads = new Array<number>(2 * rank).fill(0)
      for (const [index, axis] of named.entries()) {
        const at = toAxis(axis, rank)
        if (!(at >= 0 && at < rank)) refuse(`it has no axis ${axis}`)
        pads[at] = given[index]!
        pads[at + rank] = given[index + named.length]!
      }
      if (pads.some((pad) => pad < 0)) refuse('it cuts off instead of adding')
      for (const [axis, size] of shapeOf(inputs[0]!).entries()) {
        if (typeof size !== 'number' && (pads[axis] !== 0 || pads[axis + rank] !== 0)) refuse('it pads the batch')
      }
      const fill = inputs[2] ? [inputs[2]] : []
      graph.nodes.push({
        op: 'Pad',
        inputs: [inputs[0]!, integerConstant(graph, pads), ...fill],
        outputs: [outputs[0]!],
        attributes: {},
      })
    },
    { inputs: [2, 4], reads: { mode: 'text' } },
  ),
  Slice: operator(slice, { inputs: [3, 5] }),
  Split: operator(
    ({ graph, node, inputs, outputs, shapeOf, knownOf, refuse }) => {
      const x = shapeOf(inputs[0]!)
      const axis = toAxis(intAttribute(node, 'axis', 0), x.length)
      const total = x[axis]
      if (typeof total !== 'number') return refuse('it splits the batch')
      const count = intAttribute(node, 'num_outputs', outputs.length)
      if (count !== outputs.length) refuse(`it has ${outputs.length} outputs and num_outputs ${count}`)
      const known = inputs[1] ? (numbers(knownOf(1)) ?? refuse('its sizes depend on data')) : undefined
      const part = Math.ceil(total / outputs.length)
      const sizes = known ?? outputs.map((_, index) => Math.max(0, Math.min(part, total - index * part)))
      const sum = sizes.reduce((all, size) => all + size, 0)
      if (sizes.length !== outputs.length || sum !== total || sizes.some((size) => size < 1)) {
        refuse(`its parts [${sizes}] do not fit an axis of ${total}`)
      }
      graph.nodes.push({
        op: 'Split',
        inputs: [inputs[0]!, integerConstant(graph, sizes)],
        outputs: outputs.map((output, index) => output || `${outputs.find((name) => name !== '')}.${index}`),
        attributes: { axis: { int: axis } },
      })
    },
    { inputs: [1, 2], outputs: Number.POSITIVE_INFINITY, reads: { axis: 'int', num_outputs: 'int' } },
  ),
}

/** Squeeze and Unsqueeze with their axes as a constant. */
function axes({ graph, node, inputs, outputs, shapeOf, knownOf, refuse }: Translation): void {
  const x = shapeOf(inputs[0]!)
  const known = inputs[1] ? (numbers(knownOf(1)) ?? refuse('its axes depend on data')) : undefined
  const given = intsAttribute(node, 'axes') ?? known
  if (given === undefined && node.op === 'Unsqueeze') refuse('it has no axes')
  const unit = range(x.length).filter((axis) => x[axis] === 1)
  emit(graph, node.op, [inputs[0]!, integerConstant(graph, given ?? unit)], {}, outputs[0]!)
}

/** One axis at a time; steps other than 1 as positions to look up. */
function slice({ graph, inputs, outputs, alias, shapeOf, knownOf, fixedBatch, refuse }: Translation): void {
  const whole = (index: number) => {
    const known = knownOf(index)
    if (inputs[index] && known === undefined) refuse('its bounds depend on data')
    // An end at the batch is an end at infinity on the batch's own axis, the only one so long.
    return known?.map((size) => (typeof size === 'number' ? size : FAR))
  }
  const [starts, ends] = [whole(1)!, whole(2)!]
  const x = shapeOf(inputs[0]!)
  const at = (whole(3) ?? range(starts.length)).map((axis) => toAxis(axis, x.length))
  const steps = whole(4) ?? at.map(() => 1)
  const isSound = [ends, at, steps].every(({ length }) => length === starts.length)
  if (!isSound || at.some((axis) => x[axis] === undefined) || steps.includes(0))
    refuse('its bounds do not fit its input')
  if (knownOf(1)!.some((size) => typeof size !== 'number')) refuse('it starts at the end of the batch')
  for (const [index, end] of knownOf(2)!.entries()) {
    if (typeof end !== 'number' && (typeof x[at[index]!] === 'number' || end.batches !== 1)) {
      refuse('its end depends on the number of examples')
    }
  }
  if (at.length === 0) alias(inputs[0]!)
  let value = inputs[0]!
  for (const [index, axis] of at.entries()) {
    const name = index === at.length - 1 ? [outputs[0]!] : []
    const [start, end, step] = [starts[index]!, Math.min(ends[index]!, FAR), steps[index]!]
    const size = x[axis]!
    if (typeof size === 'number') {
      const picked = slicePositions(size, start, end, step)
      if (picked.length === 0) refuse('it leaves nothing')
      if (step !== 1) {
        value = emit(graph, 'Gather', [value, integerConstant(graph, picked)], { axis: { int: axis } }, ...name)
        continue
      }
    }
    const last = typeof size !== 'number' && start === 0 && end === fixedBatch ? FAR : end
    const bounds = [start, last, axis].map((bound) => integerConstant(graph, [bound]))
    value = emit(graph, 'Slice', [value, ...bounds], {}, ...name)
  }
}

/** Sizes that a reshape gives, the batch back in its place where the file had fixed it. */
function resolve(x: Shape, target: Size[], fixedBatch: number | undefined): Shape | undefined {
  const attempts = [target]
  if (fixedBatch !== undefined) {
    // The batch most likely stays where it is; else it is looked for from the front.
    const place = x.findIndex((size) => typeof size !== 'number')
    for (const axis of [...new Set([place, ...range(target.length)])].reverse()) {
      const size = target[axis]
      if (typeof size !== 'number' || size <= 0 || size % fixedBatch !== 0) continue
      attempts.unshift(target.with(axis, { batches: size / fixedBatch }))
    }
  }
  for (const attempt of attempts) {
    const filled = fillReshape(x, attempt)
    if (filled !== undefined) return filled
  }
  return undefined
}

function numbers(sizes: Size[] | undefined): number[] | undefined {
  return sizes?.every((size) => typeof size === 'number') ? (sizes as number[]) : undefined
}
