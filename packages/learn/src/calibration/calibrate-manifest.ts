/**
 * The manifest of a new federation: steps, shifts and multipliers from a rehearsal on the creator's own data alone.
 *
 * What `create` publishes and what the accuracy benchmark trains with come from here, so that the published accuracy is
 * that of a calibration which a creator can do.
 *
 * @example
 * ```ts
 * import { calibrateManifest } from '@tutti/learn/node'
 *
 * const { name, purpose, licence, contact, training, model } = manifest
 * const learningTask = { name, purpose, licence, contact, training, model, schema, kind: 'multi-class' } as const
 * const another = await calibrateManifest(learningTask, rows, {
 *   members: 3,
 *   arithmetic: { laneBits: 16, bits: 4, gains: [{ fromRound: 0, gain: 1 }] },
 *   startsFromFloats: false,
 *   seed: 1,
 *   initialisation: new Uint8Array(32).fill(8),
 * })
 * another.tensors // → manifest.tensors
 * ```
 */
import { toHex } from '@tutti/core'
import { type Dataset, selectExamples } from '../data/dataset.ts'
import type { DataSchema } from '../data/schema.ts'
import { toBaseWeights, toSpec } from '../import/base-weights.ts'
import type {
  Initialisation,
  Manifest,
  MetricName,
  StatisticsSource,
  TaskKind,
  TrainingSpec,
} from '../manifest/manifest.ts'
import { hashBase } from '../model/base-hash.ts'
import { countParameters, type ImportedModel, type ModelSpec } from '../model/model.ts'
import type { ArithmeticTerms } from '../training/quantized-averaging.ts'
import { createTrainer } from '../training/trainer.ts'
import { buildManifest } from './build-manifest.ts'
import { calibrate } from './calibrate.ts'
import { calibrateSteps } from './steps.ts'

/** What is to be learnt, as a built-in task or a creator describes it. */
export interface LearningTask {
  name: string
  purpose: string
  licence: string
  contact: string
  kind: TaskKind
  schema: DataSchema
  model: ModelSpec | ImportedModel
  /** Blob path: the file of the initial weights, or of the model itself; a seed gives them when absent. */
  baseFile?: Uint8Array | undefined
  training: TrainingSpec
  classWeights?: number[] | undefined
  /** Those usual for the kind when absent. */
  metrics?: MetricName[] | undefined
  /** The statistics round that the schema's constants came from; absent: none. */
  statistics?: StatisticsSource | undefined
}

/** What a manifest depends on beyond the task. */
export interface ManifestChoices {
  /** The most members that train in a round: steps are calibrated for so many updates. */
  members: number
  arithmetic: ArithmeticTerms
  /** Whether the model starts from floats and its lanes at zero, as in blobs; else it answers in the contract. */
  startsFromFloats: boolean
  /** Of the rehearsal. */
  seed: number
  /** 32 bytes from which the model starts. */
  initialisation: Uint8Array
}

/**
 * Calibrates on the creator's own data and writes the manifest.
 *
 * @param rehearsal - The creator's data, as one member would hold it.
 * @throws what `calibrate`, `calibrateSteps` and `buildManifest` throw.
 */
export async function calibrateManifest(
  learningTask: LearningTask,
  rehearsal: Dataset,
  { members, arithmetic, startsFromFloats, seed, initialisation: seeded }: ManifestChoices,
): Promise<Manifest> {
  const { model, schema, training, baseFile, classWeights, metrics, statistics, contact } = learningTask
  const weighted = classWeights === undefined ? {} : { classWeights }
  const measured = {
    ...(metrics === undefined ? {} : { metrics }),
    ...(statistics === undefined ? {} : { statistics }),
  }
  const described = { task: learningTask, contact, ...weighted, ...measured }
  const trainer = await createTrainer(model, training, weighted)
  try {
    const { weighting } = training
    const how = { model, trainer, expectedUpdates: members, terms: arithmetic, seed, weighting }
    if (!startsFromFloats) {
      const calibration = await calibrate({ ...how, schema, members: [rehearsal] })
      return buildManifest({ ...described, calibration, initialisation: seeded })
    }
    const initialisation: Initialisation =
      baseFile === undefined ? { kind: 'float', seed: toHex(seeded) } : { kind: 'base', hash: hashBase(baseFile) }
    const start = toBaseWeights({ model: toSpec(model), initialisation }, baseFile)
    const tensors = await calibrateSteps({ ...how, members: [thinOut(model, rehearsal)] }, start)
    return buildManifest({ ...described, calibration: { tensors }, initialisation })
  } finally {
    await trainer.release()
  }
}

/** Models above this are rehearsed on so many examples at the most. */
const LARGE_MODEL = 500_000
const LARGE_REHEARSAL_EXAMPLES = 1_500

/** Examples of the data at even distances, where a model is large. */
function thinOut(model: ModelSpec, rehearsal: Dataset): Dataset {
  const isLarge = countParameters(model) > LARGE_MODEL
  const count = Math.min(rehearsal.count, isLarge ? LARGE_REHEARSAL_EXAMPLES : rehearsal.count)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * rehearsal.count) / count))
  return selectExamples(rehearsal, indices)
}
