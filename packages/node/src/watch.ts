/**
 * Looks at the chain until something changes that a decision may depend on: one call a look, and no look more often than
 * the chain has blocks.
 */
import { localChainId } from '@tutti/chain'
import type { ChainClock } from './clock.ts'
import { sleep, untilReached } from './connection.ts'
import { isSameSight, observe, type Sight } from './observe.ts'
import type { Actor } from './round.ts'

/** A sign of life is told at most this often, in milliseconds. */
const SIGN_OF_LIFE_MILLISECONDS = 5_000
/** Longest time between looks, in milliseconds, however slow the chain is. */
const LONGEST_PACE = 15_000

/** A view of the chain that sleeps while nothing happens. */
export interface Watch {
  /** The next sight worth deciding on. */
  look(): Promise<Sight>
  /** The last decision was to wait: until this chain time, or until something changes. */
  waitUntil(chainTime: number): void
  /** Something was done: the next look reads everything. */
  lookAgain(): void
}

/**
 * Starts watching; the first look comes at once.
 *
 * @param pollMs - Between looks, in milliseconds; on a public chain the time between its blocks, where that is longer.
 */
export function createWatch(actor: Actor, clock: ChainClock, pollMs: number): Watch {
  const { client, federationId, terms, report, patience } = actor
  const pace = createPace(pollMs, client.chainId === localChainId ? pollMs : LONGEST_PACE)
  let known: Sight | undefined
  let wakeAt = 0
  let toldAt = Number.NEGATIVE_INFINITY

  const see = async (): Promise<Sight> => {
    const account = client.account.address
    const seen = await report.timed('observing', () =>
      untilReached(() => observe(client, federationId, terms, account), patience),
    )
    const { block, round } = seen.observation
    clock.observe(block)
    pace.note(block)
    const now = performance.now()
    if (now - toldAt >= SIGN_OF_LIFE_MILLISECONDS) {
      toldAt = now
      report.tell({ kind: 'looked', round: round.number, block: block.number })
    }
    return seen
  }

  return {
    look: async () => {
      for (;;) {
        patience.signal.throwIfAborted()
        const before = known
        if (before !== undefined) await report.timed('waiting', () => sleep(pace.milliseconds(), patience.signal))
        const seen = await see()
        known = seen
        if (before === undefined || !isSameSight(before, seen) || isUnsettled(seen) || clock.now() >= wakeAt)
          return seen
      }
    },
    waitUntil: (chainTime) => {
      wakeAt = chainTime
    },
    lookAgain: () => {
      known = undefined
    },
  }
}

/** The block itself matters while a cohort is to be drawn. */
function isUnsettled({ observation }: Sight): boolean {
  return observation.round.startedAt === 0 || !observation.status.isInitialised
}

/**
 * How long to leave a chain alone between two looks: the mean time of its blocks as they were seen, within limits.
 *
 * @param least - Milliseconds. @param most - Milliseconds.
 */
export function createPace(least: number, most: number) {
  let first: { number: bigint; timestamp: number } | undefined
  let perBlock = 0
  return {
    note: (block: { number: bigint; timestamp: number }): void => {
      if (first === undefined || block.number < first.number) first = block
      const blocks = Number(block.number - first.number)
      if (blocks > 0) perBlock = ((block.timestamp - first.timestamp) * 1_000) / blocks
    },
    milliseconds: (): number => Math.min(Math.max(least, perBlock), Math.max(least, most)),
  }
}
