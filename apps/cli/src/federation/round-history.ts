/**
 * A federation's rounds in figures: what members reported, what they were paid and the gas they used; for people, as lines
 * of JSON, and as CSV for programs that draw curves.
 *
 * A round's loss and accuracy are means over members whose figures are of the same kind of rows, held out or trained on,
 * weighted by those rows; only rounds of the same kind are compared.
 *
 * A member reports about the model that its round began with: a report of round r is about the model after r rounds.
 */
import type { RoundRecord } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import { type MeasuredRows, type MetricsSummary, summariseMetrics } from '@tutti/node'
import { toTable } from '../terminal/output.ts'

/** One line of figures: of a member, or of all members of a round. Rounds count from 0, amounts are in smallest units. */
export interface HistoryLine {
  kind: 'member' | 'round'
  round: number
  state: RoundRecord['state']
  /** Null for a whole round. */
  member: string | null
  updates: number
  /** Trained on. */
  examples: number | null
  /** Rows kept back from training; null where nothing was reported. */
  heldOut: number | null
  /** Rows that loss and accuracy are of, and weighted by; null where there are neither. */
  measuredOn: MeasuredRows | null
  /** Members whose loss and accuracy count. */
  measuredBy: number
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

function toFigures({ examples, heldOut, measuredOn, measuredBy, loss, accuracy, clampedShare }: MetricsSummary) {
  return {
    examples: examples === 0 ? null : examples,
    heldOut: examples === 0 ? null : heldOut,
    measuredOn: measuredOn ?? null,
    measuredBy,
    loss: loss ?? null,
    accuracy: accuracy ?? null,
    clampedShare: clampedShare ?? null,
  }
}

/** The rounds whose figures may be compared: of the kind of rows that most rounds report of, held-out rows at a tie. */
export function findComparable(lines: readonly HistoryLine[]): HistoryLine[] {
  const rounds = lines.filter(({ kind, measuredOn }) => kind === 'round' && measuredOn !== null)
  const heldOut = rounds.filter(({ measuredOn }) => measuredOn === 'held-out')
  return 2 * heldOut.length >= rounds.length ? heldOut : rounds.filter(({ measuredOn }) => measuredOn === 'training')
}

/** The line of the best of {@link findComparable} so far: by accuracy where it was reported, else by loss. */
export function findBest(lines: readonly HistoryLine[]): HistoryLine | undefined {
  const rounds = findComparable(lines)
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
  ['held_out', ({ heldOut }) => heldOut],
  ['measured_on', ({ measuredOn }) => measuredOn],
  ['measured_by', ({ measuredBy }) => measuredBy],
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
    line.heldOut === null || line.heldOut === 0 ? '' : formatInteger(line.heldOut),
    line.loss === null ? '' : line.loss.toFixed(4),
    percent(line.accuracy),
    percent(line.clampedShare),
    formatTokens(line.reward + line.keeperPay, token),
    line.gasUsed === null ? '' : formatInteger(line.gasUsed),
  ])
  const best = findBest(lines)
  const figure = best?.accuracy === null ? `loss ${best.loss?.toFixed(4)}` : `${percent(best?.accuracy ?? null)} right`
  const notes = [
    'Members report about the model that the round began with. Nobody proves what they report.',
    ...describeWeights(lines),
  ]
  return [
    toTable([['', 'examples', 'held out', 'loss', 'right', 'clamped', 'paid', 'gas'], ...rows], ''),
    '',
    ...notes,
    ...(best === undefined
      ? []
      : [
          `Best so far${describeCompared(lines)}: ${best.round === 0 ? 'the initial model' : `the model after round ${best.round}`}, with ${figure}, as ` +
            `reported in round ${best.round + 1}. It is model --round ${best.round} of export and predict.`,
        ]),
  ]
}

/** Which rows the means of the rounds are about, and what weights them. */
function describeWeights(lines: readonly HistoryLine[]): string[] {
  const rounds = lines.filter(({ kind, measuredOn }) => kind === 'round' && measuredOn !== null)
  if (rounds.length === 0) return []
  const of = (wanted: MeasuredRows) => rounds.filter(({ measuredOn }) => measuredOn === wanted)
  const [heldOut, training] = [of('held-out'), of('training')]
  const where = (some: HistoryLine[]) =>
    some.length === rounds.length ? '' : ` in round ${some.map(({ round }) => round + 1).join(', ')}`
  const isMixed = rounds.some(
    ({ round, measuredBy }) => lines.filter(isReporting).filter((line) => line.round === round).length > measuredBy,
  )
  return [
    ...(heldOut.length === 0 ? [] : [`Loss and share right are of held-out rows${where(heldOut)}, weighted by those.`]),
    ...(training.length === 0
      ? []
      : [`Loss and share right are of rows that were trained on${where(training)}, weighted by those.`]),
    ...(isMixed ? ['Members whose figures are of the other kind of rows are left out of the means.'] : []),
  ]
}

const isReporting = ({ kind, measuredOn }: HistoryLine) => kind === 'member' && measuredOn !== null

/** Among which rounds the best was chosen, if not among all that report. */
function describeCompared(lines: readonly HistoryLine[]): string {
  const compared = findComparable(lines)
  const reported = lines.filter(({ kind, measuredOn }) => kind === 'round' && measuredOn !== null).length
  if (compared.length === reported) return ''
  const rows = compared[0]?.measuredOn === 'held-out' ? 'held-out rows' : 'rows that were trained on'
  return ` of the ${formatCount(compared.length, 'round')} with figures of ${rows}`
}
