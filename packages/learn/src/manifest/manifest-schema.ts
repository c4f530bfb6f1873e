/**
 * The form of a manifest: keys, kinds of values and their ranges. How its parts must agree is in `rules.ts`.
 *
 * Version 1: dense layers whose integers start in the lanes, with the network that answers in the contract. Version 2:
 * any model whose lanes are added to float weights, of a seed or of a file; the contract does not answer for it.
 */
import { z } from 'zod'
import { dataSchemaDefinition } from '../data/schema.ts'

const finite = z.number().refine(Number.isFinite)
const ratio = z.tuple([z.int().positive(), z.int().positive()])
const size = z
  .int()
  .positive()
  .max(2 ** 31)
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes in lower-case hexadecimal')
const integerText = z.string().regex(/^(0|-?[1-9][0-9]*)$/, 'expected an integer as decimal text')

/** Zod form of {@link MetricName}. */
export const metricSchema = z.enum(['accuracy', 'balanced-accuracy', 'f1', 'auroc', 'mae'])

/** Zod form of {@link TrainingSpec}. */
export const trainingSchema = z
  .strictObject({
    optimizer: z.enum(['sgd', 'adam']).describe('How a member steps along its gradients.'),
    learningRate: finite.positive().describe('Size of a step. Halve it if training diverges.'),
    momentum: finite.min(0).lt(1).describe('Share of the last step that is kept (sgd).'),
    epochs: size.optional().describe('Passes over a member’s own rows in a round; or give steps.'),
    steps: size
      .optional()
      .describe(
        'In place of epochs: steps in a round, whatever a member’s rows, which are passed over again and again.',
      ),
    batchSize: size.describe('Rows a step.'),
    proximal: finite
      .min(0)
      .describe('FedProx (Li et al. 2020): adds proximal/2 · ‖w − w_global‖² to the loss; 0 is plain FedAvg.'),
    decay: finite
      .positive()
      .max(1)
      .optional()
      .describe('The learning rate of round r is learningRate · decay^r; 1 when absent.'),
    weighting: z
      .strictObject({
        reference: size.describe('Rows of a member whose update weighs 1, such as their mean over members.'),
        most: finite.min(1).max(64).describe('No update weighs more than this, or less than one part in it.'),
      })
      .optional()
      .describe('Updates weigh by their member’s rows, within bounds; alike when absent.'),
  })
  .refine(({ epochs, steps }) => (epochs === undefined) !== (steps === undefined), {
    message: 'give epochs or steps, one of them',
    path: ['epochs'],
  })

const pair = z.tuple([size, size])
const activation = z.enum(['relu', 'none'])
const output = z.enum(['softmax', 'logistic', 'multi-label', 'linear'])
const tensorShape = z.array(size).min(1)

const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dense'), outputs: size, activation }),
  z.strictObject({
    kind: z.literal('convolution'),
    channels: size,
    kernel: pair,
    stride: pair.optional(),
    padding: z.enum(['same', 'valid']),
    activation,
  }),
  z.strictObject({ kind: z.literal('max-pooling'), window: pair }),
  z.strictObject({ kind: z.literal('average-pooling'), window: pair }),
  z.strictObject({ kind: z.literal('embedding'), entries: size, width: size }),
])

const modelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.undefined().optional(),
    inputs: size,
    shape: z.tuple([size, size, size]).optional(),
    layers: z.array(layerSchema).min(1),
    output,
  }),
  z.strictObject({
    kind: z.literal('onnx'),
    inputs: size,
    inputType: z.enum(['float', 'integer']),
    shape: tensorShape,
    outputs: size,
    tensors: z.array(z.strictObject({ name: z.string().min(1), shape: z.array(size) })).min(1),
    ties: z
      .array(z.array(z.string().min(1)).min(2))
      .min(1)
      .optional(),
    output,
  }),
])

const networkSchema = z.strictObject({
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
})

/** Zod form of {@link Manifest}. */
export const manifestSchema = z.strictObject({
  version: z.literal([1, 2]),
  name: z.string().min(1),
  purpose: z.string(),
  licence: z.string(),
  contact: z.string(),
  /** What taking part makes public for ever. */
  publicity: z.string().min(1),
  task: z.strictObject({
    kind: z.enum(['multi-class', 'binary', 'multi-label', 'regression']),
    metrics: z.array(metricSchema).min(1),
  }),
  data: dataSchemaDefinition,
  /** The statistics round that the constants of `data` came from, on which chain; its id is unique there. */
  statistics: z.strictObject({ chainId: z.int().positive(), id: hash, manifestHash: hash }).optional(),
  model: modelSchema,
  tensors: z.array(z.strictObject({ name: z.string().min(1), shape: z.array(size), step: ratio })).min(1),
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
      /** keccak256 of the words of the initial model. */
      hash,
    }),
    /** Float weights of a seed; lanes start at zero. */
    z.strictObject({ kind: z.literal('float'), seed: hash }),
    /** Float weights of a file with this keccak256, ONNX or safetensors; lanes start at zero. */
    z.strictObject({ kind: z.literal('base'), hash }),
  ]),
  network: networkSchema.optional(),
  loss: z.strictObject({ classWeights: z.array(finite.positive()).optional() }),
  training: trainingSchema,
})

/** What a federation trains. */
export type Manifest = z.infer<typeof manifestSchema>

/** How a member trains in a round. */
export type TrainingSpec = z.infer<typeof trainingSchema>

/** Constants of the integer network that answers predictions. */
export type NetworkSpec = z.infer<typeof networkSchema>

/** A tensor's name, shape and step: weight units per integer, [numerator, denominator]. */
export type TensorSpec = Manifest['tensors'][number]

/** Where the integers start. */
export type Initialisation = Manifest['initialisation']

/** Where constants came from: id and manifest hash (keccak256) of a statistics round on the chain with this id. */
export type StatisticsSource = NonNullable<Manifest['statistics']>

/** What is learnt. */
export type TaskKind = Manifest['task']['kind']

/** A figure by which a model is judged. */
export type MetricName = z.infer<typeof metricSchema>
