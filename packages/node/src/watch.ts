/**
 * Looks at the chain until something changes that a decision may depend on.
 *
 * A poll is one call for the record of the round. The rest is read when the record says that it may have changed, and
 * every few seconds.
 */
import { readRound } from '@tutti/chain'
import { type Round, shardCount } from '@tutti/core'
import type { ChainClock } from './clock.ts'
import { sleep, untilReached } from './connection.ts'
import { isSameRound, observe, type Sight } from './observe.ts'
import type { Actor } from './round.ts'

/** Everything is read again at least this often, in milliseconds, even if the round's record stands still. */
const FULL_LOOK_MILLISECONDS = 5_000

/** A view of the chain that sleeps while nothing happens. */
export interface Watch {
  /** The next sight worth deciding on. */
  look(): Promise<Sight>
  /** The last decision was to wait: until this chain time, or until something changes. */
  waitUntil(chainTime: number): void
  /** Something was done: the next look reads everything. */
  lookAgain(): void
}

/** Starts watching; the first look reads everything. */
export function createWatch(actor: Actor, clock: ChainClock, pollMs: number): Watch {
  const { client, federationId, terms, report, patience } = actor
  let known: Sight | undefined
  let lookedAt = 0
  let wakeAt = 0
  let toldAt = Number.NEGATIVE_INFINITY

  const lookFully = async (): Promise<Sight> => {
    const account = client.account.address
    const seen = await report.timed('observing', () =>
      untilReached(() => observe(client, federationId, terms, account), patience),
    )
    clock.observe(seen.observation.block)
    lookedAt = performance.now()
    known = seen
    if (lookedAt - toldAt >= FULL_LOOK_MILLISECONDS) {
      toldAt = lookedAt
      report.tell({ kind: 'looked', round: seen.observation.round.number, block: seen.observation.block.number })
    }
    return seen
  }

  return {
    look: async () => {
      for (;;) {
        patience.signal.throwIfAborted()
        if (known === undefined) return lookFully()
        await report.timed('waiting', () => sleep(pollMs, patience.signal))
        if (performance.now() - lookedAt > FULL_LOOK_MILLISECONDS || isUnsettled(known)) return lookFully()
        const { observation } = known
        const round = await report.timed('observing', () =>
          untilReached(() => readRound(client, { id: federationId }), patience),
        )
        if (isSameRound(round, observation.round)) {
          if (clock.now() >= wakeAt) return known
          continue
        }
        const isOnlyActs = isSameRound({ ...round, ...actsOf(observation.round) }, observation.round)
        if (!isOnlyActs || round.shardsDone === shardCount(terms)) return lookFully()
        known = { ...known, observation: { ...observation, round } }
        return known
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

/** Members join, blocks pass and initial chunks come without a trace in the round's record. */
function isUnsettled({ observation }: Sight): boolean {
  return observation.round.startedAt === 0 || !observation.status.isInitialised
}

/** What changes in a round's record while the same members train in it. */
function actsOf(round: Round) {
  const { committed, committedAt, submitted, submittedAt, shards, shardsDone, endVotes } = round
  return { committed, committedAt, submitted, submittedAt, shards, shardsDone, endVotes }
}
