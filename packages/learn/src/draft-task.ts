/**
 * A first task file from a table: guesses kinds of columns, ranges, centres and spreads, classes and a small model.
 * Every guess is said, for the creator to look at: a table does not tell what its columns mean.
 */
import { readNumber, type Table } from './csv.ts'
import { inferFeature, moments, STANDARD_BYTES } from './infer-schema.ts'
import type { TrainingSpec } from './manifest-form.ts'
import { countInputs, type DataSchema, DataSchemaError, type Feature, type LabelSchema } from './schema.ts'
import type { TaskFile } from './task-file-form.ts'

/** A task file with what its author should know about it. */
export interface TaskDraft {
  task: TaskFile
  /** What was seen in each column that is taken, the label among them, by name. */
  observations: Map<string, string>
  /** Columns that are not taken, with the reason. */
  omitted: { name: string; reason: string }[]
  /** What else to look at. */
  advice: string[]
}

/** Texts of which a column may have so many before it is taken for free text. */
const MOST_CATEGORIES = 64
/** Share of numbers from which the rest of a column is taken for marks of missing values. */
const MOSTLY = 0.9
/** Whole numbers that are so few may be codes. */
const FEW = 10
/** Different numbers up to which a label of whole numbers is taken for classes. */
const MOST_NUMBERED_CLASSES = 20
/** How many times more frequent one class may be than another before weights are suggested. */
const IMBALANCE = 3
/** Widths of what was seen that are added to a range on each side. */
const MARGIN = 4

const IDENTIFIER = /(^|[_\s-])(id|uuid|guid|key)$/i

const TRAINING: TrainingSpec = {
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  epochs: 5,
  batchSize: 10,
  proximal: 0,
}

/**
 * Guesses a task from rows: what is in `label` is to be predicted from the other columns.
 *
 * @param options.name - Name of the federation.
 * @throws `DataSchemaError` if the label is no column, has one value only, or looks like free text; if no column is
 * left to predict it from.
 */
export function draftTask(table: Table, { label, name }: { label: string; name: string }): TaskDraft {
  if (!table.columns.includes(label)) {
    throw new DataSchemaError('label', `the table has no column "${label}"; it has ${table.columns.join(', ')}`)
  }
  const observations = new Map<string, string>()
  const omitted: TaskDraft['omitted'] = []
  const advice: string[] = []
  for (const column of table.columns) {
    if (column === label) continue
    const seen = observe(table, column)
    if ('reason' in seen) omitted.push({ name: column, reason: seen.reason })
    else observations.set(column, seen.observation)
    if (seen.advice !== undefined) advice.push(`Column "${column}": ${seen.advice}`)
  }
  if (observations.size === 0) throw new DataSchemaError('features', 'no column is left to predict from')
  const features = [...observations.keys()].map((column) => draftFeature(table, column))
  const answers = observeLabel(table, label)
  observations.set(label, answers.observation)
  advice.push(...answers.advice)
  const data: DataSchema = { version: 1, features, label: answers.label, ...STANDARD_BYTES }
  const { output, learningRate } = answers
  return {
    task: {
      version: 1,
      name,
      purpose: `Predict "${label}" from ${data.features.length} columns.`,
      licence: 'not stated',
      contact: 'not given',
      data,
      model: { hidden: [proposeWidth(countInputs(data))], output },
      training: { ...TRAINING, learningRate },
      terms: { members: 8, rounds: 30, bits: 4, stake: 10, bounty: 100, joinSeconds: 3_600, submitSeconds: 600 },
    },
    observations,
    omitted,
    advice,
  }
}

/** Outputs of the hidden layer: the power of two nearest half of the inputs, from 8 to 32. */
function proposeWidth(inputs: number): number {
  return 2 ** Math.min(5, Math.max(3, Math.round(Math.log2(inputs / 2))))
}

/**
 * A range that values of others may be expected in: that seen, and four times its width on each side, to two digits;
 * never below zero where nothing below zero was seen. It is wide since quantities are often skewed: it is there to find
 * other units and mistakes, not outliers.
 */
export function widenRange(low: number, high: number): { minimum: number; maximum: number } {
  const largest = Math.max(Math.abs(low), Math.abs(high))
  // A width far below the values' own size would be lost in rounding them to twelve digits.
  const width = high > low ? Math.max(high - low, 1e-6 * largest, 1e-100) : Math.max(1, largest)
  const unit = 10 ** (Math.floor(Math.log10(width)) - 1)
  const round = (units: number) => Number((units * unit).toPrecision(12))
  const minimum = round(Math.floor((low - MARGIN * width) / unit))
  return {
    minimum: low >= 0 ? Math.max(0, minimum) : minimum,
    maximum: round(Math.ceil((high + MARGIN * width) / unit)),
  }
}

/** Taken with what was seen in it, or left out with a reason; either way perhaps with something to look at. */
type Observed = { observation: string; advice?: string | undefined } | { reason: string; advice?: string | undefined }

function observe(table: Table, column: string): Observed {
  const cells = cellsOf(table, column)
  const present = cells.filter(({ cell }) => cell !== '')
  if (present.length === 0) return { reason: 'it is empty' }
  const distinct = new Set(present.map(({ cell }) => cell))
  if (distinct.size === 1) return { reason: `every cell is "${shorten(present[0]!.cell)}"` }
  if (IDENTIFIER.test(column) && distinct.size === present.length) return { reason: 'it names rows' }
  const missing = cells.length - present.length
  const gaps = missing === 0 ? '' : `; ${missing} of ${cells.length} cells are empty`
  const texts = present.filter(({ cell }) => Number.isNaN(readNumber(cell)))
  if (!isMostly(present.length - texts.length, present.length)) {
    if (distinct.size > MOST_CATEGORIES) return { reason: `${distinct.size} different texts are no categories` }
    return { observation: `${distinct.size} different texts${gaps}` }
  }
  const numbers = present.map(({ cell }) => readNumber(cell)).filter((value) => !Number.isNaN(value))
  const [low, high] = extremes(numbers)
  const observation = `${low} to ${high} seen${gaps}`
  if (texts.length > 0) {
    const [first] = texts
    const advice =
      `${texts.length} of ${present.length} cells are no numbers, the first "${shorten(first!.cell)}" in line ` +
      `${first!.line}. If they mark missing values, leave those cells empty`
    return { observation, advice }
  }
  const isCode = distinct.size > 2 && distinct.size <= FEW && numbers.every(Number.isInteger)
  const advice = `${distinct.size} different whole numbers. If they are codes and no quantities, make it a category`
  return isCode ? { observation, advice } : { observation }
}

/** A column as a feature, with a range if it is a number: its cells that are no numbers then count as missing. */
function draftFeature(table: Table, name: string): Feature {
  const cells = cellsOf(table, name).map(({ cell }) => cell)
  const present = cells.filter((cell) => cell !== '')
  const numbers = present.map(readNumber).filter((value) => !Number.isNaN(value))
  if (!isMostly(numbers.length, present.length)) return inferFeature(name, cells)
  const feature = inferFeature(
    name,
    cells.map((cell) => (Number.isNaN(readNumber(cell)) ? '' : cell)),
  )
  if (feature.kind === 'category') return feature
  const { center, spread, missing } = feature
  return { name, kind: 'number', ...widenRange(...extremes(numbers)), center, spread, missing }
}

/** Whether a column with so many numbers among its cells is one of numbers. */
function isMostly(numbers: number, present: number): boolean {
  return numbers >= present * MOSTLY
}

function observeLabel(
  table: Table,
  name: string,
): {
  label: LabelSchema
  output: TaskFile['model']['output']
  learningRate: number
  observation: string
  advice: string[]
} {
  const cells = cellsOf(table, name)
  const present = cells.filter(({ cell }) => cell !== '')
  const hasLists = present.some(({ cell }) => cell.includes(';'))
  const parts = present.map(({ cell }) => (hasLists ? cell.split(';').map((part) => part.trim()) : [cell]))
  const counts = new Map<string, number>()
  for (const part of parts.flat()) counts.set(part, (counts.get(part) ?? 0) + 1)
  const advice: string[] = []
  const gap = cells.find(({ cell }) => cell === '')
  if (gap !== undefined && !hasLists) {
    advice.push(
      `Label "${name}": ${cells.length - present.length} cells are empty, the first in line ${gap.line}; leave those rows out`,
    )
  }
  const numbers = present.map(({ cell }) => readNumber(cell))
  const isNumeric = !numbers.some(Number.isNaN)
  if (counts.size < 2) throw new DataSchemaError('label', `column "${name}" does not have two different values`)
  if (isNumeric && (counts.size > MOST_NUMBERED_CLASSES || !numbers.every(Number.isInteger))) {
    const [low, high] = extremes(numbers)
    return {
      label: { name, kind: 'number', ...widenRange(low, high), ...moments(numbers) },
      output: 'linear',
      learningRate: 0.02,
      observation: `${low} to ${high} seen: a number`,
      advice,
    }
  }
  if (counts.size > Math.max(MOST_NUMBERED_CLASSES, present.length / 10)) {
    throw new DataSchemaError(
      'label',
      `${counts.size} different texts in ${present.length} rows of "${name}" are no classes`,
    )
  }
  const classes = [...counts.keys()].sort(isNumeric ? (a, b) => Number(a) - Number(b) : undefined)
  const tally = classes.map((text) => `${shorten(text)} ${counts.get(text)}`).join(', ')
  if (isNumeric && classes.length > 2) {
    advice.push(
      `Label "${name}": ${classes.length} whole numbers are taken for classes; for a quantity write kind: number`,
    )
  }
  const frequencies = classes.map((text) => counts.get(text)!)
  if (!hasLists && Math.max(...frequencies) > IMBALANCE * Math.min(...frequencies)) {
    const weights = frequencies.map((count) => Number((present.length / (classes.length * count)).toPrecision(2)))
    advice.push(`Classes are unequal (${tally}). To weigh them alike: loss: { classWeights: [${weights.join(', ')}] }`)
  }
  return {
    label: { name, kind: hasLists ? 'labels' : 'class', classes },
    output: hasLists ? 'multi-label' : classes.length === 2 ? 'logistic' : 'softmax',
    learningRate: TRAINING.learningRate,
    observation: `${tally} rows`,
    advice,
  }
}

function cellsOf(table: Table, column: string): { line: number; cell: string }[] {
  const position = table.columns.indexOf(column)
  return table.rows.map(({ line, cells }) => ({ line, cell: cells[position]! }))
}

function extremes(values: number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}
