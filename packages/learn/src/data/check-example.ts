/**
 * One example held against a schema before it is encoded: all that does not fit, and what is not taken as it stands.
 *
 * @example
 * ```ts
 * import { findExampleFaults, findTakenValues } from '@tutti/learn'
 *
 * findExampleFaults(schema, { a: 1, b: 2, c: 3, d: 4, e: 5, f: 'much' }).map(({ column }) => column) // → ['f']
 * findTakenValues(schema, { a: 1_000, b: 0, c: 0, d: 0, e: 0, f: 0 }).map(({ name, clipped }) => [name, clipped]) // → [['a', 1]]
 * ```
 */
import { createTaker, nothingTaken, type TakenOtherwise } from './check-table.ts'
import { shorten } from './csv-error.ts'
import { createEncoder, toCell } from './examples.ts'
import { countInputs, type DataSchema } from './schema.ts'

/** A value of an example that does not fit. */
export interface ExampleFault {
  column: string
  reason: string
}

/** A value that a schema takes, though not as it stands; a column of one value. */
export interface TakenValue extends TakenOtherwise {
  /** The value as it was given; empty where there is none. */
  value: string
  /** What the column knows; of a number nothing. */
  categories: readonly string[]
}

/** Every value that `encodeExample` would refuse, in the order of the schema. */
export function findExampleFaults(schema: DataSchema, values: Record<string, string | number>): ExampleFault[] {
  const scratch = new Uint8Array(countInputs(schema))
  return schema.features.flatMap((feature) => {
    const fault = createEncoder(feature, schema, '.')(toCell(values, feature), scratch, 0)
    return fault === undefined ? [] : [{ column: feature.name, reason: fault.reason }]
  })
}

/**
 * What becomes of an example's values that are not taken as they stand.
 *
 * @param values - Without faults, see {@link findExampleFaults}.
 */
export function findTakenValues(schema: DataSchema, values: Record<string, string | number>): TakenValue[] {
  return schema.features.flatMap((feature) => {
    const value = toCell(values, feature)
    const otherwise = createTaker(feature, schema, '.')(value)
    if (otherwise === undefined) return []
    const categories = feature.kind === 'category' ? feature.categories : []
    return [{ ...nothingTaken(feature, 1), [otherwise]: 1, value, categories }]
  })
}

/** What becomes of such a value, as a sentence without its full stop. */
export function describeTakenValue({ name, value, categories, unknown, missing, standsFor }: TakenValue): string {
  if (unknown > 0) {
    const known = shorten(categories.join(', '))
    return `column "${name}": "${shorten(value)}" is none of ${known}; it sets no input`
  }
  if (missing > 0) {
    const becomes = standsFor === undefined ? 'it sets no input' : `it is taken for ${standsFor}`
    return `column "${name}": ${value === '' ? 'the value is missing' : `"${shorten(value)}" marks a missing value`}; ${becomes}`
  }
  return `column "${name}": ${shorten(value)} is far from the centre; it is taken for the nearest value that an input can have`
}
