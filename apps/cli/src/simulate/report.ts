/** What a simulation came to, for people and for machines. */
import { formatCount, formatInteger, shardCount } from '@tutti/core'
import { toTable } from '../terminal/output.ts'
import { costEstimateLines, type Pricing } from './costs.ts'
import { describeMain, describeMetrics, metricCells, worthOf } from './figures.ts'
import type { PlayedFigures, Simulated, SimulatedFacts } from './play.ts'
import type { Setting } from './sweep.ts'

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)}%`

/** One round in a line; columns stay in place. */
export function roundLine({ round, cohort, updates, isSettled, metrics, clampedShare, gas }: PlayedFigures): string {
  const { loss = Number.NaN } = metrics
  const outcome = isSettled ? '' : '  too few: the model stays'
  return (
    `round ${String(round + 1).padStart(4)}  loss ${loss.toFixed(4)}  ${metricCells(metrics)}  ` +
    `${updates} of ${formatCount(cohort, 'update')}  clamped ${percent(clampedShare).padStart(5)}  ` +
    `${(gas / 1e6).toFixed(1)} M gas${outcome}`
  )
}

/** What was simulated, before the first round. */
export function headLines({ proposal, members, examples, heldOut }: SimulatedFacts): string[] {
  const { terms, manifest } = proposal
  const { cohortSize, bits, laneBits, minimumUpdates, rounds, dimension } = terms
  const shards = shardCount(terms)
  const { weighting } = manifest.training
  const sizes = examples.least === examples.most ? `${examples.least}` : `${examples.least} to ${examples.most}`
  return [
    `${manifest.name}: ${formatInteger(dimension)} parameters in ${formatCount(shards, 'shard')}, updates of ${formatCount(bits, 'bit')} in lanes of ${laneBits}`,
    `${formatCount(members, 'member')} with ${sizes} rows each; at most ${Math.min(members, cohortSize)} a round, at least ` +
      `${formatCount(minimumUpdates, 'update')}, ${formatCount(rounds, 'round')}; judged on ${formatInteger(heldOut)} rows held out`,
    ...(members < cohortSize ? [`the terms let ${cohortSize} train in a round; ${members} are played`] : []),
    ...(weighting === undefined
      ? []
      : [
          `updates weigh by rows; in a task file: training: { weighting: { reference: ${weighting.reference}, most: ${weighting.most} } }`,
        ]),
  ]
}

/** What came of it. */
export function describeSimulated(simulated: Simulated, pricing: Pricing): string[] {
  const { rounds, proposal, onChain, pooled, cost, modelHash, clampedShare, ended, failure } = simulated
  const last = rounds.at(-1)
  if (last === undefined) return [failure ?? 'Interrupted before the first round ended.']
  const best = rounds.reduce((found, round) =>
    worthOf(round.metrics).value > worthOf(found.metrics).value ? round : found,
  )
  const settled = rounds.filter(({ isSettled }) => isSettled).length
  const { label } = proposal.manifest.data
  const unit = label.kind === 'number' ? label.unit : undefined
  const rows = [
    ['the last model', describeMetrics(last.metrics, unit)],
    [`the best by ${worthOf(best.metrics).name}, of round ${best.round + 1}`, describeMetrics(best.metrics, unit)],
    ...(onChain === undefined ? [] : [['the last, as the contract answers', describeMetrics(onChain, unit)]]),
    ...(pooled === undefined ? [] : [['all rows in one place, as many passes', describeMetrics(pooled, unit)]]),
    constantLine(simulated),
  ]
  const width = Math.max(...rows.map(([name = '']) => name.length))
  const how = { interrupted: 'Interrupted', diverged: 'Ended' }
  return [
    '',
    ...(ended === undefined
      ? []
      : [`${how[ended]} after ${rounds.length} of ${formatCount(proposal.terms.rounds, 'round')}.`]),
    ...(failure === undefined ? [] : [failure]),
    `${settled} of ${formatCount(rounds.length, 'round')} changed the model; ${percent(clampedShare, 2)} of the values sent were clamped.`,
    ...rows.map(([name = '', figures]) => `  ${name.padEnd(width)}  ${figures}`),
    `  hash of the model: ${modelHash}`,
    '',
    ...costEstimateLines(cost, pricing),
  ]
}

/** What can be said at best without looking at a row, and its figure. */
function constantLine({ proposal, constant }: SimulatedFacts): string[] {
  const { label } = proposal.manifest.data
  if (label.kind === 'number') return ['the median for every row', describeMain(constant, label.unit)]
  const name = label.kind === 'class' ? 'the commonest class' : 'the commonest answer to each label'
  return [`${name} for every row`, describeMain(constant)]
}

/** One of several settings: what it came to, or why it cannot be played. */
export type Compared = { setting: Setting } & ({ simulated: Simulated } | { failure: string })

/** A table of several simulations. */
export function sweepLines(played: readonly Compared[]): string[] {
  const names = Object.keys(played[0]?.setting ?? {}) as (keyof Setting)[]
  const nameOf = (setting: Setting) => names.map((name) => `${name} ${setting[name]}`).join(', ')
  const failures = played.flatMap((each) => ('failure' in each ? [`  ${nameOf(each.setting)}: ${each.failure}`] : []))
  const rows = played.flatMap((each) => {
    if (!('simulated' in each)) return []
    const { setting, simulated } = each
    const { rounds, clampedShare, cost, ended, pooled } = simulated
    const last = rounds.at(-1)
    const row = [
      nameOf(setting),
      last === undefined ? '–' : metricCells(last.metrics),
      last?.metrics.loss === undefined ? '' : `loss ${last.metrics.loss.toFixed(4)}`,
      `${percent(clampedShare, 2)} clamped`,
      `${formatInteger(cost.ownPart.gas)} gas a member and round`,
      `${(cost.gas / 1e6).toFixed(1)} M gas in all`,
      ...(pooled === undefined ? [] : [`pooled ${metricCells(pooled)}`]),
      ...(ended === undefined ? [] : [ended]),
    ]
    return [row]
  })
  const first = played.flatMap((each) => ('simulated' in each ? [each.simulated] : []))[0]
  const constant = first === undefined ? [] : [`  ${constantLine(first).join(': ')}`]
  return ['Compared, gas at most:', toTable(rows), ...failures, ...constant]
}

/** The object of `--json` for one simulation. Without times, so that the same seed gives the same text. */
export function toJsonSimulated({ proposal, rounds, ...rest }: Simulated) {
  const { terms, manifest } = proposal
  const { dimension, cohortSize, bits, laneBits, minimumUpdates, shardSize, shardsPerMember } = terms
  return {
    task: manifest.name,
    terms: {
      dimension,
      cohortSize,
      rounds: terms.rounds,
      bits,
      laneBits,
      minimumUpdates,
      shardSize,
      shardsPerMember,
      gains: terms.gains,
    },
    training: manifest.training,
    rounds,
    ...rest,
  }
}
