/**
 * Looks at the chain until something changes that a decision may depend on. A look is one call, and there are no more looks
 * than blocks.
 */
import { localChainId } from '@tutti/chain'
import type { ChainClock } from '../decide/clock.ts'
import { isSameObservation, observe } from '../decide/observe.ts'
import type { Observation } from '../decide/state.ts'
import { sleep, untilReached } from '../rpc/connection.ts'
import type { Actor } from '../update/actor.ts'

/** A sign of life is told at most this often, in milliseconds. */
const SIGN_OF_LIFE_MILLISECONDS = 5_000
/** Longest time between looks, in milliseconds, however slow the chain is and however long nothing happens. */
const LONGEST_PACE = 15_000
/** So many looks fit into the shortest phase at the least, so that none is missed. */
const LOOKS_A_PHASE = 8
/** Each look that shows nothing new makes the next wait so much longer. */
const SLOWING = 1.25

/** A view of the chain that sleeps while nothing happens. */
export interface ChainPoll {
  /** The next observation that is worth a decision. */
  look(): Promise<Observation>
  /** The last decision was to wait: until this chain time, or until something changes. */
  waitUntil(chainTime: number): void
  /** Something was done: the next look reads everything. */
  lookAgain(): void
}

/**
 * Starts watching; the first look comes at once.
 *
 * @param pollMs - Between looks, in milliseconds; on a public chain the time between its blocks, where that is longer, and
 *   more and more while nothing happens: endpoints count requests.
 */
export function pollChain(actor: Actor, clock: ChainClock, pollMs: number): ChainPoll {
  const { client, federationId, terms, report, retry } = actor
  const shortestPhase = Math.min(...[terms.commitSeconds, terms.submitSeconds].filter((seconds) => seconds > 0))
  const longest = Math.min(LONGEST_PACE, (shortestPhase * 1_000) / LOOKS_A_PHASE)
  const pace = createPace(pollMs, client.chainId === localChainId ? pollMs : longest)
  let known: Observation | undefined
  let wakeAt = 0
  let toldAt = Number.NEGATIVE_INFINITY

  const see = async (): Promise<Observation> => {
    const account = client.account.address
    const seen = await report.timed('observing', () =>
      untilReached(() => observe(client, federationId, terms, account), retry),
    )
    const { block, round } = seen
    clock.observe(block)
    pace.note(block)
    const now = performance.now()
    if (now - toldAt >= SIGN_OF_LIFE_MILLISECONDS) {
      toldAt = now
      report.tell({ kind: 'looked', round: round.number, block: block.number })
    }
    return seen
  }

  /** No later than what was waited for. */
  const untilNextLook = (): number => {
    const left = (wakeAt - clock.now()) * 1_000
    return left > 0 ? Math.min(pace.milliseconds(), Math.max(left, pollMs)) : pace.milliseconds()
  }

  return {
    look: async () => {
      for (;;) {
        retry.signal.throwIfAborted()
        const before = known
        if (before !== undefined) await report.timed('waiting', () => sleep(untilNextLook(), retry.signal))
        const seen = await see()
        known = seen
        if (before === undefined || !isSameObservation(before, seen) || isUnsettled(seen) || clock.now() >= wakeAt) {
          pace.quicken()
          return seen
        }
        pace.slow()
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
function isUnsettled({ round, status }: Observation): boolean {
  return round.startedAt === 0 || !status.isInitialised
}

/**
 * How long to leave a chain alone between two looks: the mean time of its blocks as they were seen, longer by a quarter
 * for each look that showed nothing new, within limits.
 *
 * @param least - Milliseconds. @param most - Milliseconds.
 */
export function createPace(least: number, most: number) {
  let first: { number: bigint; timestamp: number } | undefined
  let perBlock = 0
  let factor = 1
  const within = (milliseconds: number) => Math.min(Math.max(least, milliseconds), Math.max(least, most))
  return {
    /** Something happened. */
    quicken: (): void => {
      factor = 1
    },
    /** A look showed nothing new. */
    slow: (): void => {
      if (within(perBlock) * factor < most) factor *= SLOWING
    },
    note: (block: { number: bigint; timestamp: number }): void => {
      if (first === undefined || block.number < first.number) first = block
      const blocks = Number(block.number - first.number)
      if (blocks > 0) perBlock = ((block.timestamp - first.timestamp) * 1_000) / blocks
    },
    milliseconds: (): number => within(within(perBlock) * factor),
  }
}
