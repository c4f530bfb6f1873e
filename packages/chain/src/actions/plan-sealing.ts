/**
 * What sealing a model in code takes on the chain at hand: which pieces are missing, in which transactions they are
 * written, what that costs by the chain's prices, and what it would by Amsterdam's, where code is eight times as dear.
 *
 * @example
 * ```ts
 * import { planSealing } from '@tutti/chain'
 *
 * const { version, steps, cost } = await planSealing(client, { id: federationId })
 * version // → 2
 * steps.length // → 1
 * cost.now.gas < cost.amsterdam.gas // → true
 * ```
 */
import {
  AMSTERDAM_PRICES,
  estimateSealing,
  type Piece,
  pieceCount,
  planSealSteps,
  type SealLimits,
  type SealStep,
  shardCount,
  shardWordCount,
  type Terms,
} from '@tutti/core'
import { type Hex, zeroAddress } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { readFeePerGas } from '../network/fee-per-gas.ts'
import { type ChainLimits, readLimits } from '../network/limits.ts'
import { type FederationQuery, readCore, readTerms } from '../reads/federation.ts'
import { readModelState, readSealing, type Sealing } from '../reads/model.ts'

/** Bounds on sealing a whole model. */
export type SealingCost = {
  /** By the chain's prices as they are. */
  now: { gas: number; transactions: number }
  /** By Amsterdam's. */
  amsterdam: { gas: number; transactions: number }
  /** Gas of a byte of code on the chain as it is. */
  codeByteGas: number
  /** Bytes of code that stay for ever. */
  codeBytes: number
}

/** What is left to be sealed of the model as it stands. */
export type SealingPlan = Sealing & {
  /** As of which block. */
  blockNumber: bigint
  /** Some shards have the next version already: until all do, nothing can be sealed. */
  isInMotion: boolean
  /** In the order in which they are sent; none: this version is sealed whole. */
  steps: SealStep[]
  /** Of `steps` together, by the chain's prices: a bound. */
  gas: bigint
  /** Base fee of the latest block and the tip that the chain suggests, in wei. */
  feePerGas: bigint
  /** Of the whole model, for comparison. */
  cost: SealingCost
  limits: ChainLimits
}

/** What sealing a model of these terms costs by a chain's limits and prices. */
export function costSealing(terms: Terms, limits: ChainLimits): SealingCost {
  const now = estimateSealing(terms, limits.prices, toSealLimits(limits))
  // Where state is paid apart, the gas of a block holds it, and 2^24 the execution.
  const roomy = { transactionGas: Number.MAX_SAFE_INTEGER, executionGas: Number(limits.executionGas) }
  const amsterdam = estimateSealing(terms, AMSTERDAM_PRICES, roomy)
  return {
    now: { gas: now.gas, transactions: now.transactions },
    amsterdam: { gas: amsterdam.gas, transactions: amsterdam.transactions },
    codeByteGas: limits.prices.codeByteGas,
    codeBytes: now.codeBytes,
  }
}

/**
 * Plans the sealing of the model as it stands; what is sealed of this version already is left out.
 *
 * @throws `ContractError` `NotInitialised`, `UnknownFederation`; connection errors
 */
export async function planSealing(
  client: ChainClient,
  query: FederationQuery & { terms?: Terms },
): Promise<SealingPlan> {
  const terms = query.terms ?? (await readTerms(client, query))
  const { blockNumber, version, isInMotion } = await readModelState(client, { ...query, terms })
  const at = { id: query.id, blockNumber }
  const [sealing, limits, feePerGas] = await Promise.all([
    readSealing(client, at),
    readLimits(client),
    readFeePerGas(client),
  ])
  const sealed = sealing.done === 0 ? new Set<string>() : await readSealedPieces(client, { ...at, terms, version })
  const isSealed = ({ shard, piece }: Piece) => sealed.has(`${shard}/${piece}`)
  const steps = planSealSteps(terms, { prices: limits.prices, limits: toSealLimits(limits), isSealed })
  const gas = BigInt(steps.reduce((sum, { bound }) => sum + bound.gas, 0))
  return { ...sealing, blockNumber, isInMotion, steps, gas, feePerGas, cost: costSealing(terms, limits), limits }
}

function toSealLimits({ transactionGas, executionGas }: ChainLimits): SealLimits {
  return { transactionGas: Number(transactionGas), executionGas: Number(executionGas) }
}

/** Pieces of a version that are in code, as `shard/piece`. */
async function readSealedPieces(
  client: ChainClient,
  { id, terms, version, blockNumber }: { id: Hex; terms: Terms; version: number; blockNumber: bigint },
): Promise<Set<string>> {
  const pieces = Array.from({ length: shardCount(terms) }, (_, shard) =>
    Array.from({ length: pieceCount(shardWordCount(terms, shard)) }, (_, piece) => ({ shard, piece })),
  ).flat()
  const places = await readCore(client, (core) =>
    Promise.all(
      pieces.map(({ shard, piece }) => {
        const args = [id, version, BigInt(shard), BigInt(piece)] as const
        return client.public.readContract({ ...core, functionName: 'pieceOf', args, blockNumber })
      }),
    ),
  )
  const isThere = (_: Piece, index: number) => places[index] !== zeroAddress
  return new Set(pieces.filter(isThere).map(({ shard, piece }) => `${shard}/${piece}`))
}
