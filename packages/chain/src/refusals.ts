/**
 * What an endpoint means when it does not take a transaction: one reading of all clients' words, for whoever sends.
 *
 * Three kinds: ordinary (it has it, the nonce is used, fees moved, the pool is full: ask again or sign anew), a rule of the
 * endpoint's own, which only its owner or another endpoint can change, and ours (no coin).
 *
 * @see go-ethereum `core/txpool/errors.go`, `core/error.go`, `internal/ethapi/api.go`; Nethermind, Besu, Erigon and Reth
 *   say the same in other words
 */
import { BaseError, type Hex, parseTransaction, RpcRequestError } from 'viem'
import type { ChainClient } from './client.ts'
import {
  ChainError,
  ChainUnreachableError,
  hideSecrets,
  InsufficientFundsError,
  toChainError,
  withChainErrors,
  withoutSecrets,
} from './errors.ts'
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
  /** A rule of the endpoint's own; `isFeeCap` where a lower fee may pass. */
  | { kind: 'policy'; isFeeCap: boolean }

/** What each says, in the order in which they are looked for: the first that fits counts. */
const WORDS: readonly [RegExp, (text: string) => Refusal][] = [
  [/replacement (transaction|fee)|replac.*underpriced|replacementnotallowed/i, () => ({ kind: 'nonce-held' })],
  [/address already reserved/i, () => ({ kind: 'busy' })],
  [/already ?(known|imported|exists|in mempool)|known transaction/i, () => ({ kind: 'known' })],
  [/nonce (is )?too low|oldnonce|nonce has already been used/i, () => ({ kind: 'nonce-used' })],
  [/insufficient ?(funds|balance)|upfront cost exceeds/i, () => ({ kind: 'no-funds' })],
  [/exceeds the configured cap|fee cap exceeded|exceeds.*fee cap/i, () => ({ kind: 'policy', isFeeCap: true })],
  [
    /underpriced|below (configured )?minimum|fee ?(cap )?too ?low|(gas price|tip|fee).*too low|less than block (base|blob)/i,
    (text) => underpriced(text),
  ],
  [
    /pool is full|overflow|limit (exceeded|reached)|too many (pending|transactions)|future transaction/i,
    () => ({ kind: 'later' }),
  ],
  [/not allowed|not supported|forbidden|unauthori[sz]ed|denied|blocked|replay.?protected|does not exist/i, () => rule],
]
const rule: Refusal = { kind: 'policy', isFeeCap: false }

function underpriced(text: string): Refusal {
  const minimum = /minimum (?:needed|required|tip|gas price)\D{0,8}(\d+)/i.exec(text)?.[1]
  return minimum === undefined ? { kind: 'underpriced' } : { kind: 'underpriced', minimumTip: BigInt(minimum) }
}

/** Reads the words of an endpoint. @returns undefined if they are none of these. */
export function classifyRefusal(text: string): Refusal | undefined {
  for (const [words, toRefusal] of WORDS) if (words.test(text)) return toRefusal(text)
  return undefined
}

/** What the endpoint itself said, of all layers of an error; without the request, which libraries quote. */
export function wordsOf(error: unknown): string {
  const words: string[] = []
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { details } = cause as { details?: unknown }
    if (cause instanceof BaseError ? typeof details === 'string' : true) {
      words.push(String(details ?? cause.message).slice(0, 500))
    }
  }
  return [...new Set(words)].join(' ')
}

/** What became of a transaction that was offered. */
export type Offer =
  | { kind: 'taken' }
  /** Not taken now, with what the endpoint said. */
  | { kind: 'nonce-used' | 'nonce-held' | 'underpriced' | 'busy' | 'later'; words: string }

/**
 * Offers a signed transaction to the endpoint, once. What it demands of fees is remembered for what is signed next.
 *
 * @param shown - What is sent, where that is not what was signed: a transaction with its blobs.
 * @throws {@link EndpointRefusalError} `InsufficientFundsError` `ChainUnreachableError`, after which the chain may have it or
 *   not; `RpcError` and what else the words do not tell.
 */
export async function offerTransaction(client: ChainClient, raw: Hex, shown: Hex = raw): Promise<Offer> {
  try {
    await client.public.sendRawTransaction({ serializedTransaction: shown })
    return { kind: 'taken' }
  } catch (error) {
    const named = toChainError(error, client.url)
    const words = wordsOf(error)
    // Some gateways answer with HTTP 500 what a client has refused: its words count more.
    const isAnswer = error instanceof BaseError && error.walk((layer) => layer instanceof RpcRequestError) !== null
    const refusal = isAnswer || !(named instanceof ChainUnreachableError) ? classifyRefusal(words) : undefined
    const { gas = 0n, value = 0n, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw)
    if (refusal === undefined) throw named
    switch (refusal.kind) {
      case 'known':
        return { kind: 'taken' }
      case 'policy':
        if (refusal.isFeeCap && noteFeeCap(client)) return { kind: 'underpriced', words }
        throw new EndpointRefusalError(client.url, words, error)
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
}

/** The endpoint does not take the transaction, by a rule of its own. */
export class EndpointRefusalError extends ChainError {
  /** What the endpoint said. */
  readonly words: string
  constructor(url: string, words: string, cause?: unknown) {
    const said = withoutSecrets(words, url).replace(/\.?$/, '.')
    super(
      `The endpoint ${hideSecrets(url)} does not take the transaction, by a rule of its own: ${said} Use another endpoint, ` +
        'or change the rule where it is yours.',
      false,
      cause,
    )
    this.words = words
  }
}
