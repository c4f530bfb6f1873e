/**
 * What a campaign does to its federations, drawn from a seed: the same seed draws the same federations, the same faults
 * in the same order, and the same times between them. What they hit is up to the machine.
 */
import { fromSeed, integer, type Random, uniform } from '@tutti/core'
import type { Bend } from './bent-endpoint.ts'

/** Something that goes wrong. Members are counted from 0; times are in milliseconds. */
export type Fault =
  /** SIGKILL; the supervisor starts the node again after a while. */
  | { kind: 'kill-node'; member: number; downMs: number }
  /** SIGKILL of the program that trains for a node. */
  | { kind: 'kill-trainer'; member: number }
  /** SIGKILL of the chain, which comes back with the state that it had last written. */
  | { kind: 'kill-chain'; downMs: number }
  /** SIGSTOP, and SIGCONT after a while. */
  | { kind: 'stop-node'; member: number; forMs: number }
  /** The chain goes back to where it stood `forMs` before. */
  | { kind: 'lose-blocks'; forMs: number }
  /** The node cannot write files beyond a size for a while, as on a disk that is all but full. */
  | { kind: 'fill-disk'; member: number; forMs: number; bytes: number }
  /** The node is killed and its store put back to what it was `ageMs` before, when it was killed too. */
  | { kind: 'old-store'; member: number; ageMs: number }
  /** A second node with the same key and a store of its own, for a while. */
  | { kind: 'twin'; member: number; forMs: number }
  /** A second node with the same key and the same store, which must end by itself. */
  | { kind: 'second-node'; member: number }
  /** Direct path: the endpoint of one member loses logs, shows old words or lags for a while. */
  | { kind: 'bend-endpoint'; how: Bend; forMs: number }

/** A fault and the time since the one before, or since the nodes were started. */
export interface Planned {
  afterMs: number
  fault: Fault
}

/** One federation of a campaign. */
export interface FederationPlan {
  seed: number
  /** From 0. */
  index: number
  path: 'direct' | 'blob'
  /** `history`: the chain may lose blocks. `stores`: what nodes keep is tampered with. Both at once allow a second update. */
  weather: 'history' | 'stores'
  members: number
  rounds: number
  submitSeconds: number
  /** 0 on the direct path. */
  challengeSeconds: number
  /** Members that train with a program of their own. */
  trainers: number[]
  /** The member whose key is in an encrypted file, with a password. */
  keystore: number
  /** Direct path: the member whose endpoint may be bent. */
  bent: number | undefined
  faults: Planned[]
}

/** So many at the most, and then peace: a campaign of a hundred kills meets every path and weather. */
const FAULTS = 28
const MEAN_GAP_MS = 1_000
const SHORTEST_GAP_MS = 20

/** What may happen in which weather, and how often, as parts of the sum. */
const chances: Record<FederationPlan['weather'], [part: number, draw: (random: Random, plan: Drawn) => Fault][]> = {
  history: [
    [70, killNode],
    [10, killTrainer],
    [5, (random) => ({ kind: 'kill-chain', downMs: Math.round(uniform(random, 0, 1_500)) })],
    [5, (random) => ({ kind: 'lose-blocks', forMs: Math.round(uniform(random, 100, 6_000)) })],
    [6, stopNode],
    [4, fillDisk],
  ],
  stores: [
    [70, killNode],
    [10, killTrainer],
    [6, stopNode],
    [4, fillDisk],
    [
      4,
      (random, plan) => ({
        kind: 'old-store',
        member: anyOf(random, plan),
        ageMs: Math.round(uniform(random, 500, 8_000)),
      }),
    ],
    [
      3,
      (random, plan) => ({
        kind: 'twin',
        member: anyOf(random, plan),
        forMs: Math.round(uniform(random, 3_000, 9_000)),
      }),
    ],
    [3, (random, plan) => ({ kind: 'second-node', member: anyOf(random, plan) })],
  ],
}

const bends: readonly Bend[] = ['lost-logs', 'stale-words', 'behind']
/** On the direct path, as parts of the same sum. */
const BEND_PART = 12

type Drawn = Pick<FederationPlan, 'members' | 'trainers'>

function anyOf(random: Random, { members }: Drawn): number {
  return integer(random, members)
}

function stopNode(random: Random, plan: Drawn): Fault {
  return { kind: 'stop-node', member: anyOf(random, plan), forMs: Math.round(uniform(random, 500, 8_000)) }
}

function fillDisk(random: Random, plan: Drawn): Fault {
  const forMs = Math.round(uniform(random, 1_000, 5_000))
  return { kind: 'fill-disk', member: anyOf(random, plan), forMs, bytes: integer(random, 2_000) }
}

function bendEndpoint(random: Random): Fault {
  const how = bends[integer(random, bends.length)]!
  return { kind: 'bend-endpoint', how, forMs: Math.round(uniform(random, 1_000, 8_000)) }
}

function killNode(random: Random, plan: Drawn): Fault {
  return { kind: 'kill-node', member: anyOf(random, plan), downMs: Math.round(exponential(random, 300)) }
}

function killTrainer(random: Random, { trainers }: Drawn): Fault {
  return { kind: 'kill-trainer', member: trainers[integer(random, trainers.length)]! }
}

/**
 * Draws a federation of a campaign.
 *
 * @param seed - Of the campaign, a whole number from 0.
 * @param index - Which federation, from 0: every path meets every weather within four.
 */
export function drawFederation(seed: number, index: number): FederationPlan {
  if (!Number.isSafeInteger(seed) || seed < 0 || !Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`No federation ${index} can be drawn from seed ${seed}: both are whole numbers from 0.`)
  }
  const random = fromSeed((BigInt(seed) << 20n) | BigInt(index))
  const path = index % 2 === 0 ? 'direct' : 'blob'
  const weather = index % 4 < 2 ? 'history' : 'stores'
  const members = 3 + integer(random, 2)
  const first = integer(random, members)
  const trainers = random() < 0.5 ? [first] : [first, (first + 1) % members]
  const plan: Omit<FederationPlan, 'faults'> = {
    ...{ seed, index, path, weather, members, trainers },
    rounds: 4 + integer(random, 3),
    submitSeconds: 30,
    challengeSeconds: path === 'blob' ? 2 : 0,
    keystore: integer(random, members),
    bent: path === 'direct' ? integer(random, members) : undefined,
  }
  const faults = Array.from({ length: FAULTS }, () => ({
    afterMs: SHORTEST_GAP_MS + Math.round(exponential(random, MEAN_GAP_MS)),
    fault: drawFault(random, plan),
  }))
  return { ...plan, faults }
}

function drawFault(random: Random, plan: Omit<FederationPlan, 'faults'>): Fault {
  const own: (typeof chances)['history'] = plan.bent === undefined ? [] : [[BEND_PART, bendEndpoint]]
  const possible = [...chances[plan.weather], ...own]
  let rest = random() * possible.reduce((sum, [part]) => sum + part, 0)
  const chosen = possible.find(([part]) => {
    rest -= part
    return rest < 0
  })
  return (chosen ?? possible[0]!)[1](random, plan)
}

/** A time until something that happens once in `mean` on average. */
function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean
}
