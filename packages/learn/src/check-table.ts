/** Everything in a table that does not fit a schema, where reading it would stop at the first. */
import { CsvError, type Table, toDataset } from './csv.ts'
import type { DataSchema } from './schema.ts'

/**
 * Faults of a table: the first of each row, at most `limit` of them. A missing column is the only fault.
 *
 * @returns None if the table can be trained on.
 */
export function findTableFaults(table: Table, schema: DataSchema, limit = 20): CsvError[] {
  const faults: CsvError[] = []
  const wanted = [...schema.features.map(({ name }) => name), schema.label.name]
  const isComplete = wanted.every((name) => table.columns.includes(name))
  const parts = isComplete && table.rows.length > 0 ? table.rows.map((row) => [row]) : [table.rows]
  for (const rows of parts) {
    if (faults.length === limit) break
    try {
      toDataset({ columns: table.columns, rows }, schema)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      faults.push(error)
    }
  }
  return faults
}
