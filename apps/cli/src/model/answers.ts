/** Answers in the words of the manifest, with probabilities and logits: for people, for JSON, and as rows of a CSV. */
import { type Dataset, type Manifest, toAnswers, toProbabilities, USUAL_SEPARATOR } from '@tutti/learn'
import { type CsvForm, PLAIN_CSV, toCsvNumber } from '../terminal/csv-writing.ts'

/** A class, the labels that are set, or a number in the label's unit. */
export type NamedAnswer = string | string[] | number

/** One example's answer. */
export interface Answer {
  answer: NamedAnswer
  /** Class index, 0 or 1, or one bit a label; 0 for a number. */
  class: number
  /** Logits of a classifier, in the order of its outputs; the number itself of a linear model. */
  logits: number[]
  /** Probability of each class or label, in the order of the manifest; undefined for a number. */
  probabilities: { name: string; probability: number }[] | undefined
}

/**
 * Answers of outputs.
 *
 * @param outputs - Shape [count, outputs], as `judge` takes them.
 */
export function nameAnswers(manifest: Manifest, outputs: ArrayLike<number>, dataset: Dataset): Answer[] {
  const { model, data } = manifest
  const { label } = data
  const answers = toAnswers(model, outputs, dataset)
  const probabilities = toProbabilities(model, outputs)
  const width = outputs.length / dataset.count
  return Array.from(answers, (value, row) => {
    const logits = Array.from({ length: width }, (_, i) => outputs[row * width + i]!)
    if (label.kind === 'number' || probabilities === undefined) {
      return { answer: value, class: 0, logits: [value], probabilities: undefined }
    }
    const { classes } = label
    return {
      answer: nameClasses(manifest, BigInt(value)),
      class: value,
      logits,
      // A list: an object would put names that are whole numbers first.
      probabilities: classes.map((name, index) => ({
        name,
        probability: probabilities[row * classes.length + index]!,
      })),
    }
  })
}

function nameClasses({ data: { label } }: Manifest, answer: bigint): string | string[] {
  if (label.kind === 'number') return []
  if (label.kind === 'class') return label.classes[Number(answer)] ?? `class ${answer}`
  return label.classes.filter((_, index) => ((answer >> BigInt(index)) & 1n) === 1n)
}

/** An answer for people: labels in a row, a number with its unit. */
export function formatAnswer({ data: { label } }: Manifest, answer: NamedAnswer): string {
  if (Array.isArray(answer)) return answer.length === 0 ? 'none' : answer.join(', ')
  if (label.kind !== 'number' || typeof answer !== 'number') return String(answer)
  return [roundAnswer(label, answer), ...(label.unit === undefined ? [] : [label.unit])].join(' ')
}

/** A number to about a hundred-thousandth of the label's spread: finer than a model that reads bytes can distinguish. */
function roundAnswer(label: Manifest['data']['label'], answer: number): string {
  const spread = label.kind === 'number' ? label.spread : 1
  const decimals = 5 - Math.floor(Math.log10(spread))
  return String(Number(answer.toFixed(Math.min(Math.max(decimals, 0), 20))))
}

/**
 * Header of {@link answerRow}.
 *
 * @param taken - Columns that stand in the same file: an answer is not called as one of them.
 */
export function answerHeader({ data: { label } }: Manifest, taken: readonly string[] = []): string[] {
  const names = label.kind === 'number' ? [label.name] : [label.name, ...label.classes.map((name) => `P(${name})`)]
  return names.map((name) => toCellText(taken.includes(name) ? `answer: ${name}` : name))
}

/** An answer as cells: the answer (labels with their separator between them), the probabilities. */
export function answerRow(
  { data: { label } }: Manifest,
  { answer, probabilities }: Answer,
  form: CsvForm = PLAIN_CSV,
): string[] {
  const separator = label.kind === 'labels' ? (label.separator ?? USUAL_SEPARATOR) : ''
  const named =
    typeof answer === 'number'
      ? toCsvNumber(roundAnswer(label, answer), form)
      : toCellText(Array.isArray(answer) ? answer.join(separator) : answer)
  return [named, ...(probabilities ?? []).map(({ probability }) => toCsvNumber(probability.toPrecision(6), form))]
}

/**
 * A name that others chose, as a cell: if a spreadsheet would run it as a formula, it gets an apostrophe before it.
 *
 * @see OWASP, CSV Injection
 */
export function toCellText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
