/**
 * Simulating, pricing and signing a call; nothing is sent, so that what was signed can be written down first.
 *
 * Pools keep transactions of an account with blobs and without apart, and refuse to mix them: one with blobs is signed
 * only when no other of the account waits.
 *
 * @see EIP-1559, EIP-4844, EIP-7918; go-ethereum `core/txpool/blobpool`
 *
 * @example
 * ```ts
 * import { prepareTransaction } from '@tutti/chain'
 *
 * const before = await client.public.getTransactionCount({ address: account.address })
 * const { nonce, chainId } = await prepareTransaction(client, { to: account.address, data: '0x' }) // signed, not sent
 * nonce // → before
 * chainId // → 31337
 * ```
 */
import { BLOBS_PER_TRANSACTION } from '@tutti/core'
import type { Address, Hex } from 'viem'
import type { ChainClient } from '../client/client.ts'
import {
  AccountBusyError,
  ChainError,
  InsufficientFundsError,
  NoAccountError,
  withChainErrors,
} from '../client/errors.ts'
import { request } from '../client/request.ts'
import { type PreparedTransaction, signTransaction } from './attempts.ts'
import { chooseGas, estimateGas } from './estimates.ts'
import { chooseBlobFee, chooseFees, GAS_PER_BLOB, readTip } from './fees.ts'
import type { BlobBundle } from './sidecar.ts'

/** What a transaction does. `to` is absent when it deploys a contract. */
export type Call = {
  to?: Address
  data: Hex
  value?: bigint
  /** Gas beyond the estimate, for calls that cost more when another one is included first. */
  spareGas?: bigint
  /** Most that its gas and its blobs may cost, in wei; without limit where absent. */
  maximumCost?: bigint
  /** Sign it only as the account's next: nothing behind what waits at the chain. Always so with blobs. */
  isNext?: boolean
  /** Blobs that travel beside it. */
  bundle?: BlobBundle
}

/** A call whose transaction carries blobs. */
export type BlobCall = Call & { to: Address; bundle: BlobBundle }

/** Gas of any transaction. */
const LEAST_GAS = 21_000n

/**
 * Simulates a call, prices it and signs it with the account's next nonce; sends nothing.
 *
 * Gas allows a quarter above the estimate and `spareGas`, up to the cap; for the fees see `chooseFees` and
 * `chooseBlobFee`.
 *
 * @throws {@link ContractError} if it would revert; {@link InsufficientFundsError}; `GasCapExceededError`,
 *   `EndpointGasError`; `FeeLimitError`; `CostLimitError`; {@link AccountBusyError} with `isNext` or blobs;
 *   {@link TooManyBlobsError}; {@link NoAccountError}; {@link ChainUnreachableError}
 */
export async function prepareTransaction(client: ChainClient, call: Call): Promise<PreparedTransaction> {
  const { to, data, value = 0n, bundle, isNext = bundle !== undefined } = call
  const from = client.account?.address
  if (from === undefined) throw new NoAccountError()
  if (bundle !== undefined) requireBlobCount(bundle)
  const wanted = { account: from, data, value, ...(to === undefined ? {} : { to }) }
  const countAt = (blockTag: 'latest' | 'pending') => client.public.getTransactionCount({ address: from, blockTag })
  const [early, nonce, used, block, tip, balance, blobBaseFee] = await withChainErrors(client, () =>
    Promise.all([
      bundle === undefined ? estimateGas(client, wanted) : undefined,
      countAt('pending'),
      isNext ? countAt('latest') : undefined,
      client.public.getBlock({ includeTransactions: false }),
      readTip(client),
      client.public.getBalance({ address: from }),
      bundle === undefined ? undefined : request<Hex>(client, 'eth_blobBaseFee', []).then(BigInt),
    ]),
  )
  if (used !== undefined && nonce > used) throw new AccountBusyError(from, used, nonce - used)
  const baseFee = block.baseFeePerGas ?? 0n
  const blobs = bundle && {
    versionedHashes: bundle.versionedHashes,
    maxFeePerBlobGas: chooseBlobFee(client, blobBaseFee ?? 0n),
  }
  const blobCost = blobs ? BigInt(blobs.versionedHashes.length) * GAS_PER_BLOB * blobs.maxFeePerBlobGas : 0n
  const requireFunds = (gas: bigint, fee: bigint) => {
    const needed = gas * fee + value + blobCost
    if (balance < needed) throw new InsufficientFundsError(from, balance, needed)
  }
  // Some nodes do not simulate blobs that the account could not pay: that is said as what it is.
  if (blobs) requireFunds(LEAST_GAS, chooseFees(client, { baseFee, tip }).maxFeePerGas)
  const estimate =
    early ?? (await withChainErrors(client, () => estimateGas(client, { ...wanted, ...(blobs ? { blobs } : {}) })))
  const gas = await chooseGas(client, estimate, block.gasLimit, call.spareGas)
  const budget = call.maximumCost === undefined ? undefined : { wei: atLeastZero(call.maximumCost - blobCost), gas }
  const { maxFeePerGas } = chooseFees(client, { baseFee, tip, budget })
  requireFunds(gas, maxFeePerGas)
  const fields = { data, value, gas, nonce, maxFeePerGas, maxPriorityFeePerGas: tip }
  return signTransaction(client, { ...fields, ...(to === undefined ? {} : { to }), ...(blobs ? { blobs } : {}) })
}

function requireBlobCount({ versionedHashes }: BlobBundle): void {
  const blobs = versionedHashes.length
  if (blobs === 0 || blobs > BLOBS_PER_TRANSACTION) throw new TooManyBlobsError(blobs)
}

function atLeastZero(wei: bigint): bigint {
  return wei > 0n ? wei : 0n
}

/** A transaction carries one to six blobs. */
export class TooManyBlobsError extends ChainError {
  constructor(blobs: number) {
    super(
      `A transaction carries 1 to ${BLOBS_PER_TRANSACTION} blobs, not ${blobs}. Send one shard a transaction.`,
      false,
    )
  }
}
