/** What a manifest says, in a few lines for people. Strangers write manifests: control characters never reach the terminal. */
import { formatCount } from '@tutti/core'
import {
  countParameters,
  describeModel,
  isStatistics,
  type Manifest,
  type PublishedManifest,
  parsePublishedManifest,
  type StatisticsSource,
} from '@tutti/learn'
import { toPlainText } from '../terminal/plain-text.ts'

/** Lines that introduce a federation: name, purpose, model, task, licence, contact. */
export function summariseManifest(bytes: Uint8Array): string[] {
  const manifest = parseOrUndefined(bytes)
  if (manifest === undefined) return ['(its manifest is not one that this version reads)']
  if (isStatistics(manifest)) {
    const { columns, minimumMembers } = manifest.plan
    const noise =
      manifest.noise === undefined ? 'no noise' : `noise of ε = ${formatEpsilon(manifest.noise.epsilon)} a member`
    const names = columns.map(({ name }) => name).join(', ')
    return [
      manifest.name,
      manifest.purpose,
      `statistics round over ${columns.length} columns (${names}), ${noise}, at least ${formatCount(minimumMembers, 'member')}; ` +
        `licence ${manifest.licence}, contact ${manifest.contact}`,
    ].map(toPlainText)
  }
  return [
    manifest.name,
    manifest.purpose,
    `${manifest.task.kind}, network ${describeModel(manifest.model)} (${countParameters(manifest.model)} parameters), ` +
      `judged by ${manifest.task.metrics.join(', ')}, licence ${manifest.licence}, contact ${manifest.contact}`,
    ...describeWork(manifest),
    ...describeSource(manifest),
  ].map(toPlainText)
}

/** A line that says how much a member trains, and what its update weighs. */
function describeWork({ training: { epochs, steps, batchSize, weighting } }: Manifest): string[] {
  const work = steps === undefined ? formatCount(epochs!, 'epoch') : formatCount(steps, 'step')
  const weights =
    weighting === undefined
      ? 'updates count alike'
      : `updates count by their rows: ${weighting.reference} rows as 1, at most ${weighting.most}, at least 1/${weighting.most}`
  return [`a round trains ${work} in batches of ${batchSize}; ${weights}`]
}

/** A line that says which statistics round the constants of the columns came from; none if the manifest names none. */
export function describeSource(manifest: PublishedManifest): string[] {
  if (isStatistics(manifest) || manifest.statistics === undefined) return []
  const { id, chainId } = manifest.statistics
  return [`columns normalised by the statistics round ${id} on chain id ${chainId}; see tutti stats show`]
}

/** The statistics round that a published manifest names as the source of its constants; undefined if none. */
export function sourceOfManifest(bytes: Uint8Array): StatisticsSource | undefined {
  const manifest = parseOrUndefined(bytes)
  return manifest === undefined || isStatistics(manifest) ? undefined : manifest.statistics
}

/** The name a manifest gives its federation. */
export function nameOfManifest(bytes: Uint8Array): string {
  return toPlainText(parseOrUndefined(bytes)?.name ?? '(unreadable manifest)')
}

function parseOrUndefined(bytes: Uint8Array): PublishedManifest | undefined {
  try {
    return parsePublishedManifest(bytes)
  } catch {
    return undefined
  }
}

/** ε as people write it. */
export function formatEpsilon([numerator, denominator]: readonly [number, number]): string {
  return String(Number((numerator / denominator).toPrecision(6)))
}
