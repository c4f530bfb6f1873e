/**
 * A table of texts in memory, as compactly as they were in the file: rows in blocks, each one text with the places where
 * its cells end. A million rows of ten cells take some 150 MB, which as many strings would pass tenfold.
 *
 * @example
 * ```ts
 * import { readTable } from '@tutti/learn'
 *
 * const table = readTable('name,length\nLeo,1.5\nMia,2.25\n')
 * table.count // → 2
 * table.position('length') // → 1
 * table.cell(1, 1) // → '2.25'
 * table.row(0) // → { line: 2, cells: ['Leo', '1.5'] }
 * ```
 */
import type { CsvLayout } from './csv-dialect.ts'
import type { TextEncoding } from './encoding.ts'
import { isMissing } from './missing.ts'
import { type DecimalMark, findDecimal, readQuantity } from './number-formats.ts'

/** How a table was read, where it was not as RFC 4180 has it: said to the user who gave the file. */
export interface Reading {
  encoding: TextEncoding
  layout: CsvLayout
  /** Lines left out as remarks. */
  remarks: number
  /** Whether any cell has a comma: where none has, every decimal mark is a point. */
  hasCommas: boolean
  /** Columns without a name, by place from 1; they are left out. */
  unnamed: number[]
  /** Decimal mark of columns that leave it open, where the other columns do too. */
  assumedDecimal?: DecimalMark | undefined
}

/** One row, with the line it ends on. */
export interface Row {
  line: number
  cells: string[]
}

interface Block {
  text: string
  /** Where each cell ends in `text`, shape [rows, columns]. */
  ends: Uint32Array
  /** Line of each row. */
  lines: Uint32Array
}

const BLOCK_ROWS = 4_096
const NON_ASCII = /[^\0-\x7f]/
/** Share of a column's cells that are numbers from which it is one of numbers. */
const MOSTLY = 0.9

/** Cells by row and column. Texts are in normal form C (Unicode UAX 15), so that names compare as people see them. */
export class Table {
  readonly columns: readonly string[]
  readonly count: number
  readonly reading: Reading
  readonly #blocks: readonly Block[]
  readonly #decimals = new Map<number, DecimalMark>()
  /** @param blocks - Of {@link TableBuilder}. */
  constructor(columns: readonly string[], count: number, blocks: readonly Block[], reading: Reading) {
    this.columns = columns
    this.count = count
    this.#blocks = blocks
    this.reading = reading
  }

  /** Place of a column by its name, in any normal form; −1 if there is none. */
  position(name: string): number {
    return this.columns.indexOf(name.normalize('NFC'))
  }

  cell(row: number, column: number): string {
    const { text, ends } = this.#blocks[Math.floor(row / BLOCK_ROWS)]!
    const index = (row % BLOCK_ROWS) * this.columns.length + column
    return text.slice(index === 0 ? 0 : ends[index - 1]!, ends[index]!)
  }

  /** Line of the file that a row ends on, from 1. */
  line(row: number): number {
    return this.#blocks[Math.floor(row / BLOCK_ROWS)]!.lines[row % BLOCK_ROWS]!
  }

  row(row: number): Row {
    return { line: this.line(row), cells: this.columns.map((_, column) => this.cell(row, column)) }
  }

  /** A row's cells by the name of their column. */
  values(row: number): Record<string, string> {
    return Object.fromEntries(this.columns.map((name, column) => [name, this.cell(row, column)]))
  }

  /** The rows at `rows`, in that order, as a table of their own. */
  select(rows: ArrayLike<number>): Table {
    const builder = new TableBuilder(
      this.columns,
      this.columns.map((_, column) => column),
    )
    for (let index = 0; index < rows.length; index++) {
      const { cells, line } = this.row(rows[index]!)
      builder.add(cells, line)
    }
    return builder.build(this.reading)
  }

  /** All cells of a column. */
  *cells(column: number): Generator<string, void> {
    for (let row = 0; row < this.count; row++) yield this.cell(row, column)
  }

  /**
   * The decimal mark of a column's numbers: what its cells can only have; where they leave it open, what the other
   * columns of numbers have, and else what the reader of the table assumes, or a comma where semicolons separate cells, as
   * those who write a comma in numbers do.
   */
  decimal(column: number): DecimalMark {
    const known = this.#decimals.get(column)
    if (known !== undefined) return known
    if (!this.reading.hasCommas && this.reading.layout.delimiter === ',') return '.'
    const own = this.#surveyDecimal(column)
    const mark = own.certain ?? (own.isOpen ? this.#usualDecimal() : '.')
    this.#decimals.set(column, mark)
    return mark
  }

  /** Whether a column's decimal mark does not follow from its own cells, though it matters: a cell that shows it. */
  openDecimal(column: number): string | undefined {
    if (!this.reading.hasCommas && this.reading.layout.delimiter === ',') return undefined
    const { certain, isOpen, example } = this.#surveyDecimal(column)
    return certain === undefined && isOpen ? example : undefined
  }

  #surveys = new Map<number, { certain: DecimalMark | undefined; isOpen: boolean; example: string }>()

  #surveyDecimal(column: number): { certain: DecimalMark | undefined; isOpen: boolean; example: string } {
    const known = this.#surveys.get(column)
    if (known !== undefined) return known
    const seen = { '.': 0, ',': 0, either: 0 }
    let example = ''
    let filled = 0
    let numbers = 0
    for (let row = 0; row < this.count; row++) {
      const cell = this.cell(row, column)
      if (isMissing(cell)) continue
      filled++
      const mark = findDecimal(cell)
      if (mark !== undefined) {
        seen[mark]++
        if (mark === 'either') example = cell
      }
      if (mark !== undefined || !Number.isNaN(readQuantity(cell).value)) numbers++
    }
    const isNumeric = filled > 0 && numbers >= filled * MOSTLY
    const certain: DecimalMark = seen['.'] > seen[','] ? '.' : ','
    const isDecided = isNumeric && seen['.'] !== seen[',']
    const survey = { certain: isDecided ? certain : undefined, isOpen: isNumeric && seen.either > 0, example }
    this.#surveys.set(column, survey)
    return survey
  }

  #usualDecimal(): DecimalMark {
    const certain = this.columns.map((_, column) => this.#surveyDecimal(column).certain)
    const points = certain.filter((mark) => mark === '.').length
    const commas = certain.filter((mark) => mark === ',').length
    if (points !== commas) return points > commas ? '.' : ','
    return this.reading.assumedDecimal ?? (this.reading.layout.delimiter === ';' ? ',' : '.')
  }

  /** The unit that all numbers of a column carry; empty where there is none, undefined where they differ. */
  unit(column: number): string | undefined {
    const decimal = this.decimal(column)
    let unit: string | undefined
    for (const cell of this.cells(column)) {
      if (isMissing(cell)) continue
      const quantity = readQuantity(cell, decimal)
      if (Number.isNaN(quantity.value)) continue
      if (unit !== undefined && unit !== quantity.unit) return undefined
      unit = quantity.unit
    }
    return unit ?? ''
  }
}

/** Puts a table together row by row. */
export class TableBuilder {
  readonly #columns: readonly string[]
  readonly #kept: readonly number[]
  readonly #blocks: Block[] = []
  #parts: string[] = []
  #ends: number[] = []
  #lines: number[] = []
  #length = 0
  #count = 0
  #hasCommas = false

  /**
   * @param columns - Names of the columns that are kept.
   * @param kept - Their places in the rows that are given.
   */
  constructor(columns: readonly string[], kept: readonly number[]) {
    this.#columns = columns
    this.#kept = kept
  }

  add(cells: readonly string[], line: number): void {
    for (const column of this.#kept) {
      const cell = cells[column]!
      const text = NON_ASCII.test(cell) ? cell.normalize('NFC') : cell
      this.#hasCommas ||= text.includes(',')
      this.#parts.push(text)
      this.#length += text.length
      this.#ends.push(this.#length)
    }
    this.#lines.push(line)
    this.#count++
    if (this.#lines.length === BLOCK_ROWS) this.#close()
  }

  /** The table of all rows so far. */
  build(reading: Omit<Reading, 'hasCommas'>): Table {
    if (this.#lines.length > 0) this.#close()
    return new Table(this.#columns, this.#count, this.#blocks, { ...reading, hasCommas: this.#hasCommas })
  }

  #close(): void {
    const text = this.#parts.join('')
    this.#blocks.push({ text, ends: Uint32Array.from(this.#ends), lines: Uint32Array.from(this.#lines) })
    this.#parts = []
    this.#ends = []
    this.#lines = []
    this.#length = 0
  }
}
