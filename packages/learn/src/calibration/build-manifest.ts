/**
 * The manifest of a task: its description, and what a calibration measured.
 *
 * @example
 * ```ts
 * import { buildManifest, mlp, tensorLayout } from '@tutti/learn'
 *
 * const model = mlp([6, 2], 'softmax')
 * const { training } = manifest
 * const task = { name: 'pumps', purpose: 'an example', licence: 'MIT', kind: 'multi-class', schema, model, training } as const
 * const tensors = tensorLayout(model).map(({ name, shape }) => ({ name, shape, step: [1, 128] as [number, number] }))
 * const built = buildManifest({ task, calibration: { tensors }, initialisation: new Uint8Array(32) })
 * built.version // → 2
 * built.initialisation.kind // → 'float'
 * ```
 */
import { toHex } from '@tutti/core'
import { toSpec } from '../import/base-weights.ts'
import {
  type Initialisation,
  type Manifest,
  type MetricName,
  type StatisticsSource,
  type TaskKind,
  validateManifest,
} from '../manifest/manifest.ts'
import type { Task } from '../tasks/tasks.ts'
import type { Calibration } from './calibrate.ts'

/** The metrics that a manifest lists unless others are asked for. */
const METRICS: Record<TaskKind, MetricName[]> = {
  'multi-class': ['accuracy', 'balanced-accuracy', 'f1'],
  binary: ['accuracy', 'balanced-accuracy', 'f1', 'auroc'],
  'multi-label': ['accuracy', 'f1', 'auroc'],
  regression: ['mae'],
}

const PUBLICITY =
  'Updates of every round, the model, the member’s address, when it took part and what it was paid are public for ' +
  'ever. Raw updates can leak information about the data they were trained on.'

/** What of a task and its calibration a manifest is built from. */
export interface ManifestOptions {
  task: Pick<Task, 'name' | 'purpose' | 'licence' | 'kind' | 'schema' | 'model' | 'training'>
  /** What `calibrate` gives; the steps alone (`calibrateSteps`) for a model that starts from floats. */
  calibration: Calibration | Pick<Calibration, 'tensors'>
  /** 32 bytes that seed the initial integers, or the initial floats where only steps were calibrated; or all of it. */
  initialisation: Uint8Array | Initialisation
  contact?: string
  classWeights?: number[]
  metrics?: MetricName[]
  /** The statistics round that the schema's constants came from; absent: none. */
  statistics?: StatisticsSource
}

/**
 * A manifest of version 1 from a whole calibration, of version 2 from steps alone.
 *
 * @throws `ManifestError` naming the key.
 */
export function buildManifest({
  task,
  calibration,
  initialisation,
  contact = '',
  classWeights,
  metrics = METRICS[task.kind],
  statistics,
}: ManifestOptions): Manifest {
  const isDirect = 'network' in calibration
  return validateManifest({
    version: isDirect ? 1 : 2,
    name: task.name,
    purpose: task.purpose,
    licence: task.licence,
    contact,
    publicity: PUBLICITY,
    task: { kind: task.kind, metrics },
    data: task.schema,
    ...(statistics === undefined ? {} : { statistics }),
    model: toSpec(task.model),
    tensors: calibration.tensors,
    initialisation:
      initialisation instanceof Uint8Array ? seededStart(toHex(initialisation), calibration) : initialisation,
    ...(isDirect ? { network: calibration.network } : {}),
    loss: classWeights === undefined ? {} : { classWeights },
    training: task.training,
  })
}

function seededStart(seed: string, calibration: ManifestOptions['calibration']): Initialisation {
  if (!('amplitudes' in calibration)) return { kind: 'float', seed }
  return { kind: 'seeded', seed, amplitudes: calibration.amplitudes }
}
