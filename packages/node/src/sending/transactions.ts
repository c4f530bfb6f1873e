/**
 * Transactions in separate steps (sign, broadcast, ask), so that what was signed can be kept before it is sent.
 *
 * A signed transaction is broadcast as often as needed: it is the same bytes with the same nonce, and the chain can
 * take it once. One that is stuck is replaced under the same nonce, so that still only one of them can be taken.
 */
import {
  type Call,
  type ChainClient,
  EndpointRefusalError,
  FeeLimitError,
  findReceipt,
  findRevertData,
  NotTakenYetError,
  offerTransaction,
  prepareTransaction,
  raiseFees,
  readTip,
  toMostPaid,
} from '@tutti/chain'
import { type Hex, keccak256, type LocalAccount, parseTransaction, type TransactionReceipt } from 'viem'
import type { Attempt } from '../disk/round-record.ts'
import { isChainOutOfReach, type Patience, sleep, untilReached } from '../rpc/connection.ts'
import type { TransactionCost } from '../status/events.ts'

/** A connection that can sign. */
export type Signer = ChainClient & { account: LocalAccount }

/** What became of signed transactions with one nonce. */
export type Fate =
  | { kind: 'mined'; receipt: TransactionReceipt }
  /** The chain may still take one, or has taken it in a block that is not deep enough yet (`isIncluded`). */
  | { kind: 'pending'; isIncluded: boolean }
  /** Another transaction took the nonce: none of these can be mined any more. */
  | { kind: 'replaced' }

/** Looks at the chain between two broadcasts of the same transaction. */
const LOOKS_A_BROADCAST = 5
/** Gas of a transaction that only moves coins. */
const PLAIN_TRANSFER_GAS = 21_000n
/**
 * Looks in a row that must find the nonce taken and no receipt: a server may count a transaction some time before it has
 * its receipt, and an update that is believed replaced is signed again.
 */
const LOOKS_UNTIL_REPLACED = 10

/** How transactions of one kind are signed, handed over and made dearer; what becomes of them is told alike for all. */
export interface Carrier {
  /**
   * Simulates a call and signs it; sends nothing.
   *
   * @param payloads - What the call submits; empty for other calls.
   * @throws `ContractError` if the contract refuses; `InsufficientFundsError`; connection errors.
   */
  sign(call: Call, payloads: readonly Uint8Array[]): Promise<Attempt>
  /** Hands a signed transaction to the chain, as often as one likes. @throws `EndpointRefusalError`; connection errors. */
  broadcast(attempt: Attempt): Promise<void>
  /** A replacement for the last of the attempts under the same nonce; undefined while it may still be included. */
  raise(attempts: readonly Attempt[]): Promise<Attempt | undefined>
}

/** Transactions whose fees an endpoint's pool has refused: they are signed anew. */
const underpriced = new WeakSet<Attempt>()

/** Ordinary transactions, replaced when their fee no longer covers the base fee, or is not what the pool demands. */
export function plainCarrier(signer: Signer): Carrier {
  return {
    sign: (call) => signCall(signer, call),
    broadcast: (attempt) => broadcast(signer, attempt),
    raise: async (attempts) => raiseFee(signer, attempts.at(-1)!, await readBaseFee(signer)),
  }
}

/**
 * Simulates a call and signs it.
 *
 * @returns The signed transaction, not yet sent.
 * @throws `ContractError` if the contract refuses; `InsufficientFundsError`; connection errors.
 */
export async function signCall(signer: Signer, call: Call): Promise<Attempt> {
  const { hash, nonce, raw } = await prepareTransaction(signer, call)
  return { hash, nonce, signed: raw }
}

/**
 * Hands a signed transaction to the chain. One that the chain already has, whose nonce is taken, or whose fee is below
 * the base fee at present is no error here: {@link fateOf} tells, and {@link seeThrough} raises the fee.
 *
 * It is offered once: whoever waits for its fate looks for it on the chain before it is offered again.
 *
 * @throws `EndpointRefusalError` `InsufficientFundsError` `NotTakenYetError`; connection errors, after which the chain may
 *   have it or not.
 */
export async function broadcast(signer: Signer, attempt: Attempt): Promise<void> {
  try {
    const offer = await offerTransaction(signer, attempt.signed)
    if (offer.kind === 'underpriced') underpriced.add(attempt)
    if (offer.kind === 'later' || offer.kind === 'busy') throw new NotTakenYetError(signer.url, offer.words)
  } catch (error) {
    // At other fees it may pass.
    if (error instanceof EndpointRefusalError) underpriced.add(attempt)
    throw error
  }
}

/** How a signed transaction is offered again. */
export interface Offering {
  carrier: Carrier
  patience: Patience
  /** Called with each nonce below it that was lost and is taken by a transaction that does nothing. */
  onGap?: (nonce: number) => void
  /** Called with all attempts before a replacement is sent. */
  keep: () => void
  /** Most that the transaction may cost, in wei: a replacement that may cost more is not made. */
  maximumCost?: bigint | undefined
}

/**
 * Makes a transaction dearer where its carrier says that it is stuck, broadcasts it again if the chain has forgotten it,
 * and fills the gap below its nonce. One that could only fail by now is left as it is, and so is a gap below it: what was
 * lost there, such as the joining of a member, may come back.
 *
 * @param attempts - Of one nonce, at least one; a replacement is added.
 * @throws what its carrier throws.
 */
export async function offerAgain(signer: Signer, attempts: Attempt[], offering: Offering): Promise<void> {
  const { carrier, patience, keep, maximumCost } = offering
  if (await isVain(signer, attempts.at(-1)!)) return
  const raised = await untilReached(() => carrier.raise(attempts).catch(ignoreFeeLimit), patience)
  if (raised !== undefined && (maximumCost === undefined || toMostPaid(raised.signed) <= maximumCost)) {
    attempts.push(raised)
    keep()
  }
  const { hash } = attempts.at(-1)!
  const ask = () => signer.public.request({ method: 'eth_getTransactionByHash', params: [hash] })
  const known = await untilReached(ask, patience)
  if (known === null) await carrier.broadcast(attempts.at(-1)!)
  await untilReached(() => fillGap(signer, attempts.at(-1)!, offering.onGap), patience)
}

/**
 * What became of attempts that share a nonce.
 *
 * A nonce that is taken proves that they were replaced only if they have no receipt then: a transaction mined between
 * the two questions is found as mined, never as replaced.
 */
export async function fateOf(signer: Signer, attempts: readonly Attempt[]): Promise<Fate> {
  const { public: client, account } = signer
  const find = async (): Promise<TransactionReceipt | undefined> => {
    for (const { hash } of attempts) {
      const found = await findReceipt(signer, hash)
      if (found !== undefined) return found
    }
    return undefined
  }
  const toFate = async (receipt: TransactionReceipt): Promise<Fate> =>
    (await isDeepEnough(signer, receipt)) ? { kind: 'mined', receipt } : { kind: 'pending', isIncluded: true }
  const receipt = await find()
  if (receipt !== undefined) return toFate(receipt)
  const nonce = attempts[0]?.nonce
  const used = await client.getTransactionCount({ address: account.address, blockTag: 'latest' })
  if (nonce === undefined || used <= nonce) return { kind: 'pending', isIncluded: false }
  const late = await find()
  return late === undefined ? { kind: 'replaced' } : toFate(late)
}

/** Whether a transaction counts: as many blocks as the connection asks for, its own included. */
async function isDeepEnough({ public: client, confirmations }: Signer, receipt: TransactionReceipt): Promise<boolean> {
  if (confirmations <= 1) return true
  return (await client.getBlockNumber()) - receipt.blockNumber + 1n >= BigInt(confirmations)
}

/**
 * Stays with signed transactions of one nonce until the chain has taken one, or for `patienceMs`: broadcasts again what
 * the chain may have forgotten, replaces it when its carrier says that it is stuck, and fills gaps below the nonce.
 *
 * @param attempts - At least one; a replacement is added.
 */
export async function seeThrough(
  signer: Signer,
  attempts: Attempt[],
  options: Offering & { patienceMs: number },
): Promise<Fate> {
  const { patience } = options
  const deadline = Date.now() + options.patienceMs
  let looksReplaced = 0
  for (let looks = 1; ; looks++) {
    const fate = await lookUntil(deadline, () => fateOf(signer, attempts), patience)
    looksReplaced = fate.kind === 'replaced' ? looksReplaced + 1 : 0
    const isReplaced = looksReplaced >= LOOKS_UNTIL_REPLACED
    if (fate.kind === 'mined' || isReplaced || (fate.kind === 'pending' && Date.now() >= deadline)) return fate
    if (fate.kind === 'pending' && !fate.isIncluded && looks % LOOKS_A_BROADCAST === 0) {
      await offerAgain(signer, attempts, options)
    }
    await sleep(signer.pollingIntervalMs, patience.signal)
  }
}

/** A fate; pending where the chain does not tell before the deadline, so that whoever decides looks at the round again. */
async function lookUntil(deadline: number, look: () => Promise<Fate>, patience: Patience): Promise<Fate> {
  try {
    return await untilReached(look, { ...patience, deadline })
  } catch (error) {
    if (!isChainOutOfReach(error)) throw error
    return { kind: 'pending', isIncluded: false }
  }
}

/** What may not be made dearer waits as it is. */
function ignoreFeeLimit(error: unknown): undefined {
  if (!(error instanceof FeeLimitError)) throw error
}

/** What a mined transaction cost. */
export function costOf(receipt: TransactionReceipt): TransactionCost {
  return { hash: receipt.transactionHash, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice }
}

/**
 * The same transaction under the same nonce with both fees at least a quarter higher, as nodes demand; undefined while
 * its fee covers the base fee and no pool has refused it.
 */
async function raiseFee(signer: Signer, attempt: Attempt, baseFee: bigint): Promise<Attempt | undefined> {
  const { to, data = '0x', gas, maxFeePerGas = 0n } = parseTransaction(attempt.signed)
  if (!to || gas === undefined || (baseFee <= maxFeePerGas && !underpriced.has(attempt))) return undefined
  return replace(signer, attempt, { to, data, gas })
}

/**
 * A transaction that does nothing, under the nonce of one that holds up others and can only fail.
 *
 * @throws `FeeLimitError` where it would have to pay more than the owner allows; connection errors
 */
export async function spendNonce(signer: Signer, attempt: Attempt): Promise<Attempt> {
  return replace(signer, attempt, { to: signer.account.address, data: '0x', gas: PLAIN_TRANSFER_GAS })
}

/** Something else under the same nonce, with both fees at least a quarter higher, as nodes demand. */
async function replace(signer: Signer, attempt: Attempt, call: { to: Hex; data: Hex; gas: bigint }): Promise<Attempt> {
  const { nonce } = attempt
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(attempt.signed)
  const [baseFee, tip] = await Promise.all([readBaseFee(signer), readTip(signer)])
  const fees = raiseFees(signer, { maxFeePerGas, maxPriorityFeePerGas }, { baseFee, tip, factor: [5n, 4n] })
  const { account, chainId } = signer
  const signed = await account.signTransaction({ type: 'eip1559', chainId, ...call, nonce, ...fees })
  return { hash: keccak256(signed), nonce, signed }
}

/**
 * Whether a signed transaction could only fail if it were mined now: its call, on the latest block, is refused. False for
 * transactions with blobs, whose replacements must carry blobs too.
 */
export async function isVain({ public: client, account }: Signer, { signed }: Attempt): Promise<boolean> {
  const { type, to, data = '0x', value = 0n, gas } = parseTransaction(signed)
  if (type === 'eip4844' || !to) return false
  try {
    await client.call({ account: account.address, to, data, value, ...(gas === undefined ? {} : { gas }) })
    return false
  } catch (error) {
    // What else it says, or that it says nothing, tells nothing of the call.
    return findRevertData(error) !== undefined
  }
}

/** Most nonces below an attempt that are filled. */
const WIDEST_GAP = 16

/**
 * Takes the nonces below an attempt that no transaction holds, by sending nothing to oneself: a reorganisation or a
 * forgetful server can lose an earlier transaction of this account, and nothing above a gap is ever mined.
 */
async function fillGap(signer: Signer, attempt: Attempt, onGap: Offering['onGap']): Promise<void> {
  const { account, chainId, public: client } = signer
  const next = await client.getTransactionCount({ address: account.address, blockTag: 'pending' })
  // A wider one no reorganisation makes: the endpoint lies or is broken, and would have the account pay for it.
  if (next >= attempt.nonce || attempt.nonce - next > WIDEST_GAP) return
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(attempt.signed)
  for (let nonce = next; nonce < attempt.nonce; nonce++) {
    const fees = { type: 'eip1559', chainId, maxFeePerGas, maxPriorityFeePerGas } as const
    const signed = await account.signTransaction({ ...fees, to: account.address, gas: PLAIN_TRANSFER_GAS, nonce })
    onGap?.(nonce)
    await broadcast(signer, { hash: keccak256(signed), nonce, signed })
  }
}

/** Base fee that the next block will ask, where the chain has a pending block; else that of the last one. */
async function readBaseFee({ public: client }: Signer): Promise<bigint> {
  const [latest, pending] = await Promise.all([
    client.getBlock({ blockTag: 'latest' }),
    client.getBlock({ blockTag: 'pending' }).catch(() => undefined),
  ])
  return pending?.baseFeePerGas ?? latest.baseFeePerGas ?? 0n
}
