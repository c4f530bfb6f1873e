/** A member's own rows: a CSV that fits the schema of a model, or has the columns that a statistics round counts. */

import { formatCount, formatInteger } from '@tutti/core'
import {
  CsvError,
  type Dataset,
  describeFault,
  describeReading,
  findTableFaults,
  findTakenOtherwise,
  isStatistics,
  isWhollyTakenOtherwise,
  type Manifest,
  type PublishedManifest,
  type StatisticsPlan,
  type Table,
  type TableFault,
  type TakenOtherwise,
  toDataset,
  toQuestions,
} from '@tutti/learn'
import { loadTable } from '@tutti/learn/node'
import { type CountedApart, countApart, describeApart } from '../federation/statistics-reading.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { toPlainText } from '../terminal/plain-text.ts'

/** The rows of a member, as its federation takes them. */
export type OwnRows = { file: string; table: Table } & (
  | { kind: 'dataset'; dataset: Dataset; taken: TakenOtherwise[] }
  | { kind: 'table'; apart: CountedApart[]; plan: StatisticsPlan }
)

/**
 * Reads the rows that a member, or someone who judges the model, has in a file.
 *
 * @throws `CommandError` with every fault by column; the file system's errors.
 */
export async function readLocalData(manifest: Pick<Manifest, 'data'>, file: string): Promise<Dataset> {
  return toDataset(await readFitting(manifest, file), manifest.data)
}

/** Rows that a model is asked about. */
export interface Questions {
  table: Table
  dataset: Dataset
  taken: TakenOtherwise[]
}

/**
 * Reads rows that the model is asked about: their label is not read, and need not be there.
 *
 * @throws as {@link readLocalData}
 */
export async function readQuestions({ data }: Pick<Manifest, 'data'>, file: string): Promise<Questions> {
  const table = await readRows(file, data.csv?.decimal)
  const faults = findTableFaults(table, data, { isLabelled: false })
  if (faults.length > 0) throw new CommandError(describeFaults(file, faults), exitCodes.badInput)
  return { table, dataset: toQuestions(table, data), taken: findTakenOtherwise(table, data, { isLabelled: false }) }
}

/** Reads a member's rows for a federation of either kind. @throws as {@link readLocalData}; `TooManyRowsError` */
export async function readOwnRows(manifest: PublishedManifest, file: string): Promise<OwnRows> {
  if (isStatistics(manifest)) {
    const { plan } = manifest
    const table = await readRows(file, undefined)
    return { kind: 'table', file, plan, table, apart: namingFile(file, () => countApart(table, plan)) }
  }
  const table = await readFitting(manifest, file)
  const taken = findTakenOtherwise(table, manifest.data)
  return { kind: 'dataset', file, table, dataset: toDataset(table, manifest.data), taken }
}

async function readFitting({ data }: Pick<Manifest, 'data'>, file: string): Promise<Table> {
  const table = await readRows(file, data.csv?.decimal)
  const faults = findTableFaults(table, data)
  if (faults.length > 0) throw new CommandError(describeFaults(file, faults), exitCodes.badInput)
  return table
}

/** Reads a table. @param decimal - The creator's decimal mark, used where the cells do not show which one they have. */
export async function readRows(file: string, decimal: '.' | ',' | undefined): Promise<Table> {
  const table = await loadTable(file, { decimal })
  if (table.count === 0) throw new CommandError(`${file} has a header and no rows.`, exitCodes.badInput)
  return table
}

/** Runs a reader and names the file in its error. */
function namingFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CommandError(toPlainText(`${file}: ${error.message}`), exitCodes.badInput)
  }
}

/** How the file was read, what fits, and what is counted separately, in lines. */
export function describeFit(rows: OwnRows): string[] {
  const isDataset = rows.kind === 'dataset'
  const [count, unit] = isDataset ? [rows.dataset.count, 'examples'] : [rows.table.count, 'rows']
  const unlabelled = isDataset ? rows.table.count - rows.dataset.count : 0
  const details = isDataset ? describeTaken(rows.taken) : describeApart(rows.apart, rows.plan)
  const left = unlabelled === 0 ? [] : [`${formatCount(unlabelled, 'row')} without a label left out`]
  return [
    `${rows.file} fits: ${formatInteger(count)} ${unit}.`,
    ...[...describeReading(rows.table).map(toPlainText), ...left, ...details].map((line) => `  ${line}`),
  ]
}

/**
 * Refuses rows with a column of which every value is unknown: nothing could be learnt from it.
 *
 * @throws `CommandError` naming the columns
 */
export function demandKnownColumns(rows: OwnRows): void {
  if (rows.kind === 'table') return
  const unknown = rows.taken.filter(isWhollyTakenOtherwise)
  if (unknown.length === 0) return
  const lines = describeTaken(unknown).map((line) => `\n  ${line}`)
  throw new CommandError(
    `${rows.file}: not one value of ${formatCount(unknown.length, 'column')} is known:${lines.join('')}\n` +
      'Check unit, language and column: `tutti describe` shows what is wanted. To join in spite of it: --allow-unknown.',
    exitCodes.badInput,
  )
}

/** Lines that say what values count as that are not taken as they are. */
export function describeTaken(taken: readonly TakenOtherwise[]): string[] {
  return taken.map(({ name, unknown, missing, standsFor, clipped }) => {
    const parts: string[] = []
    if (unknown > 0) parts.push(`${unknown} in none of its categories, which set no input`)
    if (missing > 0)
      parts.push(
        `${missing} empty or marked as missing, ${standsFor === undefined ? 'which set no input' : `which count as ${standsFor}`}`,
      )
    if (clipped > 0)
      parts.push(`${clipped} far from the centre, which count as the nearest value that an input can have`)
    return toPlainText(`column "${name}": ${parts.join('; ')}`)
  })
}

/** Faults of a table, a line each. */
export function describeFaults(file: string, faults: readonly TableFault[]): string {
  const [first, ...more] = faults.map((fault) => toPlainText(describeFault(fault)))
  if (more.length === 0) return `${file}: ${first}`
  return [`${file} does not fit:`, first, ...more].join('\n  ')
}
