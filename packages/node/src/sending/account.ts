/**
 * The transactions of a node's account, one after another: nothing is signed behind one that waits at the chain.
 *
 * What waits may be another wallet's, which only its owner can free; behind it a node would queue what can only revert by
 * the time it is mined. Or it is the node's own, of a step that somebody else has taken since: that one is offered again
 * where it may succeed still, and else gives its nonce to a transaction that does nothing.
 */
import { AccountBusyError, type Call, FeeLimitError } from '@tutti/chain'
import type { Attempt } from '../disk/round-record.ts'
import { type Patience, sleep, untilReached } from '../rpc/connection.ts'
import type { Report } from '../status/report.ts'
import {
  type Carrier,
  isVain,
  type Offering,
  offerAgain,
  plainCarrier,
  type Signer,
  spendNonce,
} from './transactions.ts'

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
  note(attempts: Attempt[], offering: Offering): void
}

/** What {@link openAccount} needs. */
export interface AccountOptions {
  patience: Patience
  report: Report
  /** How long to wait for what waits at the chain, in milliseconds. */
  patienceMs: number
}

/** @param signer - Connection with the account. */
export function openAccount(signer: Signer, { patience, report, patienceMs }: AccountOptions): Account {
  const handedOver = new Map<number, { attempts: Attempt[]; offering: Offering }>()

  const note = (attempts: Attempt[], offering: Offering): void => {
    const { nonce } = attempts[0]!
    handedOver.set(nonce, { attempts, offering })
    for (const old of handedOver.keys()) if (old < nonce - NONCES_KEPT) handedOver.delete(old)
  }
  /** Has the first that waits mined, where it is of this process. */
  const moveOn = async (nonce: number): Promise<void> => {
    const own = handedOver.get(nonce)
    if (own === undefined) return
    const last = own.attempts.at(-1)!
    if (!(await isVain(signer, last))) return offerAgain(signer, own.attempts, own.offering)
    try {
      const spent = await untilReached(() => spendNonce(signer, last), patience)
      report.tell({ kind: 'nonce-spent', nonce, reason: 'vain' })
      const carrier = plainCarrier(signer)
      note([spent], { carrier, patience, keep: () => undefined })
      await carrier.broadcast(spent)
    } catch (error) {
      // What may not be made dearer waits as it is.
      if (!(error instanceof FeeLimitError)) throw error
    }
  }
  return {
    note,
    sign: async (carrier, call, payloads) => {
      const deadline = Date.now() + patienceMs
      for (;;) {
        try {
          return await untilReached(() => carrier.sign({ ...call, isNext: true }, payloads), patience)
        } catch (error) {
          if (!(error instanceof AccountBusyError)) throw error
          await moveOn(error.nonce)
          if (Date.now() >= deadline) throw error
        }
        await sleep(signer.pollingIntervalMs, patience.signal)
      }
    },
  }
}
