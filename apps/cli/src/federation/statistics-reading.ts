/** What a statistics round found, read from the chain, and the constants of a schema taken from it. */

import { type ChainClient, readDirectModel, readHistory, readManifest, readPhase, readStatus } from '@tutti/chain'
import { formatCount, gainOfRound, unscaleSum } from '@tutti/core'
import {
  countMissing,
  type DataSchema,
  decodeStatistics,
  type FederatedStatistics,
  findFittedConstants,
  findUncounted,
  fitSchema,
  interpretStatistics,
  isStatistics,
  measureStatistics,
  parsePublishedManifest,
  type StatisticsManifest,
  type StatisticsPlan,
  type StatisticsSource,
  type Table,
  withoutSpoiltMoments,
} from '@tutti/learn'
import type { Hex } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { formatEpsilon } from './manifest-summary.ts'

/** The manifest of a statistics round. @throws `CommandError` if the federation trains a model. */
export async function readStatisticsManifest(client: ChainClient, id: Hex) {
  const creation = await readManifest(client, { id })
  const manifest = parsePublishedManifest(creation.manifest)
  if (!isStatistics(manifest)) {
    throw new CommandError(
      `${toPlainText(manifest.name)} trains a model; it is not a statistics round. See: tutti status ${id}`,
      exitCodes.usage,
    )
  }
  return { creation, manifest }
}

/**
 * The statistics of all members of a round that was settled.
 *
 * @throws `CommandError` saying where the round stands, if it was not.
 */
export async function readStatistics(
  client: ChainClient,
  id: Hex,
): Promise<{ manifest: StatisticsManifest; manifestHash: Hex; statistics: FederatedStatistics }> {
  const { creation, manifest } = await readStatisticsManifest(client, id)
  const { terms } = creation
  const [status, { phase }, history] = await Promise.all([
    readStatus(client, { id }),
    readPhase(client, { id }),
    readHistory(client, { id }),
  ])
  if (status.roundsSettled === 0) {
    const updates = history[0]?.updates
    const where =
      updates === undefined
        ? `not over: phase ${phase}, ${formatCount(status.members, 'member')} so far, at least ${terms.minimumUpdates} needed`
        : `over, and nothing was summed: ${formatCount(updates, 'member')} took part, ${terms.minimumUpdates} were needed`
    throw new CommandError(`The statistics round ${id} is ${where}.`, exitCodes.answerIsNo)
  }
  const { lanes } = await readDirectModel(client, { id, terms })
  const { cohort, updates } = history[0]!
  const sum = unscaleSum(lanes, gainOfRound(terms, 0, cohort))
  return {
    manifest,
    manifestHash: terms.manifestHash,
    statistics: decodeStatistics(sum, manifest.plan, updates),
  }
}

/** What of a member's rows is counted apart: outside a range, unknown, or empty. */
export interface CountedApart {
  name: string
  below: number
  above: number
  other: number
  missing: number
}

/**
 * What of a member's rows a plan counts apart.
 *
 * @throws `CsvError` naming line and column; `TooManyRowsError`
 */
export function countApart(table: Table, plan: StatisticsPlan): CountedApart[] {
  const { columns } = interpretStatistics(measureStatistics(table, plan), plan, 1)
  const apart = columns.map((column) => ({
    name: column.name,
    below: column.kind === 'number' ? column.below : 0,
    above: column.kind === 'number' ? column.above : 0,
    other: column.kind === 'category' ? column.other : 0,
    missing: countMissing(column, table.count),
  }))
  return apart.filter(({ below, above, other, missing }) => below + above + other + missing > 0)
}

/** Lines that say what is counted apart, and how. */
export function describeApart(apart: readonly CountedApart[], plan: StatisticsPlan): string[] {
  return apart.map(({ name, below, above, other, missing }) => {
    const column = plan.columns.find((candidate) => candidate.name === name)
    const parts: string[] = []
    if (column?.kind === 'number') {
      if (below > 0) parts.push(`${below} below ${column.minimum}`)
      if (above > 0) parts.push(`${above} above ${column.maximum}`)
    }
    if (other > 0) parts.push(`${other} of none of its categories`)
    if (missing > 0) parts.push(`${missing} empty`)
    return toPlainText(`column "${name}": ${parts.join(', ')}; counted as such, in no sum`)
  })
}

/**
 * A schema normalised by the figures of a statistics round, what changed, in lines, and the round as a manifest names it.
 *
 * @throws `CommandError` if a number of the schema was not counted, or the round is not over
 */
export async function applyStatistics(
  client: ChainClient,
  id: Hex,
  schema: DataSchema,
): Promise<{ data: DataSchema; lines: string[]; source: StatisticsSource }> {
  const { manifest, manifestHash, statistics } = await readStatistics(client, id)
  const [uncounted] = findUncounted(schema, manifest.plan)
  if (uncounted !== undefined) {
    throw new CommandError(
      toPlainText(
        `The statistics round ${id} says nothing of column "${uncounted.name}": ${uncounted.reason}. Create one from this ` +
          'task file: tutti stats create --task-file FILE.',
      ),
      exitCodes.usage,
    )
  }
  const { plan, noise } = manifest
  const sound = noise === undefined ? statistics : withoutSpoiltMoments(statistics, plan, noise.epsilon)
  const data = fitSchema(schema, sound)
  const spoilt = statistics.columns.flatMap((column, index) => {
    const kept = sound.columns[index]
    const isSpoilt = column.kind === 'number' && kept?.kind === 'number' && kept.mean !== column.mean
    return isSpoilt ? [toPlainText(`  ${column.name}: left as it is, the noise is too large for it`)] : []
  })
  const changes = findFittedConstants(schema, data).map(({ name, before, after }) =>
    toPlainText(`  ${name}: centre ${before.center} → ${after.center}, spread ${before.spread} → ${after.spread}`),
  )
  const { rows, members } = statistics
  const hidden = noise === undefined ? '' : `, with noise of ε = ${formatEpsilon(noise.epsilon)}`
  const head = `Normalised by the figures of ${formatCount(rows, 'row')} of ${formatCount(members, 'member')}${hidden}:`
  const source = { chainId: client.chainId, id, manifestHash }
  return { data, lines: [head, ...(changes.length === 0 ? ['  no constant changes'] : changes), ...spoilt], source }
}
