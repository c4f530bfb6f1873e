/** A member's own rows: a CSV that fits the manifest's schema, or the columns that a statistics round counts. */

import { readFile } from 'node:fs/promises'
import { formatInteger } from '@tutti/core'
import {
  CsvError,
  type Dataset,
  findTableFaults,
  findTakenOtherwise,
  isStatistics,
  type Manifest,
  type PublishedManifest,
  readTable,
  type StatisticsPlan,
  type Table,
  type TakenOtherwise,
  toDataset,
} from '@tutti/learn'
import { CommandError, exitCodes } from './exit-codes.ts'
import { toPlainText } from './plain-text.ts'
import { type CountedApart, countApart, describeApart } from './statistics-reading.ts'

/** The rows of a member, as its federation takes them. */
export type OwnRows = { file: string } & (
  | { kind: 'dataset'; dataset: Dataset; taken: TakenOtherwise[] }
  | { kind: 'table'; table: Table; apart: CountedApart[]; plan: StatisticsPlan }
)

/**
 * Reads the rows that a member, or someone who asks the model, has in a file.
 *
 * @throws `CommandError` with line and column of every fault, up to twenty; the file system's errors.
 */
export async function readLocalData(manifest: Manifest, file: string): Promise<Dataset> {
  return toDataset(await readFitting(manifest, file), manifest.data)
}

/** Reads a member's rows for a federation of either kind. @throws as {@link readLocalData}; `TooManyRowsError` */
export async function readOwnRows(manifest: PublishedManifest, file: string): Promise<OwnRows> {
  if (isStatistics(manifest)) {
    const { plan } = manifest
    const table = await readRows(file)
    return { kind: 'table', file, plan, table, apart: namingFile(file, () => countApart(table, plan)) }
  }
  const table = await readFitting(manifest, file)
  const taken = findTakenOtherwise(table, manifest.data)
  return { kind: 'dataset', file, dataset: toDataset(table, manifest.data), taken }
}

async function readFitting({ data }: Manifest, file: string): Promise<Table> {
  const table = await readRows(file)
  const faults = findTableFaults(table, data)
  if (faults.length > 0) throw new CommandError(describeFaults(file, faults), exitCodes.badInput)
  return table
}

async function readRows(file: string): Promise<Table> {
  // A text without a line break would be taken for a path.
  const text = `${await readFile(file, 'utf8')}\n`
  const table = namingFile(file, () => readTable(text))
  if (table.rows.length === 0) throw new CommandError(`${file} has a header and no rows.`, exitCodes.badInput)
  return table
}

/** Runs a reader and names the file in its error. */
function namingFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CommandError(describeFaults(file, [error]), exitCodes.badInput)
  }
}

/** What fits, and what is counted apart, in lines. */
export function describeFit(rows: OwnRows): string[] {
  const [count, unit] = rows.kind === 'dataset' ? [rows.dataset.count, 'examples'] : [rows.table.rows.length, 'rows']
  const details = rows.kind === 'dataset' ? describeTaken(rows.taken) : describeApart(rows.apart, rows.plan)
  return [`${rows.file} fits: ${formatInteger(count)} ${unit}.`, ...details.map((line) => `  ${line}`)]
}

/** Lines that say what becomes of values that are not taken as they stand. */
export function describeTaken(taken: readonly TakenOtherwise[]): string[] {
  return taken.map(({ name, unknown, missing, standsFor, clipped }) => {
    const parts: string[] = []
    if (unknown > 0) parts.push(`${unknown} of none of its categories, which set no input`)
    if (missing > 0)
      parts.push(`${missing} empty, ${standsFor === undefined ? 'which set no input' : `taken for ${standsFor}`}`)
    if (clipped > 0) parts.push(`${clipped} far from the centre, taken for the nearest value that an input can have`)
    return toPlainText(`column "${name}": ${parts.join('; ')}`)
  })
}

function describeFaults(file: string, faults: readonly Error[]): string {
  const [first, ...more] = faults.map(({ message }) => toPlainText(message))
  if (more.length === 0) return `${file}: ${first}`
  return [`${file} does not fit; its first ${faults.length} faults:`, first, ...more].join('\n  ')
}
