/**
 * Telling a chain that is out of reach for a while from one that says no.
 *
 * Reads are tried again with growing waits: 0.25 s, doubled up to 15 s, each shortened at random by up to a half so
 * that many nodes do not come back at the same instant; never sooner than a server that limits its callers asks for.
 *
 * @example
 * ```ts
 * import { ChainUnreachableError } from '@tutti/chain'
 * import { backOffMilliseconds, isChainOutOfReach, untilReached } from '@tutti/node'
 *
 * const backOff = { firstMilliseconds: 10, mostMilliseconds: 60, random: () => 0 }
 * const waits = [1, 2, 3, 4].map((failures) => backOffMilliseconds(backOff, failures)) // → [10, 20, 40, 60]
 * isChainOutOfReach(new ChainUnreachableError('http://127.0.0.1:1')) // → true
 *
 * const { signal } = new AbortController()
 * await untilReached(() => client.public.getChainId(), { backOff, signal }) // → 31337
 * ```
 */
import { setTimeout as sleepFor } from 'node:timers/promises'
import { askedWaitMilliseconds, isPassing, meaningOfError } from '@tutti/chain'

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

/** Whether an error means that the chain could not be reached, asks to come back later, or lacks a block it will have. */
export function isChainOutOfReach(error: unknown): boolean {
  const meaning = meaningOfError(error)
  return meaning !== undefined && isPassing(meaning)
}

/** Whether an endpoint's words are on no list: they may pass, and are worth another try as long as there is time. */
export function isUnknownFailure(error: unknown): boolean {
  return meaningOfError(error) === 'unknown'
}

/** What {@link untilReached} needs. */
export interface RetryPolicy {
  backOff: BackOff
  signal: AbortSignal
  /** Which other errors are waited for, such as a federation that the chain does not know yet. */
  isPassing?: (error: unknown) => boolean
  /** From when on a failure is thrown instead of waited for, in milliseconds since 1970; without: never. */
  deadline?: number
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
export async function untilReached<T>(attempt: () => Promise<T>, retry: RetryPolicy): Promise<T> {
  for (let failures = 0; ; ) {
    retry.signal.throwIfAborted()
    try {
      const answer = await attempt()
      if (failures > 0) retry.onBack?.(failures)
      return answer
    } catch (error) {
      // What was interrupted did not fail.
      retry.signal.throwIfAborted()
      if (!isChainOutOfReach(error) && retry.isPassing?.(error) !== true) {
        // A refusal is an answer too.
        if (failures > 0) retry.onBack?.(failures)
        throw error
      }
      if (retry.deadline !== undefined && Date.now() >= retry.deadline) throw error
      failures++
      const asked = askedWaitMilliseconds(error, Date.now())
      const milliseconds = Math.max(asked, backOffMilliseconds(retry.backOff, failures))
      retry.onWait?.({ error: error as Error, failures, milliseconds })
      await sleep(milliseconds, retry.signal)
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
