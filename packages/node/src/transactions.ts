/**
 * Transactions in separate steps (sign, broadcast, ask), so that what was signed can be kept before it is sent.
 *
 * A signed transaction is broadcast as often as needed: it is the same bytes with the same nonce, and the chain can
 * take it once. One that is stuck is replaced under the same nonce, so that still only one of them can be taken.
 */
import { type Call, type ChainClient, InsufficientFundsError, prepareTransaction } from '@tutti/chain'
import { keccak256, type LocalAccount, parseTransaction, type TransactionReceipt } from 'viem'
import { type Patience, sleep, untilReached } from './connection.ts'
import type { TransactionCost } from './events.ts'
import type { Attempt } from './store.ts'

/** A connection that can sign. */
export type Signer = ChainClient & { account: LocalAccount }

/** What became of signed transactions with one nonce. */
export type Fate =
  | { kind: 'mined'; receipt: TransactionReceipt }
  /** The chain may still take one. */
  | { kind: 'pending' }
  /** Another transaction took the nonce: none of these can be mined any more. */
  | { kind: 'replaced' }

/** Looks at the chain between two broadcasts of the same transaction. */
const LOOKS_A_BROADCAST = 5
/**
 * Looks in a row that must find the nonce taken and no receipt: a server may count a transaction some time before it has
 * its receipt, and an update that is believed replaced is signed again.
 */
const LOOKS_UNTIL_REPLACED = 10
/** What servers answer when they have a transaction, or cannot take it now; {@link fateOf} tells which. */
const HARMLESS =
  /already (known|imported|exists|reserved)|known transaction|nonce (is )?too low|underpriced|fee cap|max fee per gas/i

/** How transactions of one kind are signed, handed over and made dearer; what becomes of them is told alike for all. */
export interface Carrier {
  /**
   * Simulates a call and signs it; sends nothing.
   *
   * @param payloads - What the call submits; empty for other calls.
   * @throws `ContractError` if the contract refuses; `InsufficientFundsError`; connection errors.
   */
  sign(call: Call, payloads: readonly Uint8Array[]): Promise<Attempt>
  /** Hands a signed transaction to the chain, as often as one likes. @throws connection errors. */
  broadcast(attempt: Attempt): Promise<void>
  /** A replacement for the last of the attempts under the same nonce; undefined while it may still be included. */
  raise(attempts: readonly Attempt[]): Promise<Attempt | undefined>
}

/** Ordinary transactions, replaced when their fee no longer covers the base fee. */
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
 * @throws `InsufficientFundsError`; connection errors, after which the chain may have it or not.
 */
export async function broadcast(signer: Signer, attempt: Attempt): Promise<void> {
  try {
    await signer.public.sendRawTransaction({ serializedTransaction: attempt.signed })
  } catch (error) {
    const text = textOf(error)
    if (/insufficient funds/i.test(text)) {
      const balance = await signer.public.getBalance({ address: signer.account.address })
      const { gas, maxFeePerGas } = parseTransaction(attempt.signed)
      throw new InsufficientFundsError(signer.account.address, balance, (gas ?? 0n) * (maxFeePerGas ?? 0n))
    }
    if (!HARMLESS.test(text)) throw error
  }
}

/**
 * What became of attempts that share a nonce.
 *
 * The nonce is read before the receipts: a transaction mined in between is then found as mined, never as replaced.
 */
export async function fateOf(signer: Signer, attempts: readonly Attempt[]): Promise<Fate> {
  const { public: client, account } = signer
  const used = await client.getTransactionCount({ address: account.address, blockTag: 'latest' })
  for (const { hash } of attempts) {
    try {
      return { kind: 'mined', receipt: await client.getTransactionReceipt({ hash }) }
    } catch (error) {
      if ((error as Error).name !== 'TransactionReceiptNotFoundError') throw error
    }
  }
  const nonce = attempts[0]?.nonce
  return nonce !== undefined && used > nonce ? { kind: 'replaced' } : { kind: 'pending' }
}

/**
 * Stays with signed transactions of one nonce until the chain has taken one, or for `patienceMs`: broadcasts again what
 * the chain may have forgotten, and replaces it when its carrier says that it is stuck.
 *
 * @param attempts - At least one; a replacement is added.
 * @param keep - Called with all attempts before a replacement is sent.
 */
export async function seeThrough(
  signer: Signer,
  attempts: Attempt[],
  options: { carrier: Carrier; patience: Patience; patienceMs: number; keep: () => void },
): Promise<Fate> {
  const { patience, carrier } = options
  const deadline = Date.now() + options.patienceMs
  let looksReplaced = 0
  for (let looks = 1; ; looks++) {
    const fate = await untilReached(() => fateOf(signer, attempts), patience)
    looksReplaced = fate.kind === 'replaced' ? looksReplaced + 1 : 0
    const isReplaced = looksReplaced >= LOOKS_UNTIL_REPLACED
    if (fate.kind === 'mined' || isReplaced || (fate.kind === 'pending' && Date.now() >= deadline)) return fate
    if (fate.kind === 'pending' && looks % LOOKS_A_BROADCAST === 0) {
      const raised = await untilReached(() => carrier.raise(attempts), patience)
      if (raised !== undefined) {
        attempts.push(raised)
        options.keep()
      }
      await untilReached(() => carrier.broadcast(attempts.at(-1)!), patience)
    }
    await sleep(signer.pollingIntervalMs, patience.signal)
  }
}

/** What a mined transaction cost. */
export function costOf(receipt: TransactionReceipt): TransactionCost {
  return { hash: receipt.transactionHash, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice }
}

/**
 * The same transaction under the same nonce with both fees at least a quarter higher, as nodes demand; undefined while
 * its fee covers the base fee.
 */
async function raiseFee(signer: Signer, attempt: Attempt, baseFee: bigint): Promise<Attempt | undefined> {
  const { to, data, gas, nonce, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(attempt.signed)
  if (baseFee <= maxFeePerGas || !to || gas === undefined) return undefined
  const raise = (fee: bigint) => (fee * 5n) / 4n + 1n
  const wanted = baseFee * 2n
  const signed = await signer.account.signTransaction({
    type: 'eip1559',
    chainId: signer.chainId,
    to,
    data: data ?? '0x',
    gas,
    nonce: nonce ?? 0,
    maxFeePerGas: wanted > raise(maxFeePerGas) ? wanted : raise(maxFeePerGas),
    maxPriorityFeePerGas: raise(maxPriorityFeePerGas),
  })
  return { hash: keccak256(signed), nonce: attempt.nonce, signed }
}

/** Base fee that the next block will ask, where the chain has a pending block; else that of the last one. */
async function readBaseFee({ public: client }: Signer): Promise<bigint> {
  const [latest, pending] = await Promise.all([
    client.getBlock({ blockTag: 'latest' }),
    client.getBlock({ blockTag: 'pending' }).catch(() => undefined),
  ])
  return pending?.baseFeePerGas ?? latest.baseFeePerGas ?? 0n
}

function textOf(error: unknown): string {
  let text = ''
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) text += ` ${cause.message}`
  return text
}
