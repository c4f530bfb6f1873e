/**
 * Ways to divide one dataset among members, as the literature does. Each returns one list of example indices a member,
 * every example in exactly one list, the same for the same seed.
 *
 * @example
 * ```ts
 * import { partitionDirichlet, partitionIid, splitHoldout } from '@tutti/learn'
 *
 * const parts = partitionIid(60, { members: 3, seed: 1 })
 * parts.map(({ length }) => length) // → [20, 20, 20]
 * const uneven = partitionDirichlet(rows.labels, { members: 3, seed: 1, alpha: 0.5, minimum: 5 })
 * uneven.reduce((sum, { length }) => sum + length, 0) // → 60
 * const { train, heldOut } = splitHoldout(rows, { fraction: 0.2, seed: 1 })
 * train.length + heldOut.length // → 60
 * ```
 */
import { dirichlet, fromSeed, type Random, shuffle } from '@tutti/core'
import type { Dataset } from './dataset.ts'

/** What every partition takes. */
export interface PartitionOptions {
  members: number
  seed: number
}

const ATTEMPTS = 10_000

/** Independent and identically distributed: shuffled and cut into equal parts. @throws {@link PartitionError} */
export function partitionIid(count: number, { members, seed }: PartitionOptions): Int32Array[] {
  checkMembers(count, members, 1)
  return cut(shuffle(fromSeed(seed), range(count)), members)
}

/**
 * Label shards: sorted by label, cut into `members · shardsPerMember` shards, each member given `shardsPerMember`.
 *
 * @throws {@link PartitionError}
 * @see McMahan et al., Communication-Efficient Learning of Deep Networks, AISTATS 2017, section 3
 */
export function partitionShards(
  labels: ArrayLike<number>,
  { members, seed, shardsPerMember = 2 }: PartitionOptions & { shardsPerMember?: number },
): Int32Array[] {
  checkMembers(labels.length, members, shardsPerMember)
  const random = fromSeed(seed)
  const sorted = shuffle(random, range(labels.length)).sort((a, b) => labels[a]! - labels[b]!)
  const shards = shuffle(random, cut(sorted, members * shardsPerMember))
  return Array.from({ length: members }, (_, member) =>
    Int32Array.from(
      shards.slice(member * shardsPerMember, (member + 1) * shardsPerMember).flatMap((shard) => [...shard]),
    ),
  )
}

/**
 * Dirichlet label skew: each class is divided among the members in proportions drawn from Dir(α); small α is a strong
 * skew. Drawn again until every member has `minimum` examples.
 *
 * @throws {@link PartitionError} also if no draw of 10,000 gave every member enough.
 * @see Hsu et al., Measuring the Effects of Non-Identical Data Distribution, 2019 (α); Li et al., Federated Learning
 * on Non-IID Data Silos, ICDE 2022 (division by class, with a minimum)
 */
export function partitionDirichlet(
  labels: ArrayLike<number>,
  { members, seed, alpha, minimum = 10 }: PartitionOptions & { alpha: number; minimum?: number },
): Int32Array[] {
  checkMembers(labels.length, members, minimum)
  const random = fromSeed(seed)
  const classes = groupBy(labels)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const lists: number[][] = Array.from({ length: members }, () => [])
    for (const indices of classes) divideClass(random, shuffle(random, indices), alpha, lists)
    if (lists.every((list) => list.length >= minimum)) return lists.map((list) => Int32Array.from(list))
  }
  throw new PartitionError(
    `no draw of ${ATTEMPTS} gave each of ${members} members ${minimum} examples at α = ${alpha}; raise α or lower the minimum`,
  )
}

/**
 * A division in which every member has `minimum` examples: those who have fewer are given the last ones of the member that has
 * most. As it is where all have enough.
 *
 * @throws {@link PartitionError} if there are not enough examples.
 */
export function spreadOut(parts: readonly Int32Array[], minimum: number): Int32Array[] {
  const lists = parts.map((part) => [...part])
  checkMembers(
    lists.reduce((sum, list) => sum + list.length, 0),
    lists.length,
    minimum,
  )
  for (const list of lists) {
    while (list.length < minimum) {
      const richest = lists.reduce((best, other) => (other.length > best.length ? other : best))
      list.push(richest.pop()!)
    }
  }
  return lists.map((list) => Int32Array.from(list))
}

/**
 * Divides examples into two parts with the shares of each class kept, seeded.
 *
 * @param fraction - Share of the second part, in (0, 1).
 * @returns Indices of the first (training) and the second (held-out) part, ascending.
 */
export function splitStratified(
  labels: ArrayLike<number>,
  { fraction, seed }: { fraction: number; seed: number },
): { train: Int32Array; heldOut: Int32Array } {
  if (!(fraction > 0 && fraction < 1)) throw new PartitionError(`a fraction of ${fraction}; give one between 0 and 1`)
  const random = fromSeed(seed)
  const train: number[] = []
  const heldOut: number[] = []
  for (const indices of groupBy(labels)) {
    const mixed = shuffle(random, indices)
    const size = Math.round(mixed.length * fraction)
    heldOut.push(...mixed.slice(0, size))
    train.push(...mixed.slice(size))
  }
  return { train: Int32Array.from(train).sort(), heldOut: Int32Array.from(heldOut).sort() }
}

/** Strata that numbers are divided into, by their rank. */
const STRATA = 20

/**
 * Rows of a dataset to train on and to hold out: alike of each class or set of labels, and of small and large numbers.
 *
 * @throws {@link PartitionError}
 */
export function splitHoldout(
  { count, labels }: Pick<Dataset, 'count' | 'labels'>,
  options: { fraction: number; seed: number },
): { train: Int32Array; heldOut: Int32Array } {
  if (labels instanceof Int32Array) return splitStratified(labels, options)
  const strata = new Int32Array(count)
  const order = range(count).sort((a, b) => labels[a]! - labels[b]!)
  for (const [rank, row] of order.entries()) strata[row] = Math.floor((rank * Math.min(STRATA, count / 2)) / count)
  return splitStratified(strata, options)
}

function divideClass(random: Random, indices: number[], alpha: number, lists: number[][]): void {
  const shares = dirichlet(random, alpha, lists.length)
  let start = 0
  let sum = 0
  for (const [member, list] of lists.entries()) {
    sum += shares[member]!
    const end = member === lists.length - 1 ? indices.length : Math.round(sum * indices.length)
    for (let i = start; i < end; i++) list.push(indices[i]!)
    start = Math.max(start, end)
  }
}

function groupBy(values: ArrayLike<string | number>): number[][] {
  const groups = new Map<string | number, number[]>()
  for (let i = 0; i < values.length; i++) {
    const group = groups.get(values[i]!)
    if (group === undefined) groups.set(values[i]!, [i])
    else group.push(i)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, indices]) => indices)
}

function cut(indices: number[], parts: number): Int32Array[] {
  return Array.from({ length: parts }, (_, part) =>
    Int32Array.from(
      indices.slice(Math.floor((part * indices.length) / parts), Math.floor(((part + 1) * indices.length) / parts)),
    ),
  )
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function checkMembers(count: number, members: number, minimum: number): void {
  if (!Number.isInteger(members) || members < 1) throw new PartitionError(`${members} members; give at least one`)
  if (count < members * minimum) {
    throw new PartitionError(`${count} examples cannot give each of ${members} members ${minimum}; lower the members`)
  }
}

/** A dataset cannot be divided as asked. */
export class PartitionError extends Error {
  override name = 'PartitionError'
  constructor(reason: string) {
    super(`Cannot divide the dataset: ${reason}.`)
  }
}
