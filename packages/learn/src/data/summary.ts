/** What is in a column of a table: how many values, of what kind, how often each. */
import { isMissing, isMissingNumber } from './missing.ts'
import { readQuantity } from './number-formats.ts'
import type { Table } from './table.ts'

/** A text with the line it first stands on. */
export interface Sighting {
  cell: string
  line: number
  count: number
}

/** What a column holds. */
export interface ColumnSummary {
  rows: number
  /** Cells that are neither empty nor mark a missing value. */
  filled: number
  empty: number
  /** Marks of missing values that are not empty, by text. */
  marks: Sighting[]
  /** Texts of the other cells with their frequency, in order of appearance; no more than {@link MOST_DISTINCT}. */
  counts: Map<string, number>
  /** Whether no text occurs twice. */
  isEachOnce: boolean
  /** Whether nine tenths of the filled cells are numbers of one unit. */
  isNumeric: boolean
  /** The numbers, in the order of the rows; empty if the column is none of numbers. */
  numbers: Float64Array
  /** Units that numbers carry, an empty text for none, where nine tenths of the cells are numbers; several are none. */
  units: string[]
  /** Filled cells that are no numbers, in a column of numbers: how many, and the first. */
  strays: Sighting | undefined
  /** The first cell that is empty or marks a missing value. */
  gap: Sighting | undefined
}

/** Texts of a column that are told apart. */
export const MOST_DISTINCT = 100_000
/** Share of numbers from which the rest of a column is taken for marks of missing values. */
const MOSTLY = 0.9

/** Looks through a column. Marks that only columns of numbers know count as such where this makes it one. */
export function summarise(table: Table, column: number): ColumnSummary {
  const seen = look(table, column, isMissing)
  if (![...seen.counts.keys()].some(isMissingNumber)) return seen
  const asNumbers = look(table, column, isMissingNumber)
  return asNumbers.isNumeric ? asNumbers : seen
}

function look(table: Table, column: number, isGap: (cell: string) => boolean): ColumnSummary {
  const decimal = table.decimal(column)
  const numbers = new Float64Array(table.count)
  const counts = new Map<string, number>()
  const marks = new Map<string, Sighting>()
  const units = new Set<string>()
  let [filled, empty, numeric] = [0, 0, 0]
  let isEachOnce = true
  let strays: Sighting | undefined
  let gap: Sighting | undefined
  for (let row = 0; row < table.count; row++) {
    const cell = table.cell(row, column)
    if (isGap(cell)) {
      gap = see(gap, cell, table.line(row))
      if (cell === '') empty++
      else marks.set(cell, see(marks.get(cell), cell, table.line(row)))
      continue
    }
    filled++
    const known = counts.get(cell)
    if (known !== undefined) isEachOnce = false
    if (known !== undefined || counts.size < MOST_DISTINCT) counts.set(cell, (known ?? 0) + 1)
    const { value, unit } = readQuantity(cell, decimal)
    if (Number.isNaN(value)) strays = see(strays, cell, table.line(row))
    else {
      units.add(unit)
      numbers[numeric++] = value
    }
  }
  const isMostly = numeric > 0 && numeric >= filled * MOSTLY
  const isNumeric = isMostly && units.size === 1
  return {
    rows: table.count,
    filled,
    empty,
    marks: [...marks.values()],
    counts,
    isEachOnce,
    isNumeric,
    numbers: isNumeric ? numbers.subarray(0, numeric) : new Float64Array(0),
    units: isMostly ? [...units] : [],
    strays: isNumeric ? strays : undefined,
    gap,
  }
}

function see(known: Sighting | undefined, cell: string, line: number): Sighting {
  return known === undefined ? { cell, line, count: 1 } : { ...known, count: known.count + 1 }
}

/** Smallest and largest of numbers, at least one. */
export function extremes(values: ArrayLike<number>): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return [low, high]
}
