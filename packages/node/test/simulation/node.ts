/**
 * A node in the simulation: the real `decide` and the real clock, with a disk that survives crashes, a memory that does
 * not, and what `update/send.ts` and `loop/chain-action.ts`
 * do in between (sign, keep, broadcast, ask) as points to die at.
 */
import { assignedShards, type Random } from '@tutti/core'
import { type Action, nameAction } from '../../src/decide/action.ts'
import { type ChainClock, createChainClock } from '../../src/decide/clock.ts'
import { type decide, nameDueAction } from '../../src/decide/next-action.ts'
import type { Observation, OwnState } from '../../src/decide/state.ts'
import type { RoundRecord, Sending } from '../../src/disk/round-record.ts'
import type { ModelChain } from './chain.ts'
import type { Call, Transaction, Update } from './contract.ts'

/** What a node needs of the world. */
export interface World {
  chain: ModelChain
  random: Random
  decide: typeof decide
  /** Time of the world, in seconds. */
  now: () => number
  /** Hands a transaction to the network; it may be lost. */
  broadcast: (transaction: Transaction, node: SimulatedNode) => void
  /** The same for one that always arrives. */
  hand: (transaction: Transaction) => void
  /** Nonce for the next transaction of an account, counting what the network still holds. */
  nextNonce: (account: number) => number
  /** Whether the node dies at this instant. */
  dies: (node: SimulatedNode) => boolean
  /** What all observations of this block share. */
  shared: () => Pick<Observation, 'block' | 'terms' | 'status' | 'round'>
  /** Told of everything that an invariant may be about. */
  tell: (event: NodeNote) => void
}

/** What a node did, for the invariants. */
export type NodeNote =
  | { kind: 'signed'; account: number; round: number; action: 'commit' | 'submit'; update: string; hash: string }
  | { kind: 'refused'; account: number; action: string; reason: string }
  | { kind: 'training'; account: number; round: number; from: number; seconds: number }
  | { kind: 'stopped'; account: number; reason: string }

/** An update on disk, and its name beside what the real record has. */
type DiskRecord = { record: RoundRecord; update: Update | undefined }

/** A node, its disk and its memory. */
export interface SimulatedNode {
  account: number
  /** Seconds by which its clock is wrong. */
  skew: number
  /** When its owner wants it to leave: after this world time. */
  leavesAt: number
  /** Seconds that a round of training takes it. */
  trainSeconds: () => number
  disk: Map<number, DiskRecord>
  /** Lost in a crash. */
  memory: {
    clock: ChainClock
    due: { name: string; since: number }
    inFlight: Map<string, Transaction>
    refusals: Map<string, number>
    isClaimed: boolean
    /** Training under way. */
    job: { round: number; isInTime: boolean; shards: number[] } | undefined
    busyUntil: number
  }
  /** Not running, or without a network, until then. */
  downUntil: number
  /** Running, and its chain within reach, since then. */
  upSince: number
  lossesInARow: number
  trained: number
  isStopped: boolean
  /** Slot in which it wants to look again. */
  nextSlot: number
}

const STAGGER_SECONDS = 15
const MARGIN_SECONDS = 15
const FINALITY_SECONDS = 120
const REFUSALS_TO_FORFEIT = 5
const NO_SALT = `0x${'00'.repeat(32)}` as const

/** A memory as a process has it when it starts. */
export function freshMemory(skew: number, now: () => number): SimulatedNode['memory'] {
  return {
    clock: createChainClock(() => now() + skew, now),
    due: { name: '', since: 0 },
    inFlight: new Map(),
    refusals: new Map(),
    isClaimed: false,
    job: undefined,
    busyUntil: 0,
  }
}

/**
 * One look of a node at the chain, and what follows from it.
 *
 * @returns World time at which it wants to look again even if nothing changes; Infinity: when something changes.
 */
export function look(node: SimulatedNode, world: World): number {
  const { memory, account } = node
  const now = world.now()
  if (memory.busyUntil > now) return memory.busyUntil
  if (memory.job !== undefined) finishTraining(node, world)
  const { chain } = world
  const seat = chain.state.seats[account]!
  const { clock } = memory
  const shared = world.shared()
  clock.observe(shared.block)
  const chainNow = clock.now()
  const position = chain.positionOf(account)
  const observation: Observation = {
    block: shared.block,
    terms: shared.terms,
    status: shared.status,
    round: shared.round,
    position,
    member: {
      index: seat.index,
      isMember: seat.isMember,
      isLeaving: seat.isLeaving,
      owed: seat.owed,
      stake: seat.isStaked ? chain.terms.stake : 0n,
    },
  }
  const { round } = observation
  const entry = node.disk.get(round.number)
  if (entry !== undefined) hearOfAccepted(entry, observation, chain)
  const name = nameDueAction(observation, chainNow)
  if (memory.due.name !== name) memory.due = { name, since: chainNow }
  const own: OwnState = {
    record: entry?.record ?? { kind: 'none' },
    since: memory.due.since,
    watch: { kind: 'unneeded' },
    isKeeper: true,
    staggerSeconds: STAGGER_SECONDS,
    marginSeconds: MARGIN_SECONDS,
    wantsToLeave: now >= node.leavesAt,
    claims: true,
    isClaimed: memory.isClaimed,
    finalitySeconds: FINALITY_SECONDS,
  }
  const action = world.decide(observation, own, chainNow)
  if (action.kind === 'wait') return now + Math.max(0, (action.until ?? Number.POSITIVE_INFINITY) - chainNow)
  if (action.kind === 'stop') {
    node.isStopped = true
    world.tell({ kind: 'stopped', account, reason: action.reason })
    return Number.POSITIVE_INFINITY
  }
  return act(node, world, { action, observation, entry })
}

/** A transaction that the chain took while the node was away is booked as heard of; as `run.ts` does. */
function hearOfAccepted(entry: DiskRecord, { round, position }: Observation, chain: ModelChain): void {
  if (position === undefined || entry.record.kind !== 'update') return
  for (const sending of entry.record.update.sendings) {
    const bits = sending.kind === 'commit' ? round.committed : round.submitted
    if (sending.state === 'sent' && (bits >> BigInt(position)) & 1n) askFate(sending, chain)
  }
}

type Done = Exclude<Action, { kind: 'wait' | 'stop' }>

function act(
  node: SimulatedNode,
  world: World,
  { action, observation, entry }: { action: Done; observation: Observation; entry: DiskRecord | undefined },
): number {
  const now = world.now()
  switch (action.kind) {
    case 'train': {
      const seconds = node.trainSeconds()
      const { terms } = observation
      const shards = assignedShards(terms, observation.position!, action.round)
      // Training is called off when the submission ends.
      const until = now + action.until - node.memory.clock.now()
      node.memory.job = { round: action.round, isInTime: now + seconds <= until, shards }
      node.memory.busyUntil = Math.min(now + seconds, until)
      world.tell({ kind: 'training', account: node.account, round: action.round, from: now, seconds })
      return node.memory.busyUntil
    }
    case 'commit':
    case 'submit':
    case 'confirm': {
      if (entry?.record.kind !== 'update') return now
      const { sendings } = entry.record.update
      const sending =
        action.kind === 'commit' ? sendings.find(({ kind }) => kind === 'commit')! : sendings[action.sending]!
      if (action.kind === 'confirm') confirm(node, world, sending, { round: action.round, update: entry.update! })
      else send(node, world, sending, { round: action.round, update: entry.update! })
      return now
    }
    default:
      takeAction(node, world, action)
      node.memory.busyUntil = now + pauseAfter(node, nameAction(action))
      return node.memory.busyUntil
  }
}

function finishTraining(node: SimulatedNode, world: World): void {
  const { job } = node.memory
  node.memory.job = undefined
  if (job === undefined || world.dies(node)) return
  if (!job.isInTime) {
    node.disk.set(job.round, { record: { kind: 'forfeited', reason: 'training took too long' }, update: undefined })
    return
  }
  node.trained++
  const kinds: Sending['kind'][] = world.chain.terms.commitSeconds > 0 ? ['commit', 'submit'] : ['submit']
  const sendings = kinds.map(
    (kind): Sending => ({ kind, first: 0, count: job.shards.length, state: 'unsent', attempts: [] }),
  )
  const update = {
    round: job.round,
    shards: job.shards,
    payloads: [],
    salt: NO_SALT,
    metrics: new Uint8Array(),
    sendings,
  }
  const name = `update ${node.trained} of ${node.account} for round ${job.round}`
  node.disk.set(job.round, {
    record: { kind: 'update', update },
    update: { name, place: job.shards.join(), isFaulty: false },
  })
}

type Sent = { round: number; update: Update }

/** Signs, keeps, broadcasts: the node may die before and after each. */
function send(node: SimulatedNode, world: World, sending: Sending, { round, update }: Sent): void {
  const call: Call = { kind: sending.kind, round, update }
  const refusal = world.chain.refuses(node.account, call, world.chain.state.block.timestamp + 1)
  if (refusal !== undefined) {
    world.tell({ kind: 'refused', account: node.account, action: sending.kind, reason: refusal })
    if (countRefusal(node, `${sending.kind}/${round}`) >= REFUSALS_TO_FORFEIT) {
      node.disk.set(round, { record: { kind: 'forfeited', reason: refusal }, update: undefined })
    }
    return
  }
  const nonce = world.nextNonce(node.account)
  const hash = `${node.account}/${nonce}/${sending.kind}/${update.name}`
  if (world.dies(node)) return
  sending.state = 'sent'
  sending.attempts = [{ hash: hash as `0x${string}`, nonce, raw: '0x' }]
  world.tell({ kind: 'signed', account: node.account, round, action: sending.kind, update: update.name, hash })
  if (world.dies(node)) return
  world.broadcast({ hash, from: node.account, nonce, call }, node)
  world.dies(node)
}

function confirm(node: SimulatedNode, world: World, sending: Sending, { round, update }: Sent): void {
  const fate = fateOf(world.chain, node.account, sending.attempts[0]!)
  if (fate === 'pending') {
    const { hash, nonce } = sending.attempts[0]!
    world.broadcast({ hash, from: node.account, nonce, call: { kind: sending.kind, round, update } }, node)
    fillGap(node, world, nonce)
  } else if (fate === 'replaced') {
    sending.state = 'unsent'
    sending.attempts = []
  } else sending.state = fate
  world.dies(node)
}

/** Takes an action for pay; what is in flight is asked about before anything is signed anew. */
function takeAction(node: SimulatedNode, world: World, action: Done): void {
  const { account, memory } = node
  const { chain } = world
  const key = nameAction(action)
  const round = 'round' in action ? action.round : 0
  const call = { kind: action.kind, round, ...(action.kind === 'aggregate' ? { shard: action.shard } : {}) } as Call
  const flying = memory.inFlight.get(key)
  if (flying !== undefined) {
    const fate = fateOf(chain, account, flying)
    if (fate === 'pending') {
      world.broadcast(flying, node)
      fillGap(node, world, flying.nonce)
    } else {
      memory.inFlight.delete(key)
      if (fate === 'confirmed' && action.kind === 'claim') memory.isClaimed = true
      if (fate === 'failed') countRefusal(node, key)
    }
    return
  }
  const refusal = chain.refuses(account, call, chain.state.block.timestamp + 1)
  if (refusal !== undefined) {
    world.tell({ kind: 'refused', account, action: action.kind, reason: refusal })
    countRefusal(node, key)
    return
  }
  const nonce = world.nextNonce(account)
  const transaction = { hash: `${account}/${nonce}/${key}/${world.now()}`, from: account, nonce, call }
  if (world.dies(node)) return
  memory.inFlight.set(key, transaction)
  world.broadcast(transaction, node)
  world.dies(node)
}

/** A transaction of its own that a reorganisation lost left a gap: nothing above it can be mined; as `transactions.ts`. */
function fillGap({ account }: SimulatedNode, world: World, nonce: number): void {
  for (let missing = world.nextNonce(account); missing < nonce; missing++) {
    const call: Call = { kind: 'nothing', round: 0 }
    world.hand({ hash: `${account}/${missing}/filler/${world.now()}`, from: account, nonce: missing, call })
  }
}

function askFate(sending: Sending, chain: ModelChain): void {
  const receipt = chain.state.receipts.get(sending.attempts[0]!.hash)
  if (receipt !== undefined) sending.state = receipt ? 'confirmed' : 'failed'
}

function fateOf(chain: ModelChain, account: number, { hash, nonce }: { hash: string; nonce: number }) {
  const receipt = chain.state.receipts.get(hash)
  if (receipt !== undefined) return receipt ? ('confirmed' as const) : ('failed' as const)
  return chain.state.seats[account]!.nonce > nonce ? ('replaced' as const) : ('pending' as const)
}

function countRefusal({ memory }: SimulatedNode, key: string): number {
  const next = (memory.refusals.get(key) ?? 0) + 1
  memory.refusals.set(key, next)
  return next
}

/** Doubled with each refusal, as a node leaves alone what is refused. */
function pauseAfter({ memory }: SimulatedNode, key: string): number {
  return 2 * 2 ** Math.min(5, memory.refusals.get(key) ?? 0)
}
