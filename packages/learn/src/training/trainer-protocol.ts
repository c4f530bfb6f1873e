/**
 * The files by which a node and a member's own training program speak: what the node writes, what it reads. The published
 * JSON Schema (`trainer.schema.json`) is generated from these forms; docs/trainer.md tells the rules around them.
 *
 * @example
 * ```ts
 * import { trainerMetricsSchema } from '@tutti/learn'
 *
 * trainerMetricsSchema.parse({ examples: 60, loss: 0.5 }) // → { examples: 60, loss: 0.5 }
 * trainerMetricsSchema.safeParse({ examples: -1 }).success // → false
 * ```
 */
import { z } from 'zod'
import { manifestSchema } from '../manifest/manifest-schema.ts'

const count = z.int().min(0)
const path = z.string().min(1)

/** Zod form of `round.json`, which the node writes. Paths are absolute. */
export const trainerRoundSchema = z.object({
  version: z.literal(1).describe('Version of this form.'),
  federationId: z
    .string()
    .regex(/^0x[0-9a-f]{64}$/)
    .describe('The federation.'),
  round: count.describe('The round, from 0.'),
  seed: count.describe('Seeds the order of the rows; another one each round.'),
  weights: path.describe('Safetensors file of the global model, all tensors F32.'),
  trained: path.describe('Where the trained model is expected: the same tensors, F32.'),
  metrics: path.describe('Where the metrics are expected, as of `metrics` here.'),
  data: path.nullable().describe('The file that --data named, unread; null without it.'),
  limitSeconds: z.number().positive().describe('Seconds until the program is ended.'),
  manifest: manifestSchema.describe('The manifest of the federation, whole.'),
})

/** Zod form of `metrics.json`, which the program writes. Other keys are ignored. */
export const trainerMetricsSchema = z.object({
  examples: count.describe('Rows trained on. Published; where the manifest weighs updates, it weighs by them.'),
  heldOut: count.nullish().describe('Rows kept back from training, if the figures below are of those. Published.'),
  loss: z.number().nullish().describe('Mean loss of the global model, before training. Published.'),
  correct: count
    .nullish()
    .describe('Right answers of the global model, before training: one a row, or one a label of a row. Published.'),
  perClass: z.array(count).nullish().describe('Rows of each class, in the order of the classes. Published.'),
})

/** JSON Schema (draft 2020-12) of both files, under `$defs`; `trainer.schema.json` holds it. */
export function trainerSchema(): Record<string, unknown> {
  // The core's type of a form: comparing forms with all methods of `ZodType` takes the compiler two seconds.
  const toSchema = (form: z.core.$ZodType) => {
    const { $schema: _, ...schema } = z.toJSONSchema(form, {
      target: 'draft-2020-12',
      io: 'input',
      unrepresentable: 'any',
    })
    return schema
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tutti trainer protocol',
    description: 'round.json, which a node writes, and metrics.json, which a training program writes; version 1.',
    $defs: { round: toSchema(trainerRoundSchema), metrics: toSchema(trainerMetricsSchema) },
  }
}
