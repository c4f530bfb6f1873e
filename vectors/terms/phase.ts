/** Cases of `phase.json`: the phase of a round by the clock, second by second. */
import { type Case, word } from '../numbers.ts'

/** Durations in seconds, and when the last of the cohort acted, from the start. */
type Setting = { commit: number; submit: number; challenge: number; committed: number; submitted: number; wait: number }

const settings = (): Setting[] => {
  const found: Setting[] = []
  for (const wait of [24]) {
    for (const commit of [0, 60]) {
      for (const challenge of [0, 90]) {
        // Offsets from startedAt at which the last of the cohort acted; −1: never.
        for (const committed of commit === 0 ? [-1] : [-1, 0, 20, 59]) {
          const start = committed >= 0 ? committed + 1 : commit
          for (const submitted of [-1, start, start + 35, start + 119]) {
            found.push({ commit, submit: 120, challenge, committed, submitted, wait })
          }
        }
      }
    }
  }
  return found
}

/** Long because: it is one clock. */
export const phase = () => {
  const cases: Case[] = []
  const opened = 1_000_000
  const retry = { joinSeconds: '40', keeperSeconds: '30', idleSeconds: '500', joiningSince: '999000' }
  for (const { commit, submit, challenge, committed, submitted, wait } of settings()) {
    const started = opened + wait
    // When the step that a phase waits for became possible: once aggregation could start, or with the last shard before.
    // An early end takes the second of the act that brings it.
    const opensAt = committed >= 0 ? committed + 1 : commit
    const lastWindow = (submitted >= 0 ? submitted + 1 : opensAt + submit) + challenge
    const add = (now: number, updates: bigint, shardsDone: number, [expectedPhase, endsAt]: [phase: number, endsAt: number]) => {
      const aggregated = shardsDone > 0 ? now - 1 : 0
      const possible = aggregated > started + lastWindow ? aggregated : started + lastWindow
      cases.push({
        ...retry,
        aggregatedAt: String(aggregated),
        // Twice the keeper's window, then idle; never, where the phase ends by itself.
        overdueAt: expectedPhase < 5 ? '0' : String(possible + 2 * 30 + 500),
        openedAt: String(opened),
        startedAt: String(started),
        committedAt: committed >= 0 && now >= started + committed ? String(started + committed) : '0',
        submittedAt: submitted >= 0 && now >= started + submitted ? String(started + submitted) : '0',
        submitted: word(updates),
        shardsDone: String(shardsDone),
        commitSeconds: String(commit),
        submitSeconds: String(submit),
        challengeSeconds: String(challenge),
        minimumUpdates: '3',
        shards: '4',
        isFinished: '0',
        now: String(now),
        phase: String(expectedPhase),
        endsAt: String(endsAt),
      })
    }
    // The clock, second by second: what each second allows, until only people can move the round on.
    const second = (t: number): number => {
      const hasCommitted = committed >= 0 && t > committed
      const hasSubmitted = submitted >= 0 && t > submitted
      if (t < commit && !hasCommitted) return 2
      if (t < opensAt + submit && !hasSubmitted) return 3
      return t < lastWindow ? 4 : 5
    }
    const last = lastWindow
    for (const t of new Set([0, committed - 1, committed, committed + 1, commit - 1, commit, submitted - 1, submitted, submitted + 1, commit + submit - 1, commit + submit, last - 1, last, last + 500])) {
      if (t < 0) continue
      const now = second(t)
      if (now === 5) {
        add(started + t, 0b1011n, 0, [5, 0])
        add(started + t, 0b1011n, 3, [5, 0])
        add(started + t, 0b1011n, 4, [6, 0])
        add(started + t, 2n ** 255n + 1n, 0, [7, 0])
        continue
      }
      // What is known at t: an early end that is still to come is not foreseen.
      const start = committed >= 0 && t >= committed ? committed + 1 : commit
      const end = now === 2 ? start : now === 3 ? (submitted >= 0 && t >= submitted ? submitted + 1 : start + submit) : last
      add(started + t, 0b1011n, 0, [now, started + end])
    }
  }
  const rest = { ...retry, aggregatedAt: '0', committedAt: '0', submittedAt: '0', submitted: word(0n), shardsDone: '0', commitSeconds: '60', submitSeconds: '120', challengeSeconds: '0', minimumUpdates: '3', shards: '4', endsAt: '0', now: '1000005' }
  cases.push({ openedAt: '0', startedAt: '0', ...rest, isFinished: '0', phase: '0', overdueAt: '999540' })
  cases.push({ openedAt: '1000000', startedAt: '0', ...rest, isFinished: '0', phase: '1', overdueAt: '1000500' })
  cases.push({ openedAt: '1000000', startedAt: '1000000', ...rest, isFinished: '1', phase: '8', overdueAt: '0' })
  const distinct = new Map(cases.map((entry) => [JSON.stringify(entry), entry]))
  return { cases: [...distinct.values()] }
}
