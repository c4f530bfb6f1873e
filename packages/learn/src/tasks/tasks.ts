/**
 * The built-in tasks: data, schema, model and hyperparameters that are known to work together.
 *
 * @example
 * ```ts
 * import { loadTask } from '@tutti/learn/node'
 *
 * const { train, heldOut, model } = loadTask('digits')
 * train.count + heldOut.count // → 1797
 * model.inputs // → 64
 * ```
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readTableFile } from '../data/csv-file.ts'
import { type Dataset, selectExamples } from '../data/dataset.ts'
import { toDataset } from '../data/examples.ts'
import { readIdx } from '../data/idx.ts'
import { inferSchema } from '../data/infer-schema.ts'
import { splitStratified } from '../data/partition.ts'
import { type DataSchema, parseDataSchema } from '../data/schema.ts'
import type { TaskKind, TrainingSpec } from '../manifest/manifest.ts'
import { type ModelSpec, mlp, mnistCnn } from '../model/model.ts'
import type { ArithmeticTerms } from '../training/quantized-averaging.ts'

/** Names of the built-in tasks. */
export const TASK_NAMES = ['digits', 'breast-cancer', 'mnist'] as const
export type TaskName = (typeof TASK_NAMES)[number]

/** A task with its data read and divided. */
export interface Task {
  name: string
  purpose: string
  licence: string
  kind: TaskKind
  schema: DataSchema
  train: Dataset
  /** Never trained on. */
  heldOut: Dataset
  model: ModelSpec
  training: TrainingSpec
  /** Rounds and arithmetic that the task is known to work with. */
  rounds: number
  terms: ArithmeticTerms
}

const DATASETS = fileURLToPath(new URL('../../datasets/', import.meta.url))
const HELD_OUT = 0.3
const CC_BY = 'CC BY 4.0'

const TRAINING: TrainingSpec = {
  optimizer: 'sgd',
  learningRate: 0.4,
  momentum: 0,
  epochs: 5,
  batchSize: 10,
  proximal: 0,
}
/** What the blob path holds: updates of 8 bits, sums of 24. */
const BLOB_TERMS: ArithmeticTerms = { laneBits: 24, bits: 8, gains: [{ fromRound: 0, gain: 1 }] }
const TERMS: ArithmeticTerms = { laneBits: 16, bits: 2, gains: [{ fromRound: 0, gain: 1 }] }

/**
 * Reads a built-in task.
 *
 * @param options.path - Folder of the four MNIST files, plain or gzipped (`mnist`); another CSV file of the same
 * columns (`digits`, `breast-cancer`).
 * @param options.seed - Of the split into training and held-out parts; 1 when absent.
 * @param options.size - Of what the chain's path holds, `direct` when absent; for `blob`, `mnist` trains the convolutional
 * network of 1,663,370 parameters, and updates have 8 bits.
 * @throws `CsvError`, `IdxError`, {@link TaskPathError}, the file system's errors
 */
export function loadTask(
  name: TaskName,
  { path, seed = 1, size = 'direct' }: { path?: string; seed?: number; size?: 'direct' | 'blob' } = {},
): Task {
  const task = readTask(name, path, seed)
  if (size === 'direct') return task
  if (name !== 'mnist') return { ...task, terms: BLOB_TERMS }
  const training = { ...task.training, learningRate: 0.1, batchSize: 32 }
  return { ...task, model: mnistCnn(), training, rounds: 5, terms: BLOB_TERMS }
}

function readTask(name: TaskName, path: string | undefined, seed: number): Task {
  if (name === 'digits') return loadDigits(path ?? join(DATASETS, 'digits.csv'), seed)
  if (name === 'breast-cancer') return loadBreastCancer(path ?? join(DATASETS, 'breast-cancer.csv'), seed)
  if (path === undefined) throw new TaskPathError()
  return loadMnist(path)
}

/** Schema of 8 × 8 digits: counts 0 to 16, `byte = 15 · count`. */
export function digitsSchema(): DataSchema {
  return pixelSchema(8, 16, [1, 240], (row, column) => `p${row}${column}`)
}

function loadDigits(path: string, seed: number): Task {
  const schema = digitsSchema()
  const all = toDataset(readTableFile(path), schema)
  const { train, heldOut } = splitStratified(all.labels, { fraction: HELD_OUT, seed })
  return {
    name: 'digits',
    purpose: 'Recognise handwritten digits of 8 × 8 pixels.',
    licence: `${CC_BY}; E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI`,
    kind: 'multi-class',
    schema,
    train: selectExamples(all, train),
    heldOut: selectExamples(all, heldOut),
    model: mlp([64, 32, 10], 'softmax'),
    training: TRAINING,
    rounds: 30,
    terms: TERMS,
  }
}

function loadBreastCancer(path: string, seed: number): Task {
  const table = readTableFile(path)
  const diagnoses = [...table.cells(table.position('diagnosis'))].map((cell) => (cell === 'malignant' ? 1 : 0))
  const { train, heldOut } = splitStratified(diagnoses, { fraction: HELD_OUT, seed })
  // Statistics of the training part only: the held-out part must not shape the inputs.
  const schema = inferSchema(table, { label: 'diagnosis', rows: train, kind: 'class' })
  const all = toDataset(table, schema)
  return {
    name: 'breast-cancer',
    purpose: 'Tell malignant from benign tumours by 30 measurements of cell nuclei.',
    licence: `${CC_BY}; W. Wolberg et al., Breast Cancer Wisconsin (Diagnostic), UCI`,
    kind: 'binary',
    schema,
    train: selectExamples(all, train),
    heldOut: selectExamples(all, heldOut),
    model: mlp([30, 16, 1], 'logistic'),
    training: { ...TRAINING, learningRate: 0.1 },
    rounds: 20,
    terms: TERMS,
  }
}

function loadMnist(folder: string): Task {
  return {
    name: 'mnist',
    purpose: 'Recognise handwritten digits of 28 × 28 pixels.',
    licence: 'Y. LeCun, C. Cortes, C. Burges, The MNIST Database',
    kind: 'multi-class',
    schema: pixelSchema(28, 255, [1, 255], (row, column) => `pixel-${row}-${column}`),
    train: readIdx(findIdx(folder, 'train', 'images-idx3-ubyte'), findIdx(folder, 'train', 'labels-idx1-ubyte')),
    heldOut: readIdx(findIdx(folder, 't10k', 'images-idx3-ubyte'), findIdx(folder, 't10k', 'labels-idx1-ubyte')),
    model: mlp([784, 32, 10], 'softmax'),
    training: { ...TRAINING, learningRate: 0.2, epochs: 1 },
    rounds: 20,
    terms: TERMS,
  }
}

function pixelSchema(
  size: number,
  spread: number,
  inputScale: [number, number],
  nameOf: (row: number, column: number) => string,
): DataSchema {
  const features = Array.from({ length: size * size }, (_, index) => ({
    name: nameOf(Math.floor(index / size), index % size),
    kind: 'number',
    minimum: 0,
    maximum: spread,
    center: 0,
    spread,
    missing: 'refuse',
  }))
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit))
  return parseDataSchema({
    version: 1,
    features,
    label: { name: 'digit', kind: 'class', classes },
    inputZero: 0,
    inputScale,
  })
}

/** Path of `train…-images-idx3-ubyte` and its like, plain or gzipped. */
function findIdx(folder: string, part: string, kind: string): string {
  const file = readdirSync(folder)
    .sort()
    .find((name) => name.startsWith(part) && (name.endsWith(kind) || name.endsWith(`${kind}.gz`)))
  if (file === undefined) throw new TaskPathError(`${folder} has no file ${part}…${kind}`)
  return join(folder, file)
}

/** The files of a task are not where they were looked for. */
export class TaskPathError extends Error {
  override name = 'TaskPathError'
  constructor(reason = 'MNIST is not shipped') {
    super(`${reason}. Give the folder of the four IDX files of MNIST, plain or gzipped (--data PATH).`)
  }
}
