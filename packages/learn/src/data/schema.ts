/**
 * The data schema: what a column means and how a value becomes the bytes that training and the contract both see.
 *
 * `byte = clamp(round((value − center) / (spread · inputScale)) + inputZero, 0, 255)`. A category takes one byte for
 * each of its values: 1.0 for the one it has, 0.0 for the others.
 *
 * @example
 * ```ts
 * import { countInputs, parseDataSchema, toByte } from '@tutti/learn'
 *
 * countInputs(parseDataSchema(JSON.parse(JSON.stringify(schema)))) // → 6
 * toByte(1, 128, [1, 32]) // → 160
 * toByte(1_000, 128, [1, 32]) // → 255
 * parseDataSchema({ version: 2 }) // throws DataSchemaError
 * ```
 */
import { z } from 'zod'
import type { Ratio } from './dataset.ts'
import { LABEL_SEPARATORS, MOST_LABELS, USUAL_SEPARATOR } from './label-lists.ts'

const finite = z.number().refine(Number.isFinite)
const ratio = z.tuple([z.int().positive(), z.int().positive()])
const name = z.string().min(1).describe('Name of the column, as the header of the CSV has it.')
const unit = z.string().optional().describe('What the numbers count, for people.')
const minimum = finite.optional().describe('Values below are refused: another unit, or a mistake.')
const maximum = finite.optional().describe('Values above are refused: another unit, or a mistake.')
const center = finite.describe('The value that becomes 0, the mean for example.')
const spread = finite
  .positive()
  .describe('The distance from the centre that becomes 1, the standard deviation for example.')

const numberFeature = z.strictObject({
  name,
  kind: z.literal('number'),
  unit,
  minimum,
  maximum,
  center,
  spread,
  missing: z.union([z.literal('refuse'), finite]).describe('refuse, or the value that an empty cell stands for.'),
})

const categoryFeature = z.strictObject({
  name,
  kind: z.literal('category'),
  categories: z.array(z.string().min(1)).min(1).describe('The texts that occur; each becomes an input of its own.'),
  unknown: z.enum(['refuse', 'zero']).describe('zero: a text that is not listed sets none of the inputs.'),
  missing: z.enum(['refuse', 'zero']).describe('zero: an empty cell sets none of the inputs.'),
})

const unlabelled = z
  .enum(['refuse', 'omit'])
  .optional()
  .describe('omit: rows without a label are left out; refuse, or absent: they are refused.')

const label = z.discriminatedUnion('kind', [
  z.strictObject({
    name,
    kind: z.literal('class'),
    classes: z.array(z.string().min(1)).min(2),
    missing: unlabelled,
  }),
  z.strictObject({
    name,
    kind: z.literal('labels'),
    classes: z.array(z.string().min(1)).min(1).max(MOST_LABELS),
    separator: z
      .enum(LABEL_SEPARATORS)
      .optional()
      .describe('What stands between the labels of a cell; a semicolon when absent. An empty cell names none.'),
  }),
  z.strictObject({
    name,
    kind: z.literal('number'),
    unit,
    minimum,
    maximum,
    center,
    spread,
    missing: unlabelled,
  }),
])

const csvSchema = z
  .strictObject({
    delimiter: z.enum([',', ';', '\t', '|']).describe('What separated the cells.'),
    decimal: z
      .enum(['.', ','])
      .describe('What divides the whole of a number from its part, where the cells of a file leave it open.'),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).describe('What the bytes stood for.'),
  })
  .describe('How the file was written that the schema was drafted from. Files of others are looked at anew.')

/** Zod form of {@link DataSchema}; the manifest embeds it. */
export const dataSchemaDefinition = z
  .strictObject({
    version: z.literal(1),
    features: z.array(z.discriminatedUnion('kind', [numberFeature, categoryFeature])).min(1),
    label,
    csv: csvSchema.optional(),
    inputZero: z.int().min(0).max(255).describe('The byte that stands for zero.'),
    inputScale: ratio.describe('What one unit of a byte is worth, [numerator, denominator].'),
  })
  .superRefine((schema, context) => {
    const names = [...schema.features.map((feature) => feature.name), schema.label.name]
    for (const [index, column] of names.entries()) {
      if (names.indexOf(column) !== index) {
        const path = index < schema.features.length ? ['features', index, 'name'] : ['label', 'name']
        context.addIssue({ code: 'custom', path, message: `column "${column}" is named twice` })
      }
    }
    for (const [index, feature] of schema.features.entries()) {
      if (feature.kind === 'category' && new Set(feature.categories).size !== feature.categories.length) {
        context.addIssue({
          code: 'custom',
          path: ['features', index, 'categories'],
          message: 'a category is named twice',
        })
      }
      if (feature.kind === 'number' && feature.minimum !== undefined && feature.maximum !== undefined) {
        if (feature.minimum > feature.maximum) {
          context.addIssue({
            code: 'custom',
            path: ['features', index, 'minimum'],
            message: 'minimum is above maximum',
          })
        }
      }
    }
    if (schema.label.kind === 'labels') {
      const { classes, separator = USUAL_SEPARATOR } = schema.label
      const joined = classes.findIndex((text) => text.includes(separator))
      if (joined >= 0) {
        const message = `"${classes[joined]}" holds "${separator}", which separates labels: no cell could name it`
        context.addIssue({ code: 'custom', path: ['label', 'classes', joined], message })
      }
    }
    if (schema.label.kind !== 'number' && new Set(schema.label.classes).size !== schema.label.classes.length) {
      context.addIssue({ code: 'custom', path: ['label', 'classes'], message: 'a class is named twice' })
    }
  })

/** Columns, label and byte form of a dataset, version 1. */
export type DataSchema = z.infer<typeof dataSchemaDefinition>

/** One column of a {@link DataSchema}. */
export type Feature = DataSchema['features'][number]

/** The answer column of a {@link DataSchema}. */
export type LabelSchema = DataSchema['label']

/**
 * Checks a value read from elsewhere as a schema.
 *
 * @throws {@link DataSchemaError} naming the key.
 */
export function parseDataSchema(value: unknown): DataSchema {
  const result = dataSchemaDefinition.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new DataSchemaError(formatPath(issue.path), issue.message)
}

/** Bytes of an example: one for a number, one for each category of a category. */
export function countInputs(schema: DataSchema): number {
  return schema.features.reduce((sum, feature) => sum + (feature.kind === 'number' ? 1 : feature.categories.length), 0)
}

/** Byte of a real input: `clamp(round(real / inputScale) + inputZero, 0, 255)`; halves round up. */
export function toByte(real: number, inputZero: number, inputScale: Ratio): number {
  const byte = Math.floor((real * inputScale[1]) / inputScale[0] + 0.5) + inputZero
  return Math.min(255, Math.max(0, byte))
}

/** A key's path as people write it: `features[3].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
}

/** A data schema breaks its form. */
export class DataSchemaError extends Error {
  override name = 'DataSchemaError'
  readonly key: string
  constructor(key: string, reason: string) {
    super(`Data schema: "${key}": ${reason}.`)
    this.key = key
  }
}
