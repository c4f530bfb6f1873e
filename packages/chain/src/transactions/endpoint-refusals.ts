/**
 * What an endpoint means when it does not take a transaction: one reading of all clients' words, for everything that sends.
 *
 * Three kinds: ordinary (it has it, the nonce is used, fees moved, the pool is full: ask again or sign anew), a rule of the
 * endpoint's own, which only its owner or another endpoint can change, and ours (no coin).
 *
 * @see go-ethereum `core/txpool/errors.go`, `core/error.go`, `internal/ethapi/api.go`; Nethermind, Besu, Erigon and Reth
 *   say the same in other words
 * @example
 * ```ts
 * import { classifyRefusal } from '@tutti/chain'
 *
 * classifyRefusal('already known') // → { kind: 'known' }
 * classifyRefusal('nonce too low') // → { kind: 'nonce-used' }
 * classifyRefusal('good morning') // → undefined
 * ```
 */
import { BaseError, type Hash, type Hex, keccak256, RpcRequestError } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { wordsOf } from '../client/endpoint-failures.ts'
import {
  ChainError,
  ChainUnreachableError,
  InsufficientFundsError,
  toChainError,
  withChainErrors,
} from '../client/errors.ts'
import { request } from '../client/request.ts'
import { hideSecrets, withoutSecrets } from '../client/secrets.ts'
import { readFields } from './attempts.ts'
import { noteFeeCap, noteFloor } from './fees.ts'

/** What an endpoint's words mean. */
export type Refusal =
  /** It has this very transaction. */
  | { kind: 'known' }
  /** A transaction with this nonce was included. */
  | { kind: 'nonce-used' }
  /** Another one with this nonce waits, and this one does not pay enough to replace it. */
  | { kind: 'nonce-held' }
  /** It pays too little; the tip that the pool demands, in wei a gas, where it is said. */
  | { kind: 'underpriced'; minimumTip?: bigint }
  /** Other transactions of the account are of the other kind, with blobs or without. */
  | { kind: 'busy' }
  /** The pool is full, or full of this account's. */
  | { kind: 'later' }
  | { kind: 'no-funds' }
  /** It does not take blobs with proofs of this version. */
  | { kind: 'sidecar' }
  /** A rule of the endpoint's own; `isFeeCap` where a lower fee may pass. */
  | { kind: 'policy'; isFeeCap: boolean }

/** What each says, in the order in which they are looked for: the first that fits counts. */
const WORDS: readonly [RegExp, (text: string) => Refusal][] = [
  [
    /replacement (transaction|fee)|replac.*(underpriced|low)|replacement ?not ?allowed/i,
    () => ({ kind: 'nonce-held' }),
  ],
  [
    /(same|identical) nonce|(could|can) ?not replace|nonce.{0,12}(in use|already pending)/i,
    () => ({ kind: 'nonce-held' }),
  ],
  [/address already reserved/i, () => ({ kind: 'busy' })],
  [
    /already ?(known|imported|exists|received|seen|in (the )?(mem|tx)?(cache|pool))|known transaction|(same|identical) hash|duplicate transaction/i,
    () => ({ kind: 'known' }),
  ],
  [
    /nonce.{0,8}too ?low|old ?nonce|wrong nonce|nonce.{0,30}(already (been )?used|lower than|less than|below)/i,
    () => ({ kind: 'nonce-used' }),
  ],
  [
    /insufficient ?(payer ?)?(funds|balance)|(not|n't).{0,12} enough (funds|balance)|upfront cost exceeds/i,
    () => ({ kind: 'no-funds' }),
  ],
  [/exceeds the configured cap|fee cap exceeded|exceeds.*fee cap/i, () => ({ kind: 'policy', isFeeCap: true })],
  [
    /under ?priced|below (the )?(configured )?(minimum|current base)|fee ?(cap )?too ?low|(gas price|tip|fee|premium).*(too low|negative)|less than block (base|blob)/i,
    (text) => underpriced(text),
  ],
  [
    /pool.{0,12}full|overflow|limit (exceeded|reached)|exceeds account limit|too many (pending|transactions)|future transaction|nonce.{0,8}(too ?(high|distant|far)|gap)|gapped.?nonce/i,
    () => ({ kind: 'later' }),
  ],
  [
    /not allowed|not supported|forbidden|unauthori[sz]ed|denied|blocked|replay.?protected|does not exist|pool disabled/i,
    () => rule,
  ],
]
const rule: Refusal = { kind: 'policy', isFeeCap: false }

/** What is said of a sidecar of a version that the endpoint does not know: it cannot even be decoded. */
const SIDECAR = /sidecar|rlp|decod|7594|proof|unexpected.*version/i

function underpriced(text: string): Refusal {
  const minimum = /minimum (?:needed|required|tip|gas price)\D{0,8}(\d+)/i.exec(text)?.[1]
  return minimum === undefined ? { kind: 'underpriced' } : { kind: 'underpriced', minimumTip: BigInt(minimum) }
}

/**
 * Reads the words of an endpoint.
 *
 * @param isWithBlobs - Whether they are about a transaction with blobs.
 * @returns undefined if they are none of these.
 */
export function classifyRefusal(text: string, isWithBlobs = false): Refusal | undefined {
  const plain = text.replaceAll('_', ' ')
  const found = WORDS.find(([words]) => words.test(plain))
  const refusal = found?.[1](plain)
  // A rule about sidecars is one about their version, however it is worded.
  const isOpen = refusal === undefined || (refusal.kind === 'policy' && !refusal.isFeeCap)
  return isOpen && isWithBlobs && SIDECAR.test(plain) ? { kind: 'sidecar' } : refusal
}

/** What became of a transaction that was offered. */
export type Offer =
  | { kind: 'taken' }
  /** Not taken now, with what the endpoint said. */
  | { kind: 'nonce-used' | 'nonce-held' | 'underpriced' | 'busy' | 'later' | 'sidecar'; words: string }

/**
 * Offers a signed transaction to the endpoint, once. Whatever the endpoint says, and also if it says nothing, the chain
 * is asked whether it has the transaction: many take one and answer with an error. What a pool demands of fees is remembered
 * for what is signed next.
 *
 * @param shown - What is sent, where that is not what was signed: a transaction with its blobs.
 * @throws {@link EndpointRefusalError} `InsufficientFundsError` `ChainUnreachableError`, after which the chain may have it or
 *   not; `RpcError` and what else the words do not tell.
 */
export async function offerTransaction(client: ChainClient, raw: Hex, shown: Hex = raw): Promise<Offer> {
  const hash = keccak256(raw)
  const error = await sendOrSee(client, shown, hash)
  if (error === undefined || (await isAtChain(client, hash))) return { kind: 'taken' }
  const named = toChainError(error, client.url)
  const words = wordsOf(error)
  // Some gateways answer with HTTP 500 what a client has refused: its words count more.
  const isAnswer = error instanceof BaseError && error.walk((layer) => layer instanceof RpcRequestError) !== null
  const refusal =
    isAnswer || !(named instanceof ChainUnreachableError) ? classifyRefusal(words, shown !== raw) : undefined
  const { gas, value, maxFeePerGas, maxPriorityFeePerGas } = readFields({ raw })
  if (refusal === undefined) throw named
  switch (refusal.kind) {
    case 'known':
      return { kind: 'taken' }
    case 'policy':
      if (refusal.isFeeCap && noteFeeCap(client)) return { kind: 'underpriced', words }
      throw new EndpointRefusalError(client.url, words, { cause: error, isFeeCap: refusal.isFeeCap })
    case 'no-funds': {
      const address = client.account?.address
      if (address === undefined) throw named
      const balance = await withChainErrors(client, () => client.public.getBalance({ address }))
      throw new InsufficientFundsError(address, balance, gas * maxFeePerGas + value)
    }
    case 'underpriced':
      if (refusal.minimumTip !== undefined) noteFloor(client, refusal.minimumTip)
      else if (!/base|blob/i.test(words)) noteFloor(client, 2n * maxPriorityFeePerGas + 1n)
      return { kind: 'underpriced', words }
    default:
      return { kind: refusal.kind, words }
  }
}

/** An endpoint that has not answered a sending for so long is asked whether it has it, in milliseconds, and again. */
const LOOK_AFTER_MS = 1_500

/** Sends, until there is an answer or the chain has the transaction. @returns The error; undefined if there is none. */
async function sendOrSee(client: ChainClient, shown: Hex, hash: Hash): Promise<unknown> {
  const end = new AbortController()
  const options = { retryCount: 0, signal: end.signal }
  const sent = request(client, 'eth_sendRawTransaction', [shown], options).then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  )
  for (;;) {
    let timer: NodeJS.Timeout | undefined
    const wait = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), LOOK_AFTER_MS)
    })
    const answer = await Promise.race([sent, wait])
    clearTimeout(timer)
    if (answer !== undefined) return answer.error
    if (!(await Promise.race([sent.then(() => false), isAtChain(client, hash)]))) continue
    end.abort()
    return undefined
  }
}

/** Whether the chain has a transaction, waiting or included; false too if the endpoint does not tell. */
export async function isAtChain(client: ChainClient, hash: Hash): Promise<boolean> {
  const ask = (method: string) => request<unknown>(client, method, [hash], { retryCount: 0 }).catch(() => null)
  const [transaction, receipt] = await Promise.all([ask('eth_getTransactionByHash'), ask('eth_getTransactionReceipt')])
  return isOf(transaction, hash, 'hash') || isOf(receipt, hash, 'transactionHash')
}

function isOf(answer: unknown, hash: Hash, field: string): boolean {
  const found = (answer as Record<string, unknown> | null | undefined)?.[field]
  return typeof found === 'string' && found.toLowerCase() === hash.toLowerCase()
}

/** The endpoint does not take the transaction now, as when its pool is full. */
export class NotTakenYetError extends ChainError {
  override readonly meaning = 'later'

  constructor(url: string, words: string) {
    const said = withoutSecrets(words, url).replace(/\.?$/, '.')
    super(
      `The endpoint ${hideSecrets(url)} does not take the transaction for now: ${said} The same one is offered again later; ` +
        'another endpoint may take it at once.',
      true,
    )
  }
}

/** The endpoint does not take the transaction, by a rule of its own. */
export class EndpointRefusalError extends ChainError {
  /** What the endpoint said. */
  readonly words: string
  /** Whether the same transaction may pass at lower fees. */
  readonly isFeeCap: boolean
  constructor(url: string, words: string, { cause, isFeeCap = false }: { cause?: unknown; isFeeCap?: boolean } = {}) {
    const said = withoutSecrets(words, url).replace(/\.?$/, '.')
    super(
      `The endpoint ${hideSecrets(url)} does not take the transaction, by a rule of its own: ${said} Use another endpoint, ` +
        'or change the rule where it is yours.',
      false,
      cause,
    )
    this.words = words
    this.isFeeCap = isFeeCap
  }
}
