/**
 * What creating a federation takes on the chain at hand, tried there before a token moves: creation and the largest
 * shard of the initial model run one after the other in the endpoint's simulation (`eth_simulateV1`), or are estimated.
 *
 * The trial's terms name no token, so that it needs neither approval nor funds; what the payment adds is stated above it.
 *
 * @see https://github.com/ethereum/execution-apis `eth_simulateV1`
 * @example
 * ```ts
 * import { planCreation } from '@tutti/chain'
 * import { encodeSetup } from '@tutti/core'
 *
 * const another = { ...terms, salt: `0x${'a3'.repeat(32)}` as const }
 * const plan = await planCreation(client, { terms: another, manifest: manifestBytes, setup: encodeSetup(setup) })
 * plan.shards // → 1
 * plan.sealing!.amsterdam.gas > plan.sealing!.now.gas // → true
 * plan.isSimulated // → true
 * ```
 */

import {
  BLOB_GAS,
  estimateInitialise,
  estimateRoundAt,
  type LargestShards,
  largestShards,
  shardCount,
  shardRange,
  type Terms,
  type TransactionBound,
  toId,
  wordsOfShard,
} from '@tutti/core'
import { type Hex, numberToHex, zeroAddress } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { decodeRevert, EndpointGasError, GasCapExceededError, RpcError, withChainErrors } from '../client/errors.ts'
import { ask } from '../client/probe.ts'
import { readFeePerGas } from '../network/fee-per-gas.ts'
import { type ChainLimits, readLimits } from '../network/limits.ts'
import { pathOf } from '../reads/path.ts'
import { estimateGas, explainEstimate } from '../transactions/estimates.ts'
import type { Call } from '../transactions/prepare.ts'
import { callToCreate, callToInitialise } from './calls.ts'
import { costSealing, type SealingCost } from './plan-sealing.ts'

/** What creating a federation takes: by step, in all, and by whose prices. */
export interface CreationPlan {
  limits: ChainLimits
  /** Gas of the creation, the payment of the bounty included. */
  create: bigint
  /** Gas of the largest transaction that writes initial integers. */
  initialise: bigint
  /** How many of those there are: one a shard. */
  shards: number
  /** Whether all that can be was run by the endpoint; bounds from the chain's prices otherwise. */
  isSimulated: boolean
  /** Of all transactions together. */
  gas: bigint
  /** Base fee of the latest block and the tip that the chain suggests, in wei. */
  feePerGas: bigint
  /** `gas · feePerGas`, in wei, and the one blob that initialises a model of the blob path. */
  cost: bigint
  /** Direct path: bounds on a round's largest transactions by the chain's prices. */
  round: { aggregate: TransactionBound; submit: TransactionBound } | undefined
  /** Direct path: parameters of the largest shards that a round's transactions could carry, by bytes and by gas. */
  largest: LargestShards | undefined
  /** Direct path: what sealing the model in code would cost, for contracts to ask it. */
  sealing: SealingCost | undefined
}

/** What moving the bounty and remembering its approval takes besides slots. */
const paymentGas = 60_000n
const paymentSlots = 4n
/** What `initialise` takes besides its slots: generous, where no simulation tells. */
const initialiseGas = 200_000n
const initialiseSlots = 4n

/**
 * Tries the steps of a creation and adds up what they take.
 *
 * @param parameters - `words`: the words of a given start.
 * @throws `ContractError` for terms that the contracts refuse; `EndpointGasError`, `GasCapExceededError` for steps that
 *   cannot run; `ChainUnreachableError`. Nothing was sent then.
 */
export async function planCreation(
  client: ChainClient,
  parameters: { terms: Terms; manifest: Uint8Array; setup: Uint8Array; words?: Uint8Array },
): Promise<CreationPlan> {
  const { setup, words } = parameters
  const terms: Terms = { ...parameters.terms, stake: 0n, bounty: 0n, keeperPay: 0n, sealPay: 0n, token: zeroAddress }
  const isBlob = pathOf({ setup }) === 'blob'
  const shards = isBlob ? 1 : shardCount(terms)
  const id = toId(client.chainId, client.core, terms)
  const data = words && wordsOfShard(words, terms, 0)
  const calls = [
    callToCreate(client, { ...parameters, terms }),
    callToInitialise(client, { id, shard: 0, ...(data === undefined ? {} : { data }) }),
  ]
  const limits = await readLimits(client)
  const { newSlotGas } = limits.prices
  // A blob that is not sent cannot be simulated everywhere: what it initialises takes little, and is bounded.
  const simulated = await simulate(client, isBlob ? calls.slice(0, 1) : calls, limits)
  const [bare, initialise] = [
    simulated?.[0] ?? (await withChainErrors(client, () => estimateGas(client, { ...sender(client), ...calls[0]! }))),
    simulated?.[1] ?? boundInitialise(terms, { isBlob, isGiven: words !== undefined, newSlotGas: BigInt(newSlotGas) }),
  ]
  const payment =
    parameters.terms.bounty + parameters.terms.sealPay === 0n ? 0n : paymentGas + paymentSlots * BigInt(newSlotGas)
  const create = bare + payment
  for (const gas of [create, initialise]) {
    if (gas > limits.transactionGas) throw new GasCapExceededError(gas, limits.transactionGas)
    if (gas > limits.endpointGas) throw new EndpointGasError(limits.endpointGas, limits.transactionGas, undefined)
  }
  const gas = create + BigInt(shards) * initialise
  const feePerGas = await readFeePerGas(client)
  const round = isBlob ? undefined : estimateRoundAt(parameters.terms, limits.prices)
  const isSimulated = simulated !== undefined
  const blobCost = isBlob ? BigInt(BLOB_GAS) * (await readBlobFee(client)) : 0n
  return {
    ...{ limits, create, initialise, shards, isSimulated, gas, feePerGas, cost: gas * feePerGas + blobCost, round },
    largest: isBlob ? undefined : largestShards(parameters.terms, Number(limits.executionGas)),
    sealing: isBlob ? undefined : costSealing(parameters.terms, limits),
  }
}

/** Gas of the transaction that writes initial integers, where no simulation tells. */
function boundInitialise(
  terms: Terms,
  { isBlob, isGiven, newSlotGas }: { isBlob: boolean; isGiven: boolean; newSlotGas: bigint },
): bigint {
  const slots = initialiseSlots * newSlotGas
  if (isBlob) return initialiseGas + slots
  const { length } = shardRange(terms, 0)
  return BigInt(estimateInitialise({ length, laneBits: terms.laneBits, isGiven }).gas) + slots
}

/** Wei a gas of blobs; nothing where the chain names no price, as it then takes none. */
async function readBlobFee(client: ChainClient): Promise<bigint> {
  const answer = await ask(client, 'eth_blobBaseFee', [])
  return 'refusal' in answer ? 0n : BigInt(String(answer.result ?? 0))
}

/** A call as `eth_simulateV1` answers for it. */
type SimulatedCall = { status?: string; gasUsed?: string; returnData?: Hex; error?: { message?: string; data?: Hex } }

/** Gas of calls run one after the other, a block each; undefined where the endpoint simulates nothing. */
async function simulate(
  client: ChainClient,
  calls: readonly Call[],
  { transactionGas }: ChainLimits,
): Promise<bigint[] | undefined> {
  const { account: from } = sender(client)
  const gas = numberToHex(transactionGas)
  const blockStateCalls = calls.map(({ to, data }) => ({ calls: [{ from, to, data, gas }] }))
  const answer = await ask(client, 'eth_simulateV1', [{ blockStateCalls, validation: false }, 'latest'])
  if ('refusal' in answer || !Array.isArray(answer.result)) return undefined
  const run = answer.result.map((block: { calls?: SimulatedCall[] }) => block.calls?.[0])
  const used: bigint[] = []
  for (const call of run) {
    if (call === undefined) return undefined
    if (call.status !== '0x1') throw await explainEstimate(client, simulatedError(call))
    used.push(BigInt(call.gasUsed ?? 0))
  }
  return used.length === calls.length ? used : undefined
}

/** A failure of the simulation in the form that an estimate's has. */
function simulatedError({ error, returnData }: SimulatedCall): Error {
  const data = [error?.data, returnData].find((bytes) => bytes !== undefined && bytes.length >= 10)
  if (data !== undefined) return decodeRevert(data)
  // Without a reason: gas, or a failure that nothing more is known of.
  const message = error?.message ?? 'failed'
  return new RpcError(/gas/i.test(message) ? message : `${message}: reverted without a reason`, error)
}

/** Who a trial says it is: anybody, where the client only reads. */
function sender({ account }: ChainClient): { account: Hex } {
  return { account: account?.address ?? '0x000000000000000000000000000000007475747f' }
}
