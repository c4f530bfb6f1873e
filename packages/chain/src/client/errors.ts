/**
 * What can go wrong between a participant and the chain, each with its values, a remedy, and whether to try again.
 *
 * A revert comes back as bytes wrapped in layers of RPC errors; {@link toChainError} digs them out and names them.
 *
 * @example
 * ```ts
 * import { ContractError, openRound, toChainError } from '@tutti/chain'
 *
 * const error = await openRound(client, { id: federationId }).catch((thrown: unknown) => thrown)
 * error instanceof ContractError && error.errorName // → 'FederationFinished'
 * error instanceof ContractError && error.isRetryable // → false
 * toChainError(error) === error // → true
 * ```
 */

import { formatInteger, formatTokens, PHASES, type Token } from '@tutti/core'
import { type Address, BaseError, decodeErrorResult, formatEther, type Hash, type Hex, isHex } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import { layersOf, type Meaning, meaningOfError, wordsOf } from './endpoint-failures.ts'
import { remedies } from './remedies.ts'
import { hideSecrets, withoutSecrets } from './secrets.ts'

/** Every failure of this package: `isRetryable` says whether the same call can succeed later, unchanged. */
export class ChainError extends Error {
  readonly isRetryable: boolean
  /** What it means for the caller who waits: see `endpoint-failures.ts`. */
  readonly meaning: Meaning = 'final'
  constructor(message: string, isRetryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.isRetryable = isRetryable
  }
}

/** The contract refused: `errorName(args)`, with a sentence that says what to do. */
export class ContractError extends ChainError {
  readonly errorName: string
  readonly args: readonly unknown[]
  readonly remedy: string
  constructor(errorName: string, args: readonly unknown[], cause?: unknown) {
    const { remedy, isRetryable } = remedies[errorName] ?? unknownRemedy
    const shown = args.map((arg) => (typeof arg === 'object' ? JSON.stringify(arg, toJson) : String(arg))).join(', ')
    super(`The contract refused: ${errorName}(${shown}). ${remedy}`, isRetryable, cause)
    this.errorName = errorName
    this.args = args
    this.remedy = remedy
  }
}

/** No answer from the RPC endpoint, or not in time, or none that a chain would give. */
export class ChainUnreachableError extends ChainError {
  override readonly meaning: Meaning
  constructor(url: string, cause?: unknown) {
    super(describeSilence(url, cause), true, cause)
    this.meaning = meaningOfError(cause) === 'later' ? 'later' : 'silent'
  }
}

/** The endpoint does not have a block that was seen before, or not yet: it lags, or its chain was reorganised. */
export class ChainBehindError extends ChainError {
  override readonly meaning: Meaning = 'behind'
  /** @param advice - A sentence on what to do if it stays so. */
  constructor(url: string, cause?: unknown, advice?: string) {
    super(
      `The chain at ${hideSecrets(url)} does not have the block that was asked for: the endpoint is behind, or the ` +
        `chain was reorganised. Wait a little, or use another endpoint.${advice === undefined ? '' : ` ${advice}`}`,
      true,
      cause,
    )
  }
}

/** An endpoint answered what no chain gives: not even the form is right. */
export class MalformedAnswerError extends ChainError {
  override readonly meaning: Meaning = 'silent'
  /** @param what - What it gave, in a few words. */
  constructor(url: string, what: string, cause?: unknown) {
    super(
      `The endpoint at ${hideSecrets(url)} answered what no chain gives: ${withoutSecrets(what, url)}. It is broken, or ` +
        'lies. Use another endpoint.',
      true,
      cause,
    )
  }
}

/** An endpoint showed terms, a manifest or a setup that are not those of the federation: its id is their hash. */
export class ForgedTermsError extends ChainError {
  constructor(url: string, id: Hex) {
    super(
      `The endpoint at ${hideSecrets(url)} shows terms of ${id} that are not its terms: the id is their hash. It lies, or ` +
        'is broken. Use another endpoint.',
      false,
    )
  }
}

/** There is no contract where the federation core should be. */
export class NotDeployedError extends ChainError {
  constructor(core: Address, chainId: number) {
    super(
      `No federation core at ${core} on chain ${chainId}. Deploy it first (tutti deploy), or name its address.`,
      false,
    )
  }
}

/** The RPC endpoint answered with an error that is none of the contract's. */
export class RpcError extends ChainError {
  override readonly meaning: Meaning
  /**
   * @param where.url - Of the endpoint, whose secrets its words may repeat.
   * @param where.meaning - What is not known to be final may be tried again.
   */
  constructor(
    reason: string,
    cause: unknown,
    { url, meaning = 'final' }: { url?: string; meaning?: Meaning | undefined } = {},
  ) {
    const said = withoutSecrets(reason, url).replace(/\.?$/, '.')
    super(`The chain refused a request: ${said} Check the endpoint and the parameters.`, meaning === 'unknown', cause)
    this.meaning = meaning
  }
}

/** The account cannot pay for the transaction. */
export class InsufficientFundsError extends ChainError {
  readonly account: Address
  /** @param needed - In wei; absent where any would do. */
  constructor(account: Address, balance: bigint, needed?: bigint) {
    const held = `Account ${account} holds ${formatEther(balance)} of the chain's coin`
    const wanted = needed === undefined ? 'which pays for gas' : `and needs up to ${formatEther(needed)} for gas`
    super(`${held}, ${wanted}. Send it some.`, true)
    this.account = account
  }
}

/** The account holds too few tokens for a stake or a bounty. */
export class InsufficientTokensError extends ChainError {
  /** @param balance - In smallest units, like `needed`. */
  constructor(account: Address, token: Token, balance: bigint, needed: bigint) {
    super(
      `Account ${account} holds ${formatTokens(balance, token)} and needs ${formatTokens(needed, token)}. Send it more of ` +
        `the token ${token.address} first; of the demo token, tutti mint makes some.`,
      true,
    )
  }
}

/** A write was asked of a client that only reads. */
export class NoAccountError extends ChainError {
  constructor() {
    super('This client has no account to sign with. Give connect an account.', false)
  }
}

/** Another transaction took the nonce: this one can never be included. */
export class NonceTakenError extends ChainError {
  constructor(hash: Hash, nonce: number) {
    super(`Nonce ${nonce} was used by another transaction than ${hash}. Prepare a new one.`, false)
  }
}

/** Sent, and not included in time. Sending the same prepared transaction again is safe. */
export class TransactionPendingError extends ChainError {
  /** @param cause - Of the last look, if that failed. */
  constructor(hash: Hash, timeoutMs: number, cause?: unknown) {
    const why = cause instanceof ChainError ? ` ${cause.message}` : ''
    super(
      `Transaction ${hash} was handed over, and the chain showed it in no block within ${timeoutMs / 1000} s.${why} Look for ` +
        'it, and try again later: it may still be included.',
      true,
      cause,
    )
  }
}

/** Transactions of the account wait at the chain: nothing behind them is mined before they are, and nothing was signed. */
export class AccountBusyError extends ChainError {
  /** Of the first that waits. */
  readonly nonce: number

  /** @param waiting - How many wait. */
  constructor(account: Address, nonce: number, waiting: number) {
    const those = waiting === 1 ? 'A transaction' : `${waiting} transactions`
    super(
      `${those} of account ${account} ${waiting === 1 ? 'waits' : 'wait'} at the chain (nonce ${nonce}), and nothing sent ` +
        'behind would be mined before: wait, or pay more for it in the wallet that sent it; a node is best given an ' +
        'account of its own.',
      true,
    )
    this.nonce = nonce
  }
}

/** Included, and failed without a reason that can be found again. */
export class TransactionRevertedError extends ChainError {
  constructor(hash: Hash) {
    super(`Transaction ${hash} was included and reverted. Look at the state of the federation and try again.`, true)
  }
}

/** The transaction needs more gas than one may use on its chain (EIP-7825, or the gas limit of a block). */
export class GasCapExceededError extends ChainError {
  constructor(estimate: bigint | undefined, cap: bigint) {
    const needed = estimate === undefined ? 'more gas than can be estimated' : `${formatInteger(estimate)} gas`
    super(
      `The transaction needs ${needed}; on this chain one may use ${formatInteger(cap)}. Nothing was sent. ` +
        'A transaction of a round is smaller with smaller shards (create --shards); for the rest, take a chain with more room.',
      false,
    )
  }
}

/** The endpoint gives calls and estimates less gas than the chain gives transactions, and that was too little. */
export class EndpointGasError extends ChainError {
  /** Gas that the endpoint gives. */
  readonly given: bigint
  constructor(given: bigint, cap: bigint, cause: unknown) {
    super(
      `Gas ran out while the transaction was tried: this endpoint gives a try about ${formatInteger(given)} gas, while ` +
        `the chain lets a transaction use ${formatInteger(cap)}. Nothing was sent. Use an endpoint without such a limit, ` +
        'or raise it on your own (--rpc.gascap of geth).',
      false,
      cause,
    )
    this.given = given
  }
}

/** Included, and all its gas was used up: the state had changed since it was estimated. */
export class OutOfGasError extends ChainError {
  constructor(hash: Hash, gas: bigint) {
    super(
      `Transaction ${hash} was included and ran out of gas: ${formatInteger(gas)} were too little. Others were included ` +
        'before it and made it dearer; look at the state of the federation and try again.',
      true,
    )
  }
}

/** Prepared for one chain, sent to another. */
export class ChainMismatchError extends ChainError {
  constructor(prepared: number, connected: number) {
    super(`The transaction is for chain ${prepared}; the client is connected to ${connected}.`, false)
  }
}

const unknownRemedy = { remedy: 'Check the parameters against the terms of the federation.', isRetryable: false }

const toJson = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

/** Finds the bytes a contract reverted with inside whatever an RPC client threw; undefined if there are none. */
export function findRevertData(error: unknown): Hex | undefined {
  let current: unknown = error
  for (let depth = 0; depth < 16 && typeof current === 'object' && current !== null; depth++) {
    const layer = current as { raw?: unknown; data?: unknown; cause?: unknown }
    for (const candidate of [layer.raw, layer.data, (layer.data as { data?: unknown } | undefined)?.data]) {
      if (isHex(candidate) && candidate.length >= 10) return candidate
    }
    current = layer.cause
  }
  return undefined
}

/** Names the error behind revert data, phases by name; `Error(string)`, `Panic(uint256)`, unknown selectors included. */
export function decodeRevert(data: Hex, cause?: unknown): ContractError {
  try {
    const { errorName, args } = decodeErrorResult({ abi: federationAbi, data })
    if (errorName === 'WrongPhase') {
      const [id, expected, actual] = args
      return new ContractError(errorName, [id, PHASES[expected], PHASES[actual]], cause)
    }
    return new ContractError(errorName, (args ?? []) as readonly unknown[], cause)
  } catch {
    return new ContractError('UnknownError', [data], cause)
  }
}

/** What an endpoint did instead of answering, as far as the failure tells, and what to do. */
function describeSilence(address: string, cause: unknown): string {
  const url = hideSecrets(address)
  const layers = [...layersOf(cause)] as { status?: number; cause?: unknown }[]
  const status = layers.find((layer) => typeof layer.status === 'number')?.status
  if (status === 429) {
    return `The endpoint ${url} limits how often it is asked (HTTP 429). Wait a while, or use another one.`
  }
  if (status !== undefined) return `The endpoint ${url} fails (HTTP ${status}). Try again later, or use another one.`
  if (layers.some((layer) => layer instanceof SyntaxError)) {
    return `What answers at ${url} is no chain: it sent no JSON, perhaps a web page. Check the address of the endpoint.`
  }
  if (meaningOfError(cause) === 'later') {
    const said = withoutSecrets(wordsOf(cause), address).replace(/\.?$/, '.')
    return `The endpoint ${url} does not answer this for now: ${said} Try again later, or use another one.`
  }
  return `No answer from the chain at ${url}. Check that it runs and that the address is right.`
}

/** Turns what viem throws into a {@link ChainError} where one fits, and leaves the rest as it is. */
export function toChainError(error: unknown, url = 'the RPC endpoint'): unknown {
  if (error instanceof ChainError) return error
  const revert = findRevertData(error)
  if (revert !== undefined) return decodeRevert(revert, error)
  const meaning = meaningOfError(error)
  if (meaning === 'silent' || meaning === 'later') return new ChainUnreachableError(url, error)
  if (meaning === 'behind') return new ChainBehindError(url, error)
  if (!(error instanceof BaseError)) return error
  const { status } = (error.walk((layer) => 'status' in (layer as object)) ?? {}) as { status?: number }
  const http = status === undefined ? '' : `${hideSecrets(url)} answers HTTP ${status}.`
  const reason = [http, error.shortMessage, error.details].filter((part) => part).join(' ')
  return new RpcError(reason, error, { url, meaning })
}

/** What decoding says of bytes that are too few, or are no value of their type. */
const UNDECODABLE =
  /^(AbiDecodingDataSizeTooSmall|DecodeLogDataMismatch|DecodeLogTopicsMismatch|InvalidBytesBoolean|PositionOutOfBounds|RecursiveReadLimitExceeded)Error$/

/** Whether an answer could not be read: a field is missing, or is no number, list or value where one belongs. */
export function isMalformedAnswer(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true
  return error instanceof BaseError && error.walk((layer) => UNDECODABLE.test((layer as Error).name)) !== null
}

/**
 * Reads answers, and rethrows failures as {@link toChainError} names them.
 *
 * @throws {@link MalformedAnswerError} for an answer that cannot be read.
 */
export async function withChainErrors<T>(client: { url: string }, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (isMalformedAnswer(error)) throw new MalformedAnswerError(client.url, (error as Error).message, error)
    throw toChainError(error, client.url)
  }
}
