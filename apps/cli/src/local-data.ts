/** A member's own rows: a CSV that fits the manifest's schema, or the columns that a statistics round counts. */
import { readFile } from 'node:fs/promises'
import {
  type Dataset,
  findTableFaults,
  isStatistics,
  type Manifest,
  type PublishedManifest,
  readTable,
  type StatisticsPlan,
  type Table,
  toDataset,
} from '@tutti/learn'
import { CommandError, exitCodes } from './exit-codes.ts'
import { toPlainText } from './manifest-summary.ts'
import { formatInteger } from './output.ts'
import { type CountedApart, describeApart, readCountedTable } from './statistics-reading.ts'

/** The rows of a member, as its federation takes them. */
export type OwnRows = { file: string } & (
  | { kind: 'dataset'; dataset: Dataset }
  | { kind: 'table'; table: Table; apart: CountedApart[]; plan: StatisticsPlan }
)

/**
 * Reads the rows that a member, or someone who asks the model, has in a file.
 *
 * @throws `CommandError` with line and column of every fault, up to twenty; the reader's errors.
 */
export async function readLocalData(manifest: Manifest, file: string): Promise<Dataset> {
  const table = readTable(await readText(file))
  const faults = findTableFaults(table, manifest.data)
  if (faults.length > 0) throw new CommandError(describeFaults(file, faults), exitCodes.badInput)
  return toDataset(table, manifest.data)
}

/** Reads a member's rows for a federation of either kind. @throws as {@link readLocalData}; `TooManyRowsError` */
export async function readOwnRows(manifest: PublishedManifest, file: string): Promise<OwnRows> {
  if (!isStatistics(manifest)) return { kind: 'dataset', file, dataset: await readLocalData(manifest, file) }
  const { plan } = manifest
  return { kind: 'table', file, plan, ...readCountedTable(file, await readText(file), plan) }
}

/** What fits, and what is counted apart, in lines. */
export function describeFit(rows: OwnRows): string[] {
  if (rows.kind === 'dataset') return [`${rows.file} fits: ${formatInteger(rows.dataset.count)} examples.`]
  return [
    `${rows.file} fits: ${formatInteger(rows.table.rows.length)} rows.`,
    ...describeApart(rows.apart, rows.plan).map((line) => `  ${line}`),
  ]
}

/** CSV text; a file without a line break is no table, and would be taken for a path. */
async function readText(file: string): Promise<string> {
  return `${await readFile(file, 'utf8')}\n`
}

function describeFaults(file: string, faults: readonly Error[]): string {
  const [first, ...more] = faults.map(({ message }) => toPlainText(message))
  if (more.length === 0) return `${file}: ${first}`
  return [`${file} does not fit; its first ${faults.length} faults:`, first, ...more].join('\n  ')
}
