/**
 * The manifest of a statistics round: what is counted, for what, and how much noise hides a row. A form of its own: there
 * is no model, no training and nothing to predict.
 *
 * @example
 * ```ts
 * import { isStatistics, parsePublishedManifest, requireModel } from '@tutti/learn'
 *
 * const published = parsePublishedManifest(manifestBytes)
 * isStatistics(published) // → false
 * requireModel(published) // → manifest
 * ```
 */
import { type DirectSetup, OutputKind, Start } from '@tutti/core'
import { z } from 'zod'
import { formatPath } from '../data/schema.ts'
import { toCanonicalJson } from '../manifest/canonical-json.ts'
import { type Manifest, ManifestError, parseManifest } from '../manifest/manifest.ts'
import { MOST_BINS, StatisticsPlanError, statisticsDimension } from './plan.ts'

const finite = z.number().refine(Number.isFinite)
const positive = z.int().positive()
const name = z.string().min(1)

const column = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    name,
    unit: z.string().optional(),
    minimum: finite,
    maximum: finite,
    bins: positive.max(MOST_BINS),
  }),
  z.strictObject({ kind: z.literal('category'), name, categories: z.array(name).min(1) }),
])

/** Zod form of {@link StatisticsManifest}. */
export const statisticsManifestSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('statistics'),
  name,
  purpose: z.string(),
  licence: z.string(),
  contact: z.string(),
  /** What taking part makes public for ever. */
  publicity: name,
  plan: z.strictObject({
    columns: z.array(column).min(1),
    bits: z.literal([2, 4, 8]),
    largestCount: positive,
    minimumMembers: positive,
    exposesFew: z.literal(true).optional(),
  }),
  /** Absent: none, and every member's own counts and sums are public. */
  noise: z
    .strictObject({ mechanism: z.literal('discrete-laplace'), epsilon: z.tuple([positive, positive]) })
    .optional(),
})

/** What a statistics round counts, version 1. */
export type StatisticsManifest = z.infer<typeof statisticsManifestSchema>

/** What a federation may publish: a model to train, or statistics to count. */
export type PublishedManifest = Manifest | StatisticsManifest

/** Whether a manifest is that of a statistics round. */
export function isStatistics(manifest: PublishedManifest): manifest is StatisticsManifest {
  return 'kind' in manifest
}

/**
 * Checks a value as the manifest of a statistics round.
 *
 * @throws `ManifestError` naming the key.
 */
export function validateStatisticsManifest(value: unknown): StatisticsManifest {
  const result = statisticsManifestSchema.safeParse(value)
  if (!result.success) {
    const issue = result.error.issues[0]!
    throw new ManifestError(formatPath(issue.path), issue.message)
  }
  try {
    statisticsDimension(result.data.plan)
  } catch (error) {
    if (!(error instanceof StatisticsPlanError)) throw error
    throw new ManifestError(`plan.${error.key}`, error.message)
  }
  return result.data
}

/** Canonical bytes of the manifest of a statistics round. @throws `ManifestError` naming the key. */
export function serializeStatisticsManifest(manifest: StatisticsManifest): Uint8Array {
  return new TextEncoder().encode(toCanonicalJson(validateStatisticsManifest(manifest)))
}

/**
 * Reads what a federation has published, of either kind. Bytes that are not canonical are refused.
 *
 * @throws `ManifestError` naming the key, or saying where the text stops being JSON.
 */
export function parsePublishedManifest(bytes: Uint8Array): PublishedManifest {
  const value = readStatisticsValue(bytes)
  if (value === undefined) return parseManifest(bytes)
  const manifest = validateStatisticsManifest(value)
  if (toCanonicalJson(manifest) !== new TextDecoder().decode(bytes)) {
    throw new ManifestError('', 'not in canonical form (RFC 8785); write it with serializeStatisticsManifest')
  }
  return manifest
}

/**
 * Reads what a federation has published as the manifest of a model.
 *
 * @throws {@link NoModelError} if it is a statistics round; `ManifestError`
 */
export function parseModelManifest(bytes: Uint8Array): Manifest {
  return requireModel(parsePublishedManifest(bytes))
}

/** The manifest of a model. @throws {@link NoModelError} if it is that of a statistics round. */
export function requireModel(manifest: PublishedManifest): Manifest {
  if (isStatistics(manifest)) throw new NoModelError(manifest.name)
  return manifest
}

/** The manifest of a statistics round. @throws {@link NoStatisticsError} if it is that of a model. */
export function requireStatistics(manifest: PublishedManifest): StatisticsManifest {
  if (!isStatistics(manifest)) throw new NoStatisticsError(manifest.name)
  return manifest
}

/** The setup of a statistics round: integers that start at zero, and no network. */
export function toStatisticsSetup({ plan }: StatisticsManifest): DirectSetup {
  return {
    start: Start.Zero,
    outputKind: OutputKind.Linear,
    inputZero: 0,
    seed: `0x${'00'.repeat(32)}`,
    bound: 0,
    outputMultiplier: 1n,
    outputOffset: 0n,
    tensors: [{ length: statisticsDimension(plan), amplitude: 0 }],
    hashes: [],
    layers: [],
  }
}

/** The JSON of a statistics round's manifest; undefined if the bytes are anything else. */
function readStatisticsValue(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    const isOne = typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'statistics'
    return isOne ? value : undefined
  } catch {
    return undefined
  }
}

/** A model was asked for where there is none. */
export class NoModelError extends Error {
  override name = 'NoModelError'
  readonly isRetryable = false
  constructor(name: string) {
    super(`"${name}" is a statistics round: it has no model. Look at what it counted with \`tutti stats show\`.`)
  }
}

/** Statistics were to be counted for a federation that trains a model. Do not retry. */
export class NoStatisticsError extends Error {
  override readonly name = 'NoStatisticsError'
  readonly isRetryable = false

  constructor(name: string) {
    super(`"${name}" trains a model; it counts no statistics. Take part with a data set or a trainer.`)
  }
}
