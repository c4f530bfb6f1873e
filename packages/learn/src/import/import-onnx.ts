/**
 * Bring your own model: reads an ONNX file, as PyTorch exports it, into a graph that can be differentiated.
 *
 * Only the tensors that are chosen are trained. All else in the file stays as it is, batch normalisation's statistics
 * always; the manifest names the file by hash and every member holds it.
 *
 * @example
 * ```ts
 * import { exportOnnx, importOnnx, initialWeights } from '@tutti/learn'
 *
 * const weights = initialWeights(manifest.model, 1)
 * const imported = importOnnx(exportOnnx(manifest, weights), { output: 'softmax', trainable: ['*'] })
 * imported.tensors.length // → 2
 * imported.weights.length // → 14
 * ```
 */

import { hasGradient, stopsGradient } from '../gradients/autodiff.ts'
import { hashBase } from '../model/base-hash.ts'
import { sizeOf } from '../model/layers.ts'
import { type ImportedModel, type OutputKind, parameterName, validateWeights } from '../model/model.ts'
import { toFloats } from '../onnx/graph.ts'
import { type LeftOut, list } from '../onnx/parameter-use.ts'
import { decodeModel, type OnnxFile } from '../onnx/reader.ts'
import { intOf } from '../onnx/shapes.ts'
import { BATCH, formatShape, isSameSize, type Shape } from '../onnx/sizes.ts'
import type { Constant, Graph, Node } from '../onnx/writer.ts'
import { findParameters } from './parameters.ts'
import { chooseTensors, findEnds, OnnxModelError } from './tensor-selection.ts'
import { resolveTies, type Tie, tieTensors } from './tied-weights.ts'
import { type Origins, translate, UnsupportedOperatorError } from './translation.ts'

export { UnsupportedOperatorError } from './translation.ts'

/** How to read a file. */
export interface ImportOptions {
  /** What the graph's outputs mean. A softmax or sigmoid that ends the graph is taken off: the loss has it. */
  output: OutputKind
  /**
   * Names of the tensors to train, `*` standing for any characters. When absent: what operators use as weight, bias,
   * gain or embedding (`findParameters`), but for batch normalisation.
   */
  trainable?: string[]
  /** Names of the tensors to train as they are, without `*`: what a manifest lists. Before `trainable`. */
  tensors?: string[]
  /** Tensors of equal values that are trained as one, though the exporter's merging them does not say so. */
  ties?: readonly Tie[] | undefined
}

/** Operator sets whose operators mean what the translation takes them to mean. */
const OLDEST_OPSET = 13
const NEWEST_OPSET = 22

/**
 * Reads a file.
 *
 * @throws `OnnxFileError` (damaged), {@link UnsupportedOperatorError} (names the operator and where it stands),
 * {@link OnnxModelError} (inputs, outputs, or the tensors chosen), `NonFiniteWeightError`
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions): ImportedModel {
  const found = findParameters(decodeModel(bytes))
  const ties = resolveTies(options.ties ?? [], found.otherNames)
  const file = tieTensors(found.file, ties)
  const isTied = (name: string) => ties.some(([, ...others]) => others.includes(name))
  const likely = found.parameters.filter((name) => !isTied(name))
  const notes = [...found.notes, ...ties.map((tie) => `Trained as one, as asked for: ${list(tie)}.`)]
  checkOperatorSet(file)
  const { input, output } = findEnds(file)
  const candidates = new Set(chooseTensors(file, { ...found, likely }, options))
  const translated = translate(file, input, candidates)
  const result = withoutEnd(translated.graph, translated.names.get(output.name), options.output)
  if (result === undefined) throw new OnnxModelError(`nothing computes its output "${output.name}"`)
  const nodes = reachable(translated.graph, result)
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  const isUsed = (name: string) => used.has(translated.names.get(name)!)
  const trained = file.constants.filter(({ name }) => candidates.has(name) && isUsed(name))
  const isChosen = options.trainable !== undefined || options.tensors !== undefined
  const unused = isChosen ? [...candidates].find((name) => !isUsed(name)) : undefined
  if (unused !== undefined) throw new OnnxModelError(`tensor "${unused}" does not influence the output`)
  if (trained.length === 0) throw new OnnxModelError('no tensor is left to train; name some in `trainable`')
  const parameters = new Map(trained.map(({ name }, index) => [translated.names.get(name)!, parameterName(index)]))
  refuseUndifferentiable({ nodes, result, origins: translated.origins, count: file.nodes.length }, parameters)
  const outputs = countResults(translated.shapes.get(result)!)
  const rename = (name: string) => parameters.get(name) ?? name
  const graph: Graph = {
    ...translated.graph,
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
    constants: translated.graph.constants.filter(({ name }) => used.has(name)),
  }
  const frozen = file.constants.flatMap(({ name }) => {
    const own = translated.names.get(name)
    return own === undefined || parameters.has(own) || !used.has(own) ? [] : [[own, name] as const]
  })
  const model: ImportedModel = {
    kind: 'onnx',
    inputs: sizeOf(input.shape),
    inputType: input.type === 'float' ? 'float' : 'integer',
    element: input.type,
    shape: input.shape,
    outputs,
    tensors: trained.map(({ name, shape }) => ({ name, shape })),
    output: options.output,
    graph,
    result,
    ...(ties.length === 0 ? {} : { ties: ties.map((tie) => [...tie]) }),
    ends: { input: input.name, output: output.name },
    names: new Map(frozen),
    shapes: new Map([...translated.shapes].map(([name, shape]) => [rename(name), shape])),
    weights: join(trained),
    baseHash: hashBase(bytes),
    isBatchFixed: input.fixedBatch !== undefined,
    leftOut: isChosen ? listLeftOut(file, trained) : found.leftOut.filter(({ name }) => isUsed(name)),
    notes,
  }
  validateWeights(model, model.weights)
  return model
}

function checkOperatorSet({ opset }: OnnxFile): void {
  if (opset >= OLDEST_OPSET && opset <= NEWEST_OPSET) return
  throw new OnnxModelError(
    `it uses operator set ${opset}; export with opset_version ${OLDEST_OPSET} to ${NEWEST_OPSET}`,
  )
}

/** All tensors of floats that are not trained, where the trained ones were named. */
function listLeftOut({ constants }: OnnxFile, trained: Constant[]): LeftOut[] {
  return constants
    .filter((constant) => constant.type === 'float' && !trained.includes(constant))
    .map(({ name, shape }) => ({ name, shape, reason: 'not among those that were named' }))
}

/** The value before a softmax or sigmoid that ends the graph and that the loss has itself. */
function withoutEnd(graph: Graph, result: string | undefined, kind: OutputKind): string | undefined {
  const last = graph.nodes.find(({ outputs }) => outputs.includes(result ?? ''))
  const end = { softmax: 'Softmax', logistic: 'Sigmoid', 'multi-label': 'Sigmoid', linear: '' }[kind]
  // A softmax over the batch is none over the outputs.
  return last?.op === end && intOf(last, 'axis', -1) !== 0 ? last.inputs[0] : result
}

/** The nodes that a value is computed by, in their order. */
function reachable(graph: Graph, result: string): Node[] {
  const wanted = new Set([result])
  const nodes: Node[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output))) continue
    nodes.push(node)
    for (const input of node.inputs) wanted.add(input)
  }
  return nodes.reverse()
}

/** @param of.count - Nodes of the file. @throws {@link UnsupportedOperatorError}, {@link OnnxModelError} */
function refuseUndifferentiable(
  { nodes, result, origins, count }: { nodes: Node[]; result: string; origins: Origins; count: number },
  parameters: ReadonlyMap<string, string>,
): void {
  const depends = new Set(parameters.keys())
  for (const node of nodes) {
    if (!node.inputs.some((input) => depends.has(input)) || stopsGradient(node)) continue
    for (const output of node.outputs) depends.add(output)
    if (hasGradient(node.op)) continue
    const { node: origin, position } = origins.get(node)!
    throw new UnsupportedOperatorError(origin, position, count, 'it has no gradient')
  }
  if (!depends.has(result)) throw new OnnxModelError('no tensor to train has a gradient from its output')
}

function countResults(shape: Shape): number {
  const [batch, outputs, ...rest] = shape
  if (batch === undefined || !isSameSize(batch, BATCH) || typeof outputs !== 'number' || rest.length > 0) {
    throw new OnnxModelError(`its output has shape ${formatShape(shape)}; [batch, outputs] is needed`)
  }
  return outputs
}

/** The values of tensors one after another. */
function join(constants: Constant[]): Float32Array {
  const parts = constants.map(toFloats)
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
