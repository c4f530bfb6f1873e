/**
 * Who of several values that were compared gets the gradient of their maximum: the first of the largest, as PyTorch has it.
 *
 * With d_k = isPositive(y − x_k), 0 where x_k is the maximum: `rest_0 = g`, `rest_{k+1} = rest_k · d_k`, and x_k receives
 * `rest_k − rest_{k+1}`; the last receives what is left.
 */

import { emit } from '../onnx/graph.ts'
import type { Graph } from '../onnx/writer.ts'
import { emitIsPositive } from './rule.ts'

/** What the maximum was taken of, and its gradient. */
interface Maximum {
  count: number
  /** Appends what gives the value of an index. */
  take: (index: number) => string
  maximum: string
  gradient: string
}

/** Appends the gradients of all values, in their order. */
export function emitFirstMaximum(graph: Graph, { count, take, maximum, gradient }: Maximum): string[] {
  const parts: string[] = []
  let rest = gradient
  for (let index = 0; index < count - 1; index++) {
    const isSmaller = emitIsPositive(graph, emit(graph, 'Sub', [maximum, take(index)]))
    const next = emit(graph, 'Mul', [rest, isSmaller])
    parts.push(emit(graph, 'Sub', [rest, next]))
    rest = next
  }
  return [...parts, rest]
}
