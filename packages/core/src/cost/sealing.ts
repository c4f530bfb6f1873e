/**
 * What it costs to seal a model: to put its words into code, where contracts can ask it. By a chain's prices, in as few
 * transactions as its gas cap allows.
 *
 * @example
 * ```ts
 * import { AMSTERDAM_PRICES, BERLIN_PRICES, estimateSealing } from '@tutti/core'
 *
 * const now = estimateSealing(terms, BERLIN_PRICES)
 * now.transactions // → 1
 * estimateSealing(terms, AMSTERDAM_PRICES).gas > now.gas // → true
 * ```
 */
import { GAS_LIMIT, type TransactionBound } from '../direct/estimate.ts'
import { estimateSeal, sealedBytes } from '../direct/estimate-model.ts'
import { PIECE_WORDS, pieceCount, shardWordCount } from '../direct/words.ts'
import { shardCount, type Terms } from '../terms/terms.ts'
import { BERLIN_PRICES, type GasPrices } from './prices.ts'

/** One transaction that seals: pieces `first` to `first + count − 1` of a shard, counted within it. */
export type SealStep = {
  readonly shard: number
  readonly first: number
  readonly count: number
  /** Words that it writes. */
  readonly words: number
  /** Whether the last piece of the model is among them. */
  readonly isLast: boolean
  readonly bound: TransactionBound
}

/** What a transaction may use. */
export type SealLimits = {
  /** All of its gas. */
  readonly transactionGas: number
  /** What of it may pay for execution; code does not count there where state is paid apart. */
  readonly executionGas: number
}

/** A piece of a shard's words. */
export type Piece = { readonly shard: number; readonly piece: number }

const USUAL_LIMITS: SealLimits = { transactionGas: GAS_LIMIT, executionGas: GAS_LIMIT }

/**
 * The transactions that seal a model: neighbouring pieces of a shard together, as many as fit. Each is handed all words of
 * its shard, so that fewer transactions cost less.
 *
 * @param options.isSealed - Which pieces are there already. Default: none.
 * @param options.limits - Of the chain at hand. A single piece is planned even where it does not fit.
 */
export function planSealSteps(
  terms: Terms,
  {
    prices,
    limits = USUAL_LIMITS,
    isSealed = () => false,
  }: { prices: GasPrices; limits?: SealLimits; isSealed?: (piece: Piece) => boolean },
): SealStep[] {
  const steps: SealStep[] = []
  const shards = shardCount(terms)
  for (let shard = 0; shard < shards; shard++) {
    const total = shardWordCount(terms, shard)
    let open: SealStep | undefined
    for (let piece = 0; piece < pieceCount(total); piece++) {
      if (isSealed({ shard, piece })) {
        open = undefined
        continue
      }
      const words = Math.min(PIECE_WORDS, total - piece * PIECE_WORDS)
      const isLast = shard === shards - 1 && piece === pieceCount(total) - 1
      const longer =
        open && toStep(total, { ...open, count: open.count + 1, words: open.words + words, isLast }, prices)
      if (longer !== undefined && fits(longer, prices, limits)) steps[steps.length - 1] = longer
      else steps.push(toStep(total, { shard, first: piece, count: 1, words, isLast }, prices))
      open = steps.at(-1)
    }
  }
  return steps
}

function toStep(shardWords: number, step: Omit<SealStep, 'bound'>, prices: GasPrices): SealStep {
  const { shard, first, count, words, isLast } = step
  const { gas, bytes } = estimateSeal({ words: shardWords, writtenWords: words, isLast }, prices.codeByteGas)
  const dearer = count * Math.max(0, prices.newSlotGas - BERLIN_PRICES.newSlotGas)
  return {
    ...{ shard, first, count, words, isLast },
    bound: { gas: Math.max(gas + dearer, 21_000 + bytes * prices.floorByteGas), bytes },
  }
}

function fits({ bound, words, isLast }: SealStep, { codeByteGas }: GasPrices, limits: SealLimits): boolean {
  if (bound.gas > limits.transactionGas) return false
  if (limits.executionGas >= limits.transactionGas) return true
  return bound.gas - sealedBytes(words, isLast) * codeByteGas <= limits.executionGas
}

/**
 * Bound on sealing the whole model by a chain's prices.
 *
 * @returns `gas` of all transactions, `transactions`, and `codeBytes` that stay for ever.
 */
export function estimateSealing(
  terms: Terms,
  prices: GasPrices,
  limits?: SealLimits,
): { gas: number; transactions: number; codeBytes: number } {
  const steps = planSealSteps(terms, { prices, ...(limits === undefined ? {} : { limits }) })
  return {
    gas: steps.reduce((sum, { bound }) => sum + bound.gas, 0),
    transactions: steps.length,
    codeBytes: steps.reduce((sum, { words, isLast }) => sum + sealedBytes(words, isLast), 0),
  }
}
