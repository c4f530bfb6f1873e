/** What members report about their training with their updates: it is on the chain for ever, and nobody proves it. */
import type { ChainClient } from '@tutti/chain'
import { formatCount, formatInteger, type Round } from '@tutti/core'
import type { MetricsSummary } from '@tutti/node'
import type { Hex } from 'viem'

/** The reports of one round, counted from 0. */
export type RoundReports = MetricsSummary & { round: number }

/** The reports of the latest round in which anyone submitted; undefined if there is none, or nothing in them. */
export async function readReports(
  client: ChainClient,
  id: Hex,
  { number, submitted }: Pick<Round, 'number' | 'submitted'>,
  fromBlock: bigint,
): Promise<RoundReports | undefined> {
  const round = submitted === 0n ? number - 1 : number
  if (round < 0) return undefined
  const { readSubmissions } = await import('@tutti/chain')
  const { summariseMetrics } = await import('@tutti/node')
  const submissions = await readSubmissions(client, { id, round, fromBlock })
  // A member reports with its first shard.
  const summary = summariseMetrics(submissions.filter(({ first }) => first === 0).map(({ metrics }) => metrics))
  return summary.members === 0 && summary.clampedShare === undefined ? undefined : { ...summary, round }
}

/** Which rows the figures are of, and whose. */
function describeRows({ members, heldOut, measuredOn, measuredBy }: RoundReports): string {
  const rows =
    measuredOn === 'held-out'
      ? `of the ${formatCount(heldOut, 'row')} held out from training`
      : 'of rows that were trained on'
  return measuredBy === members ? rows : `${rows} by ${measuredBy} of ${members}`
}

/** The reports in a line or two; the second warns of clamping and says what to do. */
export function reportLines(reports: RoundReports, clampedLimit: number): string[] {
  const { round, members, examples, loss, accuracy, clampedShare } = reports
  const figures = [
    `${formatCount(members, 'member')} trained on ${formatInteger(examples)} examples`,
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ...(accuracy === undefined ? [] : [`${(100 * accuracy).toFixed(1)}% right`]),
    ...(loss === undefined && accuracy === undefined ? [] : [describeRows(reports)]),
    ...(clampedShare === undefined ? [] : [`${(100 * clampedShare).toFixed(2)}% of values clamped`]),
  ]
  const lines = [`reported in round ${round + 1}, by the members themselves: ${figures.join(', ')}`]
  if (clampedShare !== undefined && clampedShare > clampedLimit) {
    lines.push(
      `More than ${(100 * clampedLimit).toFixed(0)}% of the round's values were clamped: the steps are too small for these updates. ` +
        'Members may lower their learning rate or epochs. A federation created on data more like theirs, or with more ' +
        'bits, loses less.',
    )
  }
  return lines
}
