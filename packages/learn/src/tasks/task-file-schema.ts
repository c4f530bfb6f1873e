/**
 * The form of a task file, version 1: what a creator writes to found a federation on data of its own. The published
 * JSON Schema (`task.schema.json`) is generated from it.
 *
 * @example
 * ```ts
 * import { taskFileSchema, taskFileJsonSchema } from '@tutti/learn'
 *
 * taskFileSchema.safeParse({ version: 9 }).success // → false
 * taskFileJsonSchema().type // → 'object'
 * ```
 */
import { z } from 'zod'
import { dataSchemaDefinition } from '../data/schema.ts'
import { metricSchema, trainingSchema } from '../manifest/manifest-schema.ts'

/** Layers a model may have before its last, and outputs each: the direct path holds no more than some millions. */
const MOST_LAYERS = 8
const WIDEST_LAYER = 4_096

const count = z
  .int()
  .min(1)
  .max(2 ** 32 - 1)
const seconds = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
const tokens = z.union([
  z.int().min(0),
  z.string().regex(/^\d+(\.\d{1,36})?$/, 'expected an amount of tokens, such as "2.5"'),
])

const termsSchema = z.strictObject({
  members: z.int().min(1).max(256).optional().describe('The most members that train in a round.'),
  minimumUpdates: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Fewer updates leave the model unchanged; half of the members when absent.'),
  rounds: count.optional().describe('The most rounds.'),
  bits: z.literal([1, 2, 4, 8]).optional().describe('Bits of an update, a parameter.'),
  laneBits: z
    .literal([16, 32])
    .optional()
    .describe('Bits of a model integer; 16 when absent, or 32 where 16 could overflow.'),
  gain: z
    .int()
    .min(1)
    .max(2 ** 16 - 1)
    .optional()
    .describe('Factor of the sum of a round’s updates; when absent it follows the fading of updates.'),
  stake: tokens
    .optional()
    .describe('What a member deposits, in whole tokens; decimals, as many as the token has, in quotes.'),
  bounty: tokens
    .optional()
    .describe('What the creator pays over all rounds, in whole tokens; decimals, as many as the token has, in quotes.'),
  sealPay: tokens
    .optional()
    .describe(
      'Direct path: what the creator sets aside for whoever seals the finished model in code, in whole tokens; decimals, as many as the token has, in quotes.',
    ),
  joinSeconds: seconds.optional().describe('How long members may join before the first round opens with fewer.'),
  commitSeconds: seconds.optional().describe('Length of a commit phase; 0 for none.'),
  submitSeconds: seconds.min(1).optional().describe('How long a round waits for updates.'),
  keeperSeconds: seconds.optional().describe('Exclusive window of the chosen keeper.'),
  idleSeconds: seconds.min(1).optional().describe('How overdue a step must be until anyone may abandon.'),
  endQuorum: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Basis points of a round’s members whose votes end the federation early; 0: never.'),
  shards: z.int().min(1).max(256).optional().describe('Parts of the model; as few as fit a transaction when absent.'),
  shardsPerMember: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Parts that a member trains in a round, rotating; all when absent.'),
})

/** Zod form of {@link TaskFile}. */
export const taskFileSchema = z.strictObject({
  version: z.literal(1).describe('Version of this form.'),
  name: z.string().min(1).describe('What members and readers see the federation as.'),
  purpose: z.string().min(1).describe('What the model is for, in a sentence.'),
  licence: z.string().min(1).describe('Under what terms the model may be used.'),
  contact: z.string().describe('Where members ask; published for ever.'),
  data: dataSchemaDefinition.describe('Columns that every member’s data must have, and how values become inputs.'),
  model: z
    .strictObject({
      hidden: z
        .array(z.int().min(1).max(WIDEST_LAYER))
        .max(MOST_LAYERS)
        .describe('Sizes of the hidden layers, ReLU after each; none: a linear model.'),
      output: z
        .enum(['softmax', 'logistic', 'multi-label', 'linear'])
        .describe(
          'softmax: one of several classes; logistic: one of two; multi-label: any of several; linear: a number.',
        ),
    })
    .describe('A multi-layer perceptron. Inputs and outputs follow from the data.'),
  loss: z
    .strictObject({
      classWeights: z
        .array(z.number().positive())
        .min(1)
        .optional()
        .describe('What an example of each class weighs, in the order of the classes; alike when absent.'),
    })
    .optional()
    .describe('The loss follows from the output; this weighs it.'),
  metrics: z
    .array(metricSchema)
    .min(1)
    .optional()
    .describe('Figures by which the model is judged; those usual for the output when absent.'),
  training: trainingSchema.describe('How a member trains in a round.'),
  terms: termsSchema.optional().describe('Terms to propose; options of `tutti create` come before them.'),
})

/** What a creator wants learnt, from what data, on what terms: version 1. */
export type TaskFile = z.infer<typeof taskFileSchema>

/** The terms that a task file may propose. */
export type TaskFileTerms = z.infer<typeof termsSchema>

/** JSON Schema (draft 2020-12) of a task file, for editors; `task.schema.json` holds it. */
export function taskFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(taskFileSchema, { target: 'draft-2020-12', io: 'input' })
  return { $schema, title: 'Tutti task file', description: 'What a federation is to learn, version 1.', ...schema }
}
