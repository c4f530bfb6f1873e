/**
 * A federation's rounds as figures: what members reported, weighted by their examples, what they were paid and the gas they
 * used; for people, as lines of JSON, and as CSV for whatever draws curves.
 *
 * A member reports of the model that its round began with: what is said in round r is about the model after r rounds.
 */
import type { RoundRecord } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import { type MetricsSummary, summariseMetrics } from '@tutti/node'
import { toTable } from './output.ts'

/** One line of figures: of a member, or of all members of a round. Rounds count from 0, amounts are in smallest units. */
export interface HistoryLine {
  kind: 'member' | 'round'
  round: number
  state: RoundRecord['state']
  /** Null for a whole round. */
  member: string | null
  updates: number
  examples: number | null
  loss: number | null
  /** From 0 to 1. */
  accuracy: number | null
  /** From 0 to 1. */
  clampedShare: number | null
  reward: bigint
  keeperPay: bigint
  gasUsed: bigint | null
}

/** The figures of rounds: of each member, then of all of its round. */
export function toHistoryLines(rounds: readonly RoundRecord[]): HistoryLine[] {
  return rounds.flatMap(({ round, state, updates, members }) => {
    const lines = members.map(({ account, report, reward, keeperPay, gasUsed }): HistoryLine => {
      const figures = toFigures(summariseMetrics(report === undefined ? [] : [report]))
      const own = { updates: report === undefined ? 0 : 1, ...figures, reward, keeperPay, gasUsed }
      return { kind: 'member', round, state, member: account, ...own }
    })
    const sum = (of: (line: HistoryLine) => bigint) => lines.reduce((total, line) => total + of(line), 0n)
    const reports = members.flatMap(({ report }) => report ?? [])
    const hasGas = lines.every(({ gasUsed }) => gasUsed !== null)
    const all: HistoryLine = {
      kind: 'round',
      round,
      state,
      member: null,
      updates,
      ...toFigures(summariseMetrics(reports)),
      reward: sum(({ reward }) => reward),
      keeperPay: sum(({ keeperPay }) => keeperPay),
      gasUsed: hasGas ? sum(({ gasUsed }) => gasUsed ?? 0n) : null,
    }
    return [...lines, all]
  })
}

function toFigures({ examples, loss, accuracy, clampedShare }: MetricsSummary) {
  return {
    examples: examples === 0 ? null : examples,
    loss: loss ?? null,
    accuracy: accuracy ?? null,
    clampedShare: clampedShare ?? null,
  }
}

/** The line of the round whose report is the best so far: by accuracy where it was reported, else by loss. */
export function findBest(lines: readonly HistoryLine[]): HistoryLine | undefined {
  const rounds = lines.filter(({ kind }) => kind === 'round')
  const best = (of: (line: HistoryLine) => number | null, isBetter: (a: number, b: number) => boolean) =>
    rounds.reduce<HistoryLine | undefined>((found, line) => {
      const value = of(line)
      if (value === null) return found
      return found === undefined || isBetter(value, of(found)!) ? line : found
    }, undefined)
  return (
    best(
      ({ accuracy }) => accuracy,
      (a, b) => a > b,
    ) ??
    best(
      ({ loss }) => loss,
      (a, b) => a < b,
    )
  )
}

const COLUMNS: readonly [string, (line: HistoryLine) => string | number | bigint | null][] = [
  ['round', ({ round }) => round],
  ['member', ({ member }) => member ?? 'all'],
  ['state', ({ state }) => state],
  ['updates', ({ updates }) => updates],
  ['examples', ({ examples }) => examples],
  ['loss', ({ loss }) => loss],
  ['accuracy', ({ accuracy }) => accuracy],
  ['clamped_share', ({ clampedShare }) => clampedShare],
  ['reward', ({ reward }) => reward],
  ['keeper_pay', ({ keeperPay }) => keeperPay],
  ['gas_used', ({ gasUsed }) => gasUsed],
]

/** The lines as CSV (RFC 4180): a header, a line each, empty where nothing was reported. */
export function toHistoryCsv(lines: readonly HistoryLine[]): string {
  const rows = lines.map((line) => COLUMNS.map(([, of]) => of(line) ?? '').join(','))
  return [COLUMNS.map(([name]) => name).join(','), ...rows].map((row) => `${row}\r\n`).join('')
}

/** The lines as a table for people, rounds from 1, and the best round so far. */
export function describeHistory(lines: readonly HistoryLine[], token: Token): string[] {
  if (lines.length === 0) return ['No round has opened yet.']
  const percent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)}%`)
  const rows = lines.map((line) => [
    line.kind === 'member'
      ? `  ${line.member}`
      : `round ${line.round + 1}, ${line.state}: ${formatCount(line.updates, 'update')}`,
    line.examples === null ? '' : formatInteger(line.examples),
    line.loss === null ? '' : line.loss.toFixed(4),
    percent(line.accuracy),
    percent(line.clampedShare),
    formatTokens(line.reward + line.keeperPay, token),
    line.gasUsed === null ? '' : formatInteger(line.gasUsed),
  ])
  const best = findBest(lines)
  const figure = best?.accuracy === null ? `loss ${best.loss?.toFixed(4)}` : `${percent(best?.accuracy ?? null)} right`
  return [
    toTable([['', 'examples', 'loss', 'right', 'clamped', 'paid', 'gas'], ...rows], ''),
    '',
    'Each round reports of the model that it began with, by the members themselves, weighted by their examples.',
    ...(best === undefined
      ? []
      : [
          `Best so far: ${best.round === 0 ? 'the initial model' : `the model after round ${best.round}`}, with ${figure}, as ` +
            `reported in round ${best.round + 1}. It is model --round ${best.round} of export and predict.`,
        ]),
  ]
}
