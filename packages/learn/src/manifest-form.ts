/**
 * The form of a manifest, version 1: keys, kinds of values and their ranges. How its parts must agree is in
 * `manifest-rules.ts`.
 */
import { z } from 'zod'
import { dataSchemaForm } from './schema.ts'

const finite = z.number().refine(Number.isFinite)
const ratio = z.tuple([z.int().positive(), z.int().positive()])
const size = z
  .int()
  .positive()
  .max(2 ** 31)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes in lower-case hexadecimal')
const integerText = z.string().regex(/^(0|-?[1-9][0-9]*)$/, 'expected an integer as decimal text')

/** Zod form of {@link MetricName}. */
export const metricForm = z.enum(['accuracy', 'balanced-accuracy', 'f1', 'auroc', 'mae'])

/** Zod form of {@link TrainingSpec}. */
export const trainingForm = z.strictObject({
  optimizer: z.enum(['sgd', 'adam']).describe('How a member steps along its gradients.'),
  learningRate: finite.positive().describe('Size of a step. Halve it if training diverges.'),
  momentum: finite.min(0).lt(1).describe('Share of the last step that is kept (sgd).'),
  epochs: size.describe('Passes over a member’s own rows in a round.'),
  batchSize: size.describe('Rows a step.'),
  proximal: finite
    .min(0)
    .describe('FedProx (Li et al. 2020): adds proximal/2 · ‖w − w_global‖² to the loss; 0 is plain FedAvg.'),
  decay: finite
    .positive()
    .max(1)
    .optional()
    .describe('The learning rate of round r is learningRate · decay^r; 1 when absent.'),
})

/** Zod form of {@link Manifest}. */
export const manifestForm = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1),
  purpose: z.string(),
  licence: z.string(),
  contact: z.string(),
  /** What taking part makes public for ever. */
  publicity: z.string().min(1),
  task: z.strictObject({
    kind: z.enum(['multi-class', 'binary', 'multi-label', 'regression']),
    metrics: z.array(metricForm).min(1),
  }),
  data: dataSchemaForm,
  model: z.strictObject({
    inputs: size,
    layers: z
      .array(z.strictObject({ kind: z.literal('dense'), outputs: size, activation: z.enum(['relu', 'none']) }))
      .min(1),
    output: z.enum(['softmax', 'logistic', 'multi-label', 'linear']),
  }),
  tensors: z.array(z.strictObject({ name: z.string().min(1), shape: z.array(size).min(1), step: ratio })).min(1),
  initialisation: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('zero') }),
    z.strictObject({
      kind: z.literal('seeded'),
      seed: hash,
      amplitudes: z.array(
        z
          .int()
          .min(0)
          .max(2 ** 31),
      ),
    }),
    z.strictObject({
      kind: z.literal('given'),
      bound: z
        .int()
        .min(0)
        .max(2 ** 31),
      chunks: z.array(hash),
    }),
  ]),
  network: z.strictObject({
    inputScale: ratio,
    inputZero: z.int().min(0).max(255),
    layers: z.array(
      z.strictObject({
        shift: z.int().min(0).max(255),
        biasMultiplier: z
          .int()
          .min(1)
          .max(2 ** 32 - 1),
      }),
    ),
    outputMultiplier: integerText,
    outputOffset: integerText,
  }),
  loss: z.strictObject({ classWeights: z.array(finite.positive()).optional() }),
  training: trainingForm,
})

/** What a federation trains, version 1. */
export type Manifest = z.infer<typeof manifestForm>

/** How a member trains in a round. */
export type TrainingSpec = z.infer<typeof trainingForm>

/** Constants of the integer network that answers predictions. */
export type NetworkSpec = Manifest['network']

/** A tensor's name, shape and step: weight units per integer, [numerator, denominator]. */
export type TensorSpec = Manifest['tensors'][number]

/** Where the integers start. */
export type Initialisation = Manifest['initialisation']

/** What is learnt. */
export type TaskKind = Manifest['task']['kind']

/** A figure by which a model is judged. */
export type MetricName = z.infer<typeof metricForm>
