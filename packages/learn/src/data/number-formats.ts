/**
 * Numbers as people write them: decimal point or comma, digits in groups, a typographic minus, a unit behind.
 *
 * Which mark divides whole from part is told for a column from all its cells: "1,5" and "1.234,5" can only have a decimal
 * comma, "1.5" and "1,234.5" only a point; "1,234" alone can have either.
 *
 * @see CLDR, number symbols (decimal and group by locale)
 */

/** What divides the whole of a number from its part. */
export type DecimalMark = '.' | ','

/** A number with what stood behind or before it. */
export interface Quantity {
  value: number
  /** Empty where there is none. */
  unit: string
}

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
/** Spaces and apostrophes that group digits, the typographic ones among them. */
const SPACES = "[ '\u00a0\u2009\u202f\u2019]"
const MINUS = /^[\u2212\uff0d]/
const CURRENCY = /^([$£¥₹€])\s?(?=[\d+\-.,\u2212])/u
const UNIT = /^(.*?[\d.,])\s?([\p{L}°%‰µμ€$£¥₹][\p{L}\p{N}°%‰µμ€$£¥₹/·*^²³⁻¹.()-]{0,19})$/u
const EXPONENT = '([eE][+-]?\\d+)?'
const INDIAN = '[1-9]\\d?(?:,\\d{2})+,\\d{3}'

const WRITTEN: Record<DecimalMark, RegExp> = {
  '.': new RegExp(
    `^[+-]?(?:\\d+\\.?\\d*|\\.\\d+|(?:[1-9]\\d{0,2}(?:,\\d{3})+|[1-9]\\d{0,2}(?:${SPACES}\\d{3})+|${INDIAN})(?:\\.\\d+)?)${EXPONENT}$`,
  ),
  ',': new RegExp(
    `^[+-]?(?:\\d+,?\\d*|,\\d+|(?:[1-9]\\d{0,2}(?:\\.\\d{3})+|[1-9]\\d{0,2}(?:${SPACES}\\d{3})+)(?:,\\d+)?)${EXPONENT}$`,
  ),
}
const GROUPS: Record<DecimalMark, RegExp> = {
  '.': new RegExp(`,|${SPACES}`, 'g'),
  ',': new RegExp(`\\.|${SPACES}`, 'g'),
}
/** Three digits behind one mark, and one to three before it that do not start with zero: the mark may group digits. */
const EITHER = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/

/**
 * Reads a number with an optional unit.
 *
 * @returns NaN for anything else, `NaN` and `Infinity` included.
 */
export function readQuantity(cell: string, decimal: DecimalMark = '.'): Quantity {
  if (PLAIN.test(cell) && decimal === '.') return { value: finite(Number(cell)), unit: '' }
  const bare = readBare(cell, decimal)
  if (!Number.isNaN(bare)) return { value: bare, unit: '' }
  const signed = cell.replace(MINUS, '-')
  const currency = CURRENCY.exec(signed)
  if (currency !== null) return { value: readBare(signed.slice(currency[0].length), decimal), unit: currency[1]! }
  const suffix = UNIT.exec(signed)
  if (suffix === null) return { value: Number.NaN, unit: '' }
  const value = readBare(suffix[1]!, decimal)
  return { value, unit: Number.isNaN(value) ? '' : suffix[2]!.normalize('NFKC') }
}

/** Reads a number without a unit. NaN for anything else, `NaN` and `Infinity` included. */
export function readNumber(cell: string, decimal: DecimalMark = '.'): number {
  const { value, unit } = readQuantity(cell, decimal)
  return unit === '' ? value : Number.NaN
}

/** Whether two units are written alike: forms of the same character are. */
export function isSameUnit(a: string, b: string): boolean {
  return a.normalize('NFKC').trim() === b.normalize('NFKC').trim()
}

/**
 * What a cell says of its decimal mark: the mark; `either` where it could group digits as well; undefined where there is
 * none, or the cell is no number.
 */
export function findDecimal(cell: string): DecimalMark | 'either' | undefined {
  if (!cell.includes(',') && !cell.includes('.')) return undefined
  const [point, comma] = (['.', ','] as const).map((mark) => readQuantity(cell, mark))
  const [isPoint, isComma] = [!Number.isNaN(point!.value), !Number.isNaN(comma!.value)]
  if (isPoint && isComma) {
    const digits = cell
      .replace(MINUS, '-')
      .replace(CURRENCY, '')
      .replace(/[^\d+\-.,].*$/u, '')
    return EITHER.test(digits) ? 'either' : digits.includes(',') ? ',' : '.'
  }
  if (isPoint) return '.'
  return isComma ? ',' : undefined
}

function readBare(cell: string, decimal: DecimalMark): number {
  const text = cell.replace(MINUS, '-')
  if (!WRITTEN[decimal].test(text)) return Number.NaN
  const grouped = text.replace(GROUPS[decimal], '')
  return finite(Number(decimal === ',' ? grouped.replace(',', '.') : grouped))
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN
}
