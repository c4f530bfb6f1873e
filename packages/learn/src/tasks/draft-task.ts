/**
 * A first task file from a table: guesses kinds of columns, ranges, centres and spreads, classes and a small model.
 * Every guess is said, for the creator to look at: a table does not tell what its columns mean.
 *
 * @example
 * ```ts
 * import { draftTask, readTable } from '@tutti/learn'
 *
 * const lines = Array.from({ length: 30 }, (_, i) => `P${i},${20 + (i % 7)},${i % 3 === 0 ? 'yes' : 'no'}`)
 * const draft = draftTask(readTable(`pump_id,heat,failed\n${lines.join('\n')}\n`), { label: 'failed', name: 'pumps' })
 * draft.task.data.features.map(({ name }) => name) // → ['heat']
 * draft.omitted.map(({ name }) => name) // → ['pump_id']
 * ```
 */
import { shorten } from '../data/csv-error.ts'
import { compareCells, moments, STANDARD_BYTES } from '../data/infer-schema.ts'
import { findLabelSeparator, type LabelSeparator, splitLabels, USUAL_SEPARATOR } from '../data/label-lists.ts'
import { countInputs, type DataSchema, DataSchemaError, type Feature, type LabelSchema } from '../data/schema.ts'
import { type ColumnSummary, extremes, type Sighting, summarise } from '../data/summary.ts'
import type { Table } from '../data/table.ts'
import type { TrainingSpec } from '../manifest/manifest-schema.ts'
import type { TaskFile } from './task-file-schema.ts'

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
 * @param options.dropsConstants - Leave out columns with one value only: they are kept when absent, since they may vary
 *   in the rows of others.
 * @throws `DataSchemaError` if the label is no column, has one value only, or looks like free text; if no column is
 * left to predict it from.
 */
export function draftTask(
  table: Table,
  { label, name, dropsConstants = false }: { label: string; name: string; dropsConstants?: boolean },
): TaskDraft {
  const labelColumn = table.position(label)
  if (labelColumn < 0) {
    throw new DataSchemaError('label', `the table has no column "${label}"; it has ${table.columns.join(', ')}`)
  }
  const { features, constants, observations, omitted, risks, advice } = draftFeatures(
    table,
    labelColumn,
    dropsConstants,
  )
  if (features.length === 0) throw new DataSchemaError('features', 'no column is left to predict from')
  if (constants.length > 0) {
    advice.push(
      `${listNames(constants)} ${constants.length === 1 ? 'has' : 'have'} one value in all rows here, and ` +
        `${constants.length === 1 ? 'is' : 'are'} kept, since rows of others may differ. --drop-constant leaves out such columns`,
    )
  }
  const answers = observeLabel(summarise(table, labelColumn), table.columns[labelColumn]!)
  observations.set(answers.label.name, answers.observation)
  advice.push(...answers.advice)
  const csv = describeFile(table)
  const data: DataSchema = {
    version: 1,
    features: spreadConstants(features, new Set(constants)),
    label: answers.label,
    ...(csv === undefined ? {} : { csv }),
    ...STANDARD_BYTES,
  }
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
    advice: [...risks, ...advice],
  }
}

/** Features of all columns but the label's, and what is to be said of them. */
function draftFeatures(table: Table, labelColumn: number, dropsConstants: boolean) {
  const observations = new Map<string, string>()
  const omitted: TaskDraft['omitted'] = []
  const risks: string[] = []
  const advice: string[] = []
  const features: Feature[] = []
  const constants: string[] = []
  for (const [index, column] of table.columns.entries()) {
    if (index === labelColumn) continue
    const summary = summarise(table, index)
    const reason = findReasonToOmit(column, summary, dropsConstants)
    if (reason !== undefined) {
      omitted.push({ name: column, reason })
      continue
    }
    observations.set(column, describeSummary(summary))
    features.push(draftFeature(column, summary))
    if (summary.counts.size === 1) constants.push(column)
    risks.push(...adviseOnMarks(summary).map((text) => `Column "${column}": ${text}`))
    advice.push(...adviseOn(summary).map((text) => `Column "${column}": ${text}`))
  }
  return { features, constants, observations, omitted, risks, advice }
}

/** How the file was written, if it was not as RFC 4180 has it. */
function describeFile(table: Table): DataSchema['csv'] {
  const { encoding, layout } = table.reading
  const decimal = table.columns.some((_, column) => table.decimal(column) === ',') ? ',' : '.'
  const { delimiter } = layout
  return delimiter === ',' && decimal === '.' && encoding === 'utf-8' ? undefined : { delimiter, decimal, encoding }
}

/**
 * Numbers that do not vary get the usual spread of the others, if they lie among those: pixels at the edge of a picture
 * are like the rest of it.
 */
function spreadConstants(features: Feature[], constants: ReadonlySet<string>): Feature[] {
  const varying = features.flatMap((feature) =>
    feature.kind === 'number' && !constants.has(feature.name) ? [feature] : [],
  )
  if (varying.length === 0) return features
  const spreads = varying.map(({ spread }) => spread).sort((a, b) => a - b)
  const usual = spreads[Math.floor(spreads.length / 2)]!
  const low = Math.min(...varying.map(({ minimum = 0 }) => minimum))
  const high = Math.max(...varying.map(({ maximum = 0 }) => maximum))
  return features.map((feature) => {
    if (feature.kind !== 'number' || !constants.has(feature.name)) return feature
    const isAmong = feature.center >= low && feature.center <= high
    return isAmong ? { ...feature, spread: usual } : feature
  })
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

function findReasonToOmit(
  name: string,
  { filled, counts, isEachOnce, isNumeric }: ColumnSummary,
  dropsConstants: boolean,
): string | undefined {
  if (filled === 0) return 'it is empty'
  if (dropsConstants && counts.size === 1) return `every cell is "${shorten([...counts.keys()][0]!)}"`
  if (IDENTIFIER.test(name) && isEachOnce && filled > 1) return 'it names rows'
  if (!isNumeric && counts.size > MOST_CATEGORIES) return `${counts.size} different texts are no categories`
  return undefined
}

/** What was seen in a column. */
function describeSummary({ rows, filled, empty, marks, counts, isNumeric, numbers, units }: ColumnSummary): string {
  const [low, high] = extremes(numbers)
  const unit = units[0] ? ` ${units[0]}` : ''
  const seen = isNumeric
    ? `${low} to ${high}${unit} seen`
    : `${counts.size} different ${counts.size === 1 ? 'text' : 'texts'}`
  const gaps: string[] = []
  if (empty > 0) gaps.push(`${empty} of ${rows} cells are empty`)
  for (const { cell, count } of marks) gaps.push(`${count} of ${rows} cells are "${shorten(cell)}", taken for missing`)
  return filled === rows ? seen : [seen, ...gaps].join('; ')
}

/** Texts that are taken for missing in a column of texts, where they may be a value: NA is Namibia too. */
function adviseOnMarks({ rows, marks, isNumeric }: ColumnSummary): string[] {
  if (isNumeric) return []
  return marks.map(
    ({ cell, count, line }) =>
      `${count} of ${rows} cells are "${shorten(cell)}", the first in line ${line}, and are taken for missing. If that is a value, ` +
      `such as a code, add ${JSON.stringify(cell)} to its categories`,
  )
}

/** What to look at in a column. */
function adviseOn({ filled, counts, isNumeric, numbers, units, strays }: ColumnSummary): string[] {
  const advice: string[] = []
  if (units.length > 1) {
    const named = units.map((unit) => (unit === '' ? 'none' : `"${unit}"`)).join(', ')
    advice.push(`its numbers have different units (${named}), and are taken for texts. Give all the same`)
  }
  if (strays !== undefined) {
    advice.push(
      `${strays.count} of ${filled} cells are no numbers, the first "${shorten(strays.cell)}" in line ${strays.line}. ` +
        'They will be refused: leave such cells empty if they mark missing values',
    )
  }
  const isCode = isNumeric && counts.size > 2 && counts.size <= FEW && numbers.every(Number.isInteger)
  if (isCode)
    advice.push(`${counts.size} different whole numbers. If they are codes and no quantities, make it a category`)
  return advice
}

/** A column as a feature, with a range if it is a number that varies. */
function draftFeature(name: string, { counts, isNumeric, numbers, units, strays, gap }: ColumnSummary): Feature {
  if (!isNumeric) {
    const categories = [...counts.keys()].sort(compareCells)
    return { name, kind: 'category', categories, unknown: 'zero', missing: gap === undefined ? 'refuse' : 'zero' }
  }
  const { center, spread } = moments(numbers)
  const range = counts.size === 1 ? {} : widenRange(...extremes(numbers))
  const unit = units[0] ? { unit: units[0] } : {}
  const missing = gap === undefined && strays === undefined ? 'refuse' : center
  return { name, kind: 'number', ...unit, ...range, center, spread, missing }
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => `"${name}"`)
  return names.length > 6
    ? `Columns ${shown.join(', ')} and ${names.length - 6} more`
    : `${names.length === 1 ? 'Column' : 'Columns'} ${shown.join(', ')}`
}

function observeLabel(
  summary: ColumnSummary,
  name: string,
): {
  label: LabelSchema
  output: TaskFile['model']['output']
  learningRate: number
  observation: string
  advice: string[]
} {
  const { counts: texts, filled, empty, gap, isNumeric, numbers, units, strays } = summary
  const isOfNumbers = isNumeric && strays === undefined
  const separator = isOfNumbers ? undefined : findLabelSeparator([...texts.keys()], empty > 0)
  const hasLists = separator !== undefined
  const counts = hasLists ? countParts(texts, separator) : texts
  const advice: string[] = []
  const missing = gap === undefined || hasLists ? {} : ({ missing: 'omit' } as const)
  if (hasLists) advice.push(...adviseOnLists(name, separator, summary))
  else if (gap !== undefined) advice.push(adviseOnGaps(name, gap, summary))
  if (counts.size < 2) throw new DataSchemaError('label', `column "${name}" does not have two different values`)
  if (isOfNumbers && (counts.size > MOST_NUMBERED_CLASSES || !numbers.every(Number.isInteger))) {
    const [low, high] = extremes(numbers)
    const unit = units[0] ? { unit: units[0] } : {}
    return {
      label: { name, kind: 'number', ...unit, ...widenRange(low, high), ...moments(numbers), ...missing },
      output: 'linear',
      learningRate: 0.02,
      observation: `${low} to ${high} seen: a number`,
      advice,
    }
  }
  if (counts.size > Math.max(MOST_NUMBERED_CLASSES, filled / 10)) {
    throw new DataSchemaError('label', `${counts.size} different texts in ${filled} rows of "${name}" are no classes`)
  }
  const classes = [...counts.keys()].sort(isOfNumbers ? compareCells : undefined)
  const tally = classes.map((text) => `${shorten(text)} ${counts.get(text)}`).join(', ')
  if (isOfNumbers && classes.length > 2) {
    advice.push(
      `Label "${name}": ${classes.length} whole numbers are taken for classes; for a quantity write kind: number`,
    )
  }
  const separated = separator === undefined || separator === USUAL_SEPARATOR ? {} : { separator }
  const frequencies = classes.map((text) => counts.get(text)!)
  if (!hasLists && Math.max(...frequencies) > IMBALANCE * Math.min(...frequencies)) {
    const weights = frequencies.map((count) => Number((filled / (classes.length * count)).toPrecision(2)))
    advice.push(`Classes are unequal (${tally}). To weigh them alike: loss: { classWeights: [${weights.join(', ')}] }`)
  }
  return {
    label: hasLists ? { name, kind: 'labels', classes, ...separated } : { name, kind: 'class', classes, ...missing },
    output: hasLists ? 'multi-label' : classes.length === 2 ? 'logistic' : 'softmax',
    learningRate: TRAINING.learningRate,
    observation: `${tally} rows`,
    advice,
  }
}

function adviseOnGaps(name: string, gap: Sighting, { rows, marks, isNumeric }: ColumnSummary): string {
  const classes =
    isNumeric || marks.length === 0
      ? ''
      : `. Where that is a class, add it to classes: ${marks.map(({ cell }) => JSON.stringify(cell)).join(', ')}`
  const what = gap.cell === '' ? 'are empty' : `are empty or mark a missing value, such as "${shorten(gap.cell)}"`
  return (
    `Label "${name}": ${gap.count} of ${rows} cells ${what}, the first in line ${gap.line}; those rows are left out ` +
    `(missing: omit)${classes}`
  )
}

/** What is guessed from cells that name several labels each. */
function adviseOnLists(name: string, separator: LabelSeparator, { empty, marks, rows }: ColumnSummary): string[] {
  const none = empty === 0 ? '' : `, and an empty one none (${empty} of ${rows})`
  const sample = marks[0]
  return [
    `Label "${name}": cells look like several labels joined by "${separator}" (kind: labels): a cell may name any of ` +
      `them${none}. Where each text is one class of its own, write kind: class, with all texts as classes`,
    ...(sample === undefined
      ? []
      : [
          `Label "${name}": cells such as "${shorten(sample.cell)}", the first in line ${sample.line}, name no label and will be ` +
            'refused: leave them empty if none applies, and leave out rows of which it is not known',
        ]),
  ]
}

/** Frequencies of the labels in cells that list several. */
function countParts(cells: ReadonlyMap<string, number>, separator: LabelSeparator): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [cell, count] of cells) {
    for (const part of splitLabels(cell, separator)) counts.set(part, (counts.get(part) ?? 0) + count)
  }
  return counts
}
