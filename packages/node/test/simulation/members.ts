/** The honest members of a simulated federation, and when each of them is away. */
import type { Random } from '@tutti/core'
import { freshMemory, type SimulatedNode } from './node.ts'
import type { Weather } from './weather.ts'

/** Draws who means well, whose clock is wrong, who leaves and who trains too long. @param now - World time, in seconds. */
export function drawMembers(weather: Weather, random: Random, now: () => number): SimulatedNode[] {
  const nodes: SimulatedNode[] = []
  const { members, terms } = weather
  const length = terms.rounds * (terms.commitSeconds + terms.submitSeconds + terms.challengeSeconds)
  for (let account = 0; account < members; account++) {
    // Two stay, and mean well, whatever the weather.
    if (account >= 2 && random() < weather.hostile) continue
    const skew = (2 * random() - 1) * weather.skewSeconds
    const isLeaving = account >= 2 && random() < weather.leaving
    nodes.push({
      account,
      skew,
      leavesAt: isLeaving ? random() * length : Number.POSITIVE_INFINITY,
      trainSeconds: () =>
        random() < weather.late ? terms.commitSeconds + terms.submitSeconds + 60 : random() * weather.trainSeconds,
      disk: new Map(),
      memory: freshMemory(skew, now),
      downUntil: 0,
      upSince: 0,
      lossesInARow: 0,
      trained: 0,
      isStopped: false,
      nextSlot: Number.POSITIVE_INFINITY,
    })
  }
  return nodes
}

/** A time drawn from an exponential distribution, in the unit of its mean. */
export function exponential(random: Random, mean: number): number {
  return mean === 0 ? 0 : -Math.log(1 - random()) * mean
}

/** When each node goes away, as events in order of time. */
export function createOutages(
  nodes: readonly SimulatedNode[],
  { outageEvery, outageSeconds }: Weather,
  random: Random,
) {
  const next = nodes.map((node) => ({ node, at: exponential(random, outageEvery) }))
  const isCalm = outageSeconds === 0 || !Number.isFinite(outageEvery)
  return {
    due: (now: number): SimulatedNode[] => {
      if (isCalm) return []
      const due: SimulatedNode[] = []
      for (const entry of next) {
        if (entry.at > now) continue
        due.push(entry.node)
        entry.at = now + exponential(random, outageEvery)
      }
      return due
    },
  }
}
