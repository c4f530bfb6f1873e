/**
 * Telling a chain that is out of reach for a while from one that says no.
 *
 * Reads are tried again with growing waits: 0.25 s, doubled up to 15 s, each shortened at random by up to a half so
 * that many nodes do not come back at the same instant; never sooner than a server that limits its callers asks for.
 */
import { setTimeout as sleepFor } from 'node:timers/promises'
import { ChainBehindError, ChainUnreachableError, toChainError } from '@tutti/chain'
import {
  BaseError,
  HttpRequestError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem'

/** Waits of a node: first, largest, in milliseconds, and a source of random numbers in [0, 1). */
export interface BackOff {
  firstMilliseconds: number
  mostMilliseconds: number
  random: () => number
}

/** The waits of a node unless told otherwise. */
export const defaultBackOff: BackOff = { firstMilliseconds: 250, mostMilliseconds: 15_000, random: Math.random }

/** Wait before attempt `failures + 1`: `min(most, first · 2^(failures−1)) · (1 − random/2)` milliseconds. */
export function backOffMilliseconds(backOff: BackOff, failures: number): number {
  const full = Math.min(backOff.mostMilliseconds, backOff.firstMilliseconds * 2 ** Math.min(30, failures - 1))
  return full * (1 - backOff.random() / 2)
}

/** JSON-RPC codes by which servers say "not now": internal error, resource unavailable, limit exceeded. */
const PASSING_CODES = new Set([-32603, -32002, -32005, 429])

/** Whether an error means that the chain could not be reached, asks to come back later, or lacks a block it will have. */
export function isChainOutOfReach(error: unknown): boolean {
  const isPassing = (cause: unknown): boolean =>
    cause instanceof ChainUnreachableError ||
    cause instanceof ChainBehindError ||
    cause instanceof TimeoutError ||
    cause instanceof WebSocketRequestError ||
    cause instanceof SocketClosedError ||
    (cause instanceof HttpRequestError &&
      (cause.status === undefined || cause.status === 429 || cause.status >= 500)) ||
    (cause instanceof RpcRequestError && PASSING_CODES.has(cause.code) && cause.data === undefined)
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) if (isPassing(cause)) return true
  const named = toChainError(error)
  if (named instanceof ChainBehindError || named instanceof ChainUnreachableError) return true
  return error instanceof BaseError ? error.walk(isPassing) !== null : false
}

/** Longest wait that a server may ask for, in milliseconds: longer ones are asked again in between. */
const LONGEST_ASKED_WAIT = 120_000

/**
 * How long a server asks to be left alone (`Retry-After` in seconds or as a date, with 429 or 503), in milliseconds; 0
 * if it does not say.
 *
 * @param now - Milliseconds since 1970, for dates.
 * @see RFC 9110, section 10.2.3
 */
export function askedWaitMilliseconds(error: unknown, now: number): number {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const asked = cause instanceof HttpRequestError ? cause.headers?.get('retry-after') : undefined
    if (asked === undefined || asked === null) continue
    const milliseconds = /^\d+$/.test(asked.trim()) ? Number(asked) * 1_000 : Date.parse(asked) - now
    return Number.isFinite(milliseconds) ? Math.min(LONGEST_ASKED_WAIT, Math.max(0, milliseconds)) : 0
  }
  return 0
}

/** What {@link untilReached} needs. */
export interface Patience {
  backOff: BackOff
  signal: AbortSignal
  /** Which other errors are waited for, such as a federation that the chain does not know yet. */
  isPassing?: (error: unknown) => boolean
  /** Told before each wait. */
  onWait?: (wait: { error: Error; failures: number; milliseconds: number }) => void
  /** Told when the chain answers again after at least one failure. */
  onBack?: (failures: number) => void
}

/**
 * Calls `attempt` until the chain answers.
 *
 * @throws What `attempt` throws when that is an answer; the reason of the signal when it aborts.
 */
export async function untilReached<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  for (let failures = 0; ; ) {
    patience.signal.throwIfAborted()
    try {
      const answer = await attempt()
      if (failures > 0) patience.onBack?.(failures)
      return answer
    } catch (error) {
      if (!isChainOutOfReach(error) && patience.isPassing?.(error) !== true) {
        // A refusal is an answer too.
        if (failures > 0) patience.onBack?.(failures)
        throw error
      }
      failures++
      const asked = askedWaitMilliseconds(error, Date.now())
      const milliseconds = Math.max(asked, backOffMilliseconds(patience.backOff, failures))
      patience.onWait?.({ error: error as Error, failures, milliseconds })
      await sleep(milliseconds, patience.signal)
    }
  }
}

/** Waits; rejects with the reason of the signal as soon as that aborts. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  try {
    await sleepFor(Math.max(0, milliseconds), undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}
