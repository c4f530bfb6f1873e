/** Answers in the words of the manifest, with what they follow from: for people, for JSON, and as rows of a CSV. */
import { type Dataset, type Manifest, toAnswers, toProbabilities, USUAL_SEPARATOR } from '@tutti/learn'

/** A class, the labels that are set, or a number in the label's unit. */
export type NamedAnswer = string | string[] | number

/** One example's answer. */
export interface Answer {
  answer: NamedAnswer
  /** Class index, 0 or 1, or one bit a label; 0 for a number. */
  class: bigint
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
      return { answer: value, class: 0n, logits: [value], probabilities: undefined }
    }
    const { classes } = label
    return {
      answer: nameClasses(manifest, BigInt(value)),
      class: BigInt(value),
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
  return label.kind === 'number' && label.unit !== undefined ? `${answer} ${label.unit}` : String(answer)
}

/** Header of {@link answerRow}. */
export function answerHeader({ data: { label } }: Manifest): string[] {
  return label.kind === 'number'
    ? ['row', toCellText(label.name)]
    : ['row', toCellText(label.name), ...label.classes.map((name) => `P(${name})`)]
}

/** An answer as cells: the row from 0, the answer (labels with their separator between them), the probabilities. */
export function answerRow({ data: { label } }: Manifest, row: number, { answer, probabilities }: Answer): string[] {
  const separator = label.kind === 'labels' ? (label.separator ?? USUAL_SEPARATOR) : ''
  const named =
    typeof answer === 'number' ? String(answer) : toCellText(Array.isArray(answer) ? answer.join(separator) : answer)
  return [String(row), named, ...(probabilities ?? []).map(({ probability }) => probability.toPrecision(6))]
}

/**
 * A name of others as a cell: what a spreadsheet would run as a formula gets an apostrophe before it.
 *
 * @see OWASP, CSV Injection
 */
export function toCellText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

/** Cells as a line of CSV (RFC 4180). */
export function toCsvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
