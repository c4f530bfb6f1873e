/**
 * The transactions of a node's account, one after another: nothing is signed behind one that waits at the chain.
 *
 * What waits may be another wallet's, which only its owner can free; behind it a node would queue what can only revert by
 * the time it is mined. Or it is the node's own, of an action that somebody else has taken since: that one is offered again
 * where it may succeed still, and else gives its nonce to a transaction that does nothing.
 */
import {
  AccountBusyError,
  type Attempt,
  type Call,
  FeeLimitError,
  type FollowOptions,
  handOver,
  isVain,
  offerAgain,
  spendNonce,
} from '@tutti/chain'
import { type RetryPolicy, sleep, untilReached } from '../rpc/connection.ts'
import type { Report } from '../status/report.ts'
import { type Carrier, plainCarrier, type Signer, toFollowOptions } from './transactions.ts'

/** Nonces below the latest that was handed over that are still known: what a reorganisation can bring back. */
const NONCES_KEPT = 64

/** The account's transactions as far as this process has sent them. */
export interface Account {
  /**
   * Signs a call as the account's next transaction, once nothing of it waits at the chain.
   *
   * @throws `AccountBusyError` if something waits all the while; what the carrier throws.
   */
  sign(carrier: Carrier, call: Call, payloads: readonly Uint8Array[]): Promise<Attempt>
  /**
   * Remembers what is handed over, to be looked after should it hold up others.
   *
   * @param attempts - Of one nonce; replacements are added to it.
   */
  note(attempts: Attempt[], options: FollowOptions): void
}

/** What {@link openAccount} needs. */
export interface AccountOptions {
  retry: RetryPolicy
  report: Report
  /** How long to wait for what waits at the chain, in milliseconds. */
  timeoutMs: number
}

/** @param signer - Connection with the account. */
export function openAccount(signer: Signer, { retry, report, timeoutMs }: AccountOptions): Account {
  const handedOver = new Map<number, { attempts: Attempt[]; options: FollowOptions }>()

  const note = (attempts: Attempt[], options: FollowOptions): void => {
    const { nonce } = attempts[0]!
    handedOver.set(nonce, { attempts, options })
    for (const old of handedOver.keys()) if (old < nonce - NONCES_KEPT) handedOver.delete(old)
  }
  /** Has the first that waits mined, where it is of this process. */
  const moveOn = async (nonce: number): Promise<void> => {
    const own = handedOver.get(nonce)
    if (own === undefined) return
    const last = own.attempts.at(-1)!
    if (!(await isVain(signer, last, signer.account.address))) return offerAgain(signer, own.attempts, own.options)
    try {
      const spent = await untilReached(() => spendNonce(signer, last), retry)
      report.tell({ kind: 'nonce-spent', nonce, reason: 'vain' })
      const carrier = plainCarrier(signer)
      const attempts: Attempt[] = [spent]
      note(attempts, { carrier, ...toFollowOptions(retry) })
      await handOver(signer, attempts, carrier)
    } catch (error) {
      // What may not be made dearer waits as it is.
      if (!(error instanceof FeeLimitError)) throw error
    }
  }
  return {
    note,
    sign: async (carrier, call, payloads) => {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        try {
          return await untilReached(() => carrier.sign({ ...call, isNext: true }, payloads), retry)
        } catch (error) {
          if (!(error instanceof AccountBusyError)) throw error
          await moveOn(error.nonce)
          if (Date.now() >= deadline) throw error
        }
        await sleep(signer.pollingIntervalMs, retry.signal)
      }
    },
  }
}
