/**
 * Whose rows a simulation trains on: the task's own data or a creator's files, a part of them held out, the rest divided
 * among the members, who hold views of one array.
 */
import { formatCount } from '@tutti/core'
import {
  type Dataset,
  joinDatasets,
  PartitionError,
  partitionDirichlet,
  partitionIid,
  partitionShards,
  selectExamples,
  splitHoldout,
  spreadOut,
  viewExamples,
} from '@tutti/learn'
import type { TaskSource } from '../create/task-source.ts'
import { readLocalData } from '../data/local-data.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/** Ways to divide rows among members. */
export const PARTITIONS = ['iid', 'dirichlet', 'labels', 'file'] as const
export type PartitionName = (typeof PARTITIONS)[number]

/** How rows are divided. */
export interface DivisionOptions {
  members: number
  partition: PartitionName
  /** Label skew of `dirichlet`: smaller is more unequal. */
  alpha: number
  seed: number
}

/** Rows before they are divided: one part a file. */
export interface SimulationRows {
  train: Dataset[]
  /** Never trained on. */
  heldOut: Dataset
}

/**
 * Reads the rows: those of a built-in task, or the files; holds a part of each file out, with the shares of its classes
 * kept, unless a file of its own is named.
 *
 * @throws `CommandError` where there are no rows, or rows that do not fit
 */
export async function readRows(
  { task: { schema }, builtIn }: TaskSource,
  { data, testData, holdout, seed }: { data: readonly string[]; testData?: string; holdout: number; seed: number },
): Promise<SimulationRows> {
  const tested = testData === undefined ? undefined : await readLocalData({ data: schema }, testData)
  if (data.length === 0) {
    if (builtIn === undefined) {
      throw new CommandError(
        'A simulation trains on rows: name a CSV of yours with --data, once for each file.',
        exitCodes.usage,
      )
    }
    return { train: [builtIn.train], heldOut: tested ?? builtIn.heldOut }
  }
  const files: Dataset[] = []
  for (const file of data) files.push(await readLocalData({ data: schema }, file))
  if (tested !== undefined) return { train: files, heldOut: tested }
  const parts = files.map((file) => {
    const { train, heldOut } = splitHoldout(file, { fraction: holdout, seed })
    return { train: selectExamples(file, train), heldOut: selectExamples(file, heldOut) }
  })
  const heldOut = joinDatasets(parts.map((part) => part.heldOut))
  if (heldOut.count === 0) {
    throw new CommandError('No row is left to test on: raise --holdout, or name --test-data.', exitCodes.usage)
  }
  return { train: parts.map(({ train }) => train), heldOut }
}

/** From so many rows a member on, the division is the demo's, for the same seed. */
const DEMO_ROWS = 40
/** Rows that a member of a skewed division has at the least: a quarter of the mean, up to so many. */
const MOST_LEAST_ROWS = 10

/**
 * Divides rows among members: each has a view of one array.
 *
 * @throws `CommandError` where there are fewer rows, or files, than members
 */
export function divideRows({ train }: SimulationRows, options: DivisionOptions): Dataset[] {
  const { members, partition, alpha, seed } = options
  if (partition === 'file') {
    if (train.length === members) return train
    throw new CommandError(
      `${formatCount(train.length, 'file')} for ${formatCount(members, 'member')}: by file, each member has one. Leave --members out, or divide ` +
        'the rows otherwise (--partition).',
      exitCodes.usage,
    )
  }
  const all = train.length === 1 ? train[0]! : joinDatasets(train)
  try {
    const lists = divide(all, { members, partition, alpha, seed })
    const order = selectExamples(all, Int32Array.from(lists.flatMap((list) => [...list])))
    let start = 0
    return lists.map(({ length }) => {
      start += length
      return viewExamples(order, start - length, length)
    })
  } catch (error) {
    if (error instanceof PartitionError) throw new CommandError(error.message, exitCodes.usage)
    throw error
  }
}

function divide({ labels, count }: Dataset, { members, partition, alpha, seed }: DivisionOptions): Int32Array[] {
  if (partition === 'iid') return partitionIid(count, { members, seed })
  if (!(labels instanceof Int32Array)) {
    throw new CommandError(
      'Rows with a measured number have no classes to divide by: use --partition iid, or file.',
      exitCodes.usage,
    )
  }
  if (partition === 'labels') return partitionShards(labels, { members, seed })
  if (count >= DEMO_ROWS * members) return partitionDirichlet(labels, { members, seed, alpha })
  // With few rows hardly any draw gives each member enough, so that the poorest are given some of the richest ones'.
  const least = Math.max(1, Math.min(MOST_LEAST_ROWS, Math.floor(count / (4 * members))))
  return spreadOut(partitionDirichlet(labels, { members, seed, alpha, minimum: 0 }), least)
}

/** Which partition is meant where none is named: by file where there are several, else by chance, skewed where there are classes. */
export function choosePartition(named: PartitionName | undefined, { train }: SimulationRows): PartitionName {
  if (named !== undefined) return named
  if (train.length > 1) return 'file'
  return train[0]!.labels instanceof Int32Array ? 'dirichlet' : 'iid'
}
