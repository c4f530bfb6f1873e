/**
 * Made-up examples of a schema, for a creator who has no data: something to learn in the right columns, ranges and
 * classes, enough to measure steps on. They say nothing about anyone.
 *
 * @example
 * ```ts
 * import { synthesizeData } from '@tutti/learn'
 *
 * const { count, inputs } = synthesizeData(schema, { count: 10, seed: 1 })
 * count // → 10
 * inputs.length // → 60
 * ```
 */
import { fromSeed, integer, normal, type Random } from '@tutti/core'
import type { Dataset } from './dataset.ts'
import { encodeExample } from './examples.ts'
import { countInputs, type DataSchema, type Feature } from './schema.ts'

/**
 * Examples with numbers `normal(center, spread)` kept within their range, categories alike in frequency, and labels of
 * a random linear teacher: with x the real inputs and w_k standard normal, the class `argmax_k w_k·x`, the labels with
 * `w_k·x > 0`, or the number `center + spread · w·x / ‖w‖` kept within its range.
 *
 * @param options.count - Examples; 256 when absent.
 * @param options.seed - The same seed gives the same examples.
 */
export function synthesizeData(schema: DataSchema, { count = 256, seed }: { count?: number; seed: number }): Dataset {
  const random = fromSeed(seed)
  const { label, inputZero, inputScale } = schema
  const features = countInputs(schema)
  const answers = label.kind === 'number' ? 1 : label.classes.length
  const teachers = Array.from({ length: answers }, () => Array.from({ length: features }, () => normal(random)))
  const inputs = new Uint8Array(count * features)
  const labels = label.kind === 'number' ? new Float64Array(count) : new Int32Array(count)
  for (let row = 0; row < count; row++) {
    const values = Object.fromEntries(schema.features.map((feature) => [feature.name, drawValue(feature, random)]))
    const input = encodeExample(schema, values)
    inputs.set(input, row * features)
    const scores = teachers.map((teacher) =>
      teacher.reduce((sum, weight, i) => sum + (weight * (input[i]! - inputZero) * inputScale[0]) / inputScale[1], 0),
    )
    labels[row] = answerOf(label, scores, Math.hypot(...teachers[0]!))
  }
  const { center: labelCenter, spread: labelSpread } = label.kind === 'number' ? label : { center: 0, spread: 1 }
  return { count, features, inputs, labels, inputZero, inputScale, labelCenter, labelSpread }
}

function drawValue(feature: Feature, random: Random): string | number {
  if (feature.kind === 'category') return feature.categories[integer(random, feature.categories.length)]!
  return within(feature, feature.center + feature.spread * normal(random))
}

function answerOf(label: DataSchema['label'], scores: number[], norm: number): number {
  if (label.kind === 'number') return within(label, label.center + (label.spread * scores[0]!) / norm)
  if (label.kind === 'class') return scores.indexOf(Math.max(...scores))
  return scores.reduce((mask, score, index) => (score > 0 ? mask | (1 << index) : mask), 0)
}

function within(range: { minimum?: number | undefined; maximum?: number | undefined }, value: number): number {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = range
  return Math.min(maximum, Math.max(minimum, value))
}
