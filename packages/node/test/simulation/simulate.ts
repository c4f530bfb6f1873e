/**
 * One federation from its first member to its last claim, all of it drawn from one seed: hundreds of members, a chain that
 * is reorganised, a network that forgets, and accounts that mean harm.
 *
 * Time goes in slots of twelve seconds, one block each. A node looks at the chain when something changed that its decision
 * may depend on, or when the time has come that it waits for. With `isEager` every node looks in every slot, which must
 * come to the same.
 */
import { fromSeed } from '@tutti/core'
import { decide } from '../../src/decide/next-action.ts'
import { createModelChain, type ModelChain } from './chain.ts'
import { doHarm, proveFaults } from './hostile.ts'
import { createReferee, type Violation } from './invariants.ts'
import { createOutages, drawMembers, exponential } from './members.ts'
import { createNetwork, SLOT } from './network.ts'
import { freshMemory, look, type SimulatedNode, type World } from './node.ts'
import type { Weather } from './weather.ts'

/** How a federation went. */
export interface Outcome {
  seed: number
  isFinished: boolean
  /** Updates that counted, by round; −1 for a round that failed. */
  rounds: number[]
  violations: Violation[]
  refused: Map<string, number>
  reorganisations: number
  decisions: number
  seconds: number
}

/** A round that takes longer than its phases and this has come to a halt. */
const IDLE_SECONDS = 3_600
/** Most violations that are kept. */
const MOST_VIOLATIONS = 20

/**
 * Runs a federation to its end. Long because: it is one loop over slots, and what happens in a slot happens in this order.
 *
 * @param options - `decide`: a broken one, to see that it is found out.
 */
export function simulate(weather: Weather, options: { decide?: typeof decide; isEager?: boolean } = {}): Outcome {
  const random = fromSeed(weather.seed)
  const { terms, members } = weather
  const chain = createModelChain(terms, members + 2, fromSeed(BigInt(weather.seed) + (1n << 33n)))
  const { state } = chain
  let now = 0
  let decisions = 0
  const refused = new Map<string, number>()
  const network = createNetwork(chain, weather, random, () => now)
  const agenda = new Map<number, SimulatedNode[]>()
  const schedule = (node: SimulatedNode, time: number) => {
    const isWaiting = node.downUntil <= now && node.leavesAt > now
    const wanted = isWaiting ? Math.min(time, node.leavesAt) : time
    const slot = Math.max(Math.floor(now / SLOT) + 1, Math.ceil(wanted / SLOT))
    node.nextSlot = slot
    if (!Number.isFinite(slot)) return
    const list = agenda.get(slot)
    if (list === undefined) agenda.set(slot, [node])
    else list.push(node)
  }
  const nodes = drawMembers(weather, random, () => now)
  const referee = createReferee(chain, nodes, weather)
  const hostile = Array.from({ length: members }, (_, account) => account).filter(
    (account) => !nodes.some((node) => node.account === account),
  )
  const byAccount = new Map(nodes.map((node) => [node.account, node]))
  const goDown = (node: SimulatedNode, losesMemory: boolean) => {
    node.downUntil = now + SLOT + exponential(random, weather.outageSeconds)
    node.upSince = node.downUntil
    if (losesMemory) node.memory = freshMemory(node.skew, () => now)
    schedule(node, node.downUntil)
  }
  let shared: ReturnType<World['shared']> | undefined
  const chosen = options.decide ?? decide
  const world: World = {
    chain,
    random,
    decide: (...seen) => {
      decisions++
      return chosen(...seen)
    },
    now: () => now,
    broadcast: network.broadcast,
    nextNonce: network.nextNonce,
    hand: network.add,
    dies: (node) => {
      if (node.downUntil > now || random() >= weather.death) return node.downUntil > now
      goDown(node, true)
      return true
    },
    shared: () => {
      shared ??= {
        block: { number: BigInt(state.block.number), timestamp: state.block.timestamp },
        terms,
        status: {
          createdAt: state.createdAt,
          isInitialised: true,
          isFinished: state.isFinished,
          members: state.roster.length,
          roundsClosed: state.roundsClosed,
        },
        round: state.round,
      }
      return shared
    },
    tell: (note) => {
      if (note.kind === 'refused') {
        const key = `${note.action}: ${note.reason}`
        refused.set(key, (refused.get(key) ?? 0) + 1)
      } else referee.note(note, now)
    },
  }

  const join = (account: number) => network.hand(account, { kind: 'join', round: 0 })
  const late = new Set<number>()
  for (let account = 0; account < members; account++) {
    if (account >= 2 && random() < weather.joining) late.add(account)
    else join(account)
  }
  const outages = createOutages(nodes, weather, random)

  let keyBefore = ''
  let missed = 0
  let reorganisations = 0
  let endsBy = Number.POSITIVE_INFINITY
  const { joinSeconds, commitSeconds, submitSeconds, challengeSeconds, keeperSeconds } = terms
  const longest = joinSeconds + commitSeconds + submitSeconds + challengeSeconds + keeperSeconds + IDLE_SECONDS
  const mostSeconds = longest + terms.rounds * longest
  for (let slot = 1; now < mostSeconds && now < endsBy; slot++) {
    now = slot * SLOT
    for (const node of outages.due(now)) if (node.downUntil <= now) goDown(node, random() < weather.crash)

    let isBack = false
    if (missed < 2 && random() < weather.missedSlot) missed++
    else {
      missed = 0
      if (random() < weather.reorganisation) {
        network.forgetSome(chain.takeBack(1 + Math.floor(random() * 3)))
        referee.noteReorganisation(now)
        reorganisations++
        isBack = true
      }
      chain.mine(now, network.collect(now))
      shared = undefined
      referee.checkBlock(now)
    }

    for (const account of late) {
      if (random() < 2 / (terms.rounds * 40)) {
        join(account)
        late.delete(account)
      }
    }
    for (const account of hostile) if (random() < 0.05) doHarm(account, chain, network, random)
    proveFaults(chain, members, network, random)

    const { round } = state
    const phase = chain.phase(state.block.timestamp)
    const blocksToSeed = Math.min(1, state.block.number - Number(round.seedBlock))
    const awaited = phase === 'joining' ? state.block.number : phase === 'draw' ? blocksToSeed : 0
    const key = `${round.number}/${phase}/${round.startedAt}/${state.isFinished}/${awaited}`
    const isNews = isBack || key !== keyBefore || options.isEager === true
    keyBefore = key
    const due = (agenda.get(slot) ?? []).filter(({ nextSlot }) => nextSlot === slot)
    agenda.delete(slot)
    // Who is not in the cohort has nothing to do with its part of a round.
    const isPart = !isBack && options.isEager !== true && (phase === 'commit' || phase === 'submit')
    const concerned = !isNews ? due : isPart ? [...due, ...inCohort(chain, byAccount)] : nodes
    for (const node of concerned === nodes ? nodes : inOrder(concerned)) {
      if (node.isStopped) continue
      if (node.downUntil > now) {
        schedule(node, node.downUntil)
        continue
      }
      if (!hasJoined(chain, node)) continue
      const next = look(node, world)
      if (!node.isStopped && node.downUntil <= now) schedule(node, next)
    }
    if (referee.violations.length > MOST_VIOLATIONS) break
    if (state.isFinished) {
      if (endsBy === Number.POSITIVE_INFINITY) endsBy = now + IDLE_SECONDS * 4
      if (nodes.every(({ isStopped }) => isStopped)) break
    } else endsBy = Number.POSITIVE_INFINITY
  }
  referee.checkEnd(now)
  return {
    seed: weather.seed,
    isFinished: state.isFinished,
    rounds: referee.rounds(),
    violations: referee.violations,
    refused,
    reorganisations,
    decisions,
    seconds: now,
  }
}

/** A node starts when its account has joined; one that joins late starts then. */
function hasJoined({ state }: ModelChain, { account, trained, disk }: SimulatedNode): boolean {
  const seat = state.seats[account]!
  return seat.paidIn > 0n || trained > 0 || disk.size > 0
}

/** Each once, in the order in which all of them look when all do. */
function inOrder(nodes: readonly SimulatedNode[]): SimulatedNode[] {
  return [...new Set(nodes)].sort((a, b) => a.account - b.account)
}

function inCohort({ state, positionOf }: ModelChain, byAccount: Map<number, SimulatedNode>): SimulatedNode[] {
  const found: SimulatedNode[] = []
  for (const account of state.roster) {
    const node = byAccount.get(account)
    if (node !== undefined && positionOf(account) !== undefined) found.push(node)
  }
  return found
}
