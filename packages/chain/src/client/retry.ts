/**
 * Requests that are asked again while an endpoint's failure is one that passes: with pauses that double, never sooner than
 * a server that limits its callers asks for. Transactions are not among them; see `endpoint-refusals.ts`.
 *
 * @example
 * ```ts
 * import { withRetries } from '@tutti/chain'
 * import { createPublicClient, http } from 'viem'
 *
 * const transport = withRetries(http(chain.rpcUrl), { count: 3, delay: 100 })
 * await createPublicClient({ transport }).getChainId() // → 31337
 * ```
 */
import type { Transport } from 'viem'
import { isPassing, layersOf, mayBeTooMuch, meaningOfError } from './endpoint-failures.ts'

/** How often a request is asked again, and the first pause, in milliseconds. */
export interface Retries {
  /** Where nothing came, or what is on no list; twice as often where the endpoint says that it passes. */
  count: number
  delay: number
}

/** Longest wait that a server may ask of one request, in milliseconds; who is asked for more fails, and is told. */
const LONGEST_PAUSE = 5_000
/** Longest wait that a server may ask for, in milliseconds: longer ones are asked again in between. */
const LONGEST_ASKED_WAIT = 120_000

/** What answers with something whenever it answers: `null` of these is a server that is not ready. */
const NEVER_NULL = new Set(
  [
    'blockNumber',
    'chainId',
    'call',
    'estimateGas',
    'gasPrice',
    'getBalance',
    'getCode',
    'getLogs',
    'getTransactionCount',
  ].map((name) => `eth_${name}`),
)

/** What is needed of a transport: it takes the compiler seconds to compare viem's types of each method. */
type OpenAny = (parameters: unknown) => {
  request(asked: { method: string; params?: unknown }, options: { retryCount: number }): Promise<unknown>
}

/** A transport that asks again. What a caller wants in a request's own options, such as no second try, is kept to. */
export function withRetries<Open extends Transport>(open: Open, { count, delay }: Retries): Open {
  const openAny = open as unknown as OpenAny
  const openWithRetries: OpenAny = (parameters) => {
    const transport = openAny(parameters)
    const request = async (asked: { method: string; params?: unknown }, options: { retryCount?: number } = {}) => {
      const most = asked.method === 'eth_sendRawTransaction' ? 0 : (options.retryCount ?? count)
      for (let tries = 0; ; tries++) {
        try {
          return refuseNull(asked, await transport.request(asked, { ...options, retryCount: 0 }))
        } catch (error) {
          const meaning = meaningOfError(error)
          const pause = Math.max(delay * 2 ** tries, askedWaitMilliseconds(error, Date.now()))
          const tried = meaning === 'behind' || meaning === 'later' ? 2 * most : most
          const mayPass = meaning !== undefined && (isPassing(meaning) || meaning === 'unknown')
          // Ranges of logs are divided by the caller, and that is what an unclear refusal of one means.
          const isDivided = asked.method === 'eth_getLogs' && mayBeTooMuch(error)
          if (!mayPass || isDivided || tries >= tried || pause > LONGEST_PAUSE) {
            if (error instanceof NullAnswerError && error.isAnswer) return null
            throw error
          }
          await new Promise((resolve) => setTimeout(resolve, pause))
        }
      }
    }
    return { ...transport, request }
  }
  return openWithRetries as unknown as Open
}

/** @throws {@link NullAnswerError} where an answer has to be something. */
function refuseNull({ method, params }: { method: string; params?: unknown }, answer: unknown): unknown {
  if (answer !== null && answer !== undefined) return answer
  const isLatest = method === 'eth_getBlockByNumber' && (params as unknown[] | undefined)?.[0] === 'latest'
  if (NEVER_NULL.has(method)) throw new NullAnswerError(method, false)
  if (isLatest) throw new NullAnswerError(method, true)
  return answer
}

/**
 * How long a server asks to be left alone (`Retry-After` in seconds or as a date, with 429 or 503), in milliseconds; 0
 * if it does not say.
 *
 * @param now - Milliseconds since 1970, for dates.
 * @see RFC 9110, section 10.2.3
 */
export function askedWaitMilliseconds(error: unknown, now: number): number {
  for (const layer of layersOf(error)) {
    const { headers } = layer as { headers?: unknown }
    const asked = headers instanceof Headers ? headers.get('retry-after') : null
    if (asked === null) continue
    const milliseconds = /^\d+$/.test(asked.trim()) ? Number(asked) * 1_000 : Date.parse(asked) - now
    return Number.isFinite(milliseconds) ? Math.min(LONGEST_ASKED_WAIT, Math.max(0, milliseconds)) : 0
  }
  return 0
}

/** An endpoint answered `null` where there is always something: it is not ready. */
export class NullAnswerError extends Error {
  override readonly name = 'NullAnswerError'
  /** Whether `null` is an answer all the same, once it has stayed so. */
  readonly isAnswer: boolean

  constructor(method: string, isAnswer: boolean) {
    super(`The endpoint answered ${method} with null.`)
    this.isAnswer = isAnswer
  }
}
