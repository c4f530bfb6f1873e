/** Everything in a table that does not fit a schema, where reading it would stop at the first. */
import { CsvError, readNumber, type Table, toDataset } from './csv.ts'
import type { DataSchema } from './schema.ts'

/** Values of a column that a schema takes, though not as they stand. */
export interface TakenOtherwise {
  name: string
  /** Texts of no category: none of the inputs is set. */
  unknown: number
  /** Empty cells, and what each stands for: a number, or no category. */
  missing: number
  standsFor: number | undefined
  /** Numbers so far from the centre that their byte is the smallest or largest there is. */
  clipped: number
}

/**
 * What becomes of values that a schema does not refuse, but does not take as they stand either.
 *
 * @param table - One without faults, see {@link findTableFaults}.
 * @returns Columns with such values alone.
 */
export function findTakenOtherwise(table: Table, schema: DataSchema): TakenOtherwise[] {
  const { inputZero, inputScale } = schema
  const ends = [-(inputZero + 0.5), 255 - inputZero + 0.5].map((steps) => (steps * inputScale[0]) / inputScale[1])
  const [lowest, highest] = [ends[0]!, ends[1]!]
  return schema.features.flatMap((feature) => {
    const position = table.columns.indexOf(feature.name)
    const cells = table.rows.map((row) => row.cells[position] ?? '')
    const full = cells.filter((cell) => cell !== '')
    const isNumber = feature.kind === 'number'
    const real = (cell: string) => (isNumber ? (readNumber(cell) - feature.center) / feature.spread : 0)
    const taken: TakenOtherwise = {
      name: feature.name,
      unknown: isNumber ? 0 : full.filter((cell) => !feature.categories.includes(cell)).length,
      missing: cells.length - full.length,
      standsFor: isNumber && feature.missing !== 'refuse' ? feature.missing : undefined,
      clipped: isNumber ? full.filter((cell) => real(cell) < lowest || real(cell) > highest).length : 0,
    }
    return taken.unknown + taken.missing + taken.clipped > 0 ? [taken] : []
  })
}

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
