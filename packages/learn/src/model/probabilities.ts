/**
 * What a classifier's outputs say as probabilities. Its outputs are logits: they are not probabilities themselves.
 *
 * @example
 * ```ts
 * import { mlp, toProbabilities } from '@tutti/learn'
 *
 * toProbabilities(mlp([6, 2], 'softmax'), [0, 0]) // → Float64Array.of(0.5, 0.5)
 * toProbabilities(mlp([6, 1], 'linear'), [3]) // → undefined
 * ```
 */
import { countOutputs, type ModelSpec } from './model.ts'

/**
 * Probability of each class or label, shape [count, classes]: the softmax of an example's logits (softmax); of the second
 * class the logistic function of the logit, of the first the rest (logistic); of each label by itself the logistic function
 * of its logit (multi-label).
 *
 * @param outputs - Logits, shape [count, outputs].
 * @returns Undefined for a linear model, whose output is the answer.
 */
export function toProbabilities(model: ModelSpec, outputs: ArrayLike<number>): Float64Array | undefined {
  if (model.output === 'linear') return undefined
  const width = countOutputs(model)
  const count = outputs.length / width
  if (model.output === 'softmax') return softmax(outputs, count, width)
  if (model.output === 'multi-label') return Float64Array.from(outputs, logistic)
  const pairs = new Float64Array(2 * count)
  for (let row = 0; row < count; row++) {
    pairs[2 * row] = logistic(-outputs[row]!)
    pairs[2 * row + 1] = logistic(outputs[row]!)
  }
  return pairs
}

/** Softmax of each row, with the largest logit taken off first so that no power overflows. */
export function softmax(outputs: ArrayLike<number>, count: number, width: number): Float64Array {
  const probabilities = new Float64Array(count * width)
  for (let start = 0; start < count * width; start += width) {
    let largest = Number.NEGATIVE_INFINITY
    for (let i = start; i < start + width; i++) largest = Math.max(largest, outputs[i]!)
    let total = 0
    for (let i = start; i < start + width; i++) {
      probabilities[i] = Math.exp(outputs[i]! - largest)
      total += probabilities[i]!
    }
    for (let i = start; i < start + width; i++) probabilities[i] = probabilities[i]! / total
  }
  return probabilities
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
