/**
 * What must hold in every simulated federation, whatever the weather.
 */
import { assignedShards, PHASES, phaseEnds, type Round } from '@tutti/core'
import type { ModelChain } from './chain.ts'
import type { NodeNote, SimulatedNode } from './node.ts'
import type { Weather } from './weather.ts'

/** An invariant that did not hold. */
export interface Violation {
  law:
    | 'phases never regress'
    | 'nobody submits twice'
    | 'a living member misses no round it could have made'
    | 'an update lands in the place it was made for'
    | 'honest stake is never lost'
    | 'tokens in = paid + burned + held'
    | 'a federation ends'
  what: string
}

/** Watches a federation. */
export interface Referee {
  readonly violations: Violation[]
  note(note: Exclude<NodeNote, { kind: 'refused' }>, now: number): void
  noteReorganisation(now: number): void
  checkBlock(now: number): void
  checkEnd(now: number): void
  /** Updates by round, −1 where the round failed. */
  rounds(): number[]
}

/**
 * Seconds from an update that is ready to its place in a block, at worst: two slots without a look or a block each, two
 * broadcasts lost, two slots on the way, fifteen seconds by which a clock may run ahead, and the node's own margin.
 */
const SLACK_SECONDS = 180
/** From the start of a round until a node that is there has begun to train. */
const START_SECONDS = 48

/** Starts watching. */
export function createReferee(chain: ModelChain, nodes: readonly SimulatedNode[], weather: Weather): Referee {
  const { state, terms } = chain
  const violations: Violation[] = []
  const blame = (law: Violation['law'], what: string) => violations.push({ law, what })
  const signed = new Map<string, { update: string; nonce: number; at: number }>()
  const trained = new Map<string, number>()
  const order: number[] = []
  const updates: number[] = []
  const byAccount = new Map(nodes.map((node) => [node.account, node]))
  let judgedRound = -1
  let backAt = Number.NEGATIVE_INFINITY
  let previous: Round = state.round

  const checkPhases = () => {
    const { round, block } = state
    // A federation that lost all its members waits for new ones under the next number.
    const rank = state.isFinished
      ? Number.POSITIVE_INFINITY
      : round.number * 100 + PHASES.indexOf(chain.phase(block.timestamp))
    order.length = block.number
    const before = order[block.number - 1] ?? 0
    if (rank < before) blame('phases never regress', `block ${block.number}: ${rank} after ${before}`)
    order[block.number] = rank
  }
  const checkTokens = () => {
    let stakes = 0n
    let held = state.unspent
    let paid = 0n
    for (const seat of state.seats) {
      stakes += seat.paidIn
      paid += seat.paidOut
      held += seat.owed + (seat.isStaked ? terms.stake : 0n)
    }
    const entered = terms.bounty + stakes
    const left = paid + state.burned + held
    if (entered !== left) {
      blame('tokens in = paid + burned + held', `block ${state.block.number}: ${entered} in, ${left} accounted for`)
    }
    if (state.unspent < 0n) blame('tokens in = paid + burned + held', `block ${state.block.number}: overspent`)
  }
  const couldHaveMade = (node: SimulatedNode, round: Round, now: number): boolean => {
    const seat = state.seats[node.account]!
    if (node.downUntil > now || node.isStopped || !seat.isStaked) return false
    const { commitEnd, submitEnd } = phaseEnds(round, terms)
    const end = terms.commitSeconds > 0 ? commitEnd : submitEnd
    // What was signed for a cohort that the chain took back may still be mined: a second update would be worse.
    const first = terms.commitSeconds > 0 ? 'commit' : 'submit'
    const sent = signed.get(`${first}/${round.number}/${node.account}`)
    if (sent !== undefined && sent.at <= backAt && backAt <= round.startedAt) return false
    // A reorganisation may have taken away what was in, too late to send it again.
    if (backAt > round.startedAt) return false
    const begun = Math.max(round.startedAt, node.upSince) + START_SECONDS
    const seconds = trained.get(`${round.number}/${node.account}`) ?? weather.trainSeconds
    return begun + seconds + SLACK_SECONDS <= end
  }
  const judgeRound = (now: number) => {
    const { round, block } = state
    if (state.isFinished || round.startedAt === 0 || round.number === judgedRound) return
    const phase = chain.phase(block.timestamp)
    if (phase !== 'challenge' && phase !== 'aggregate' && phase !== 'close') return
    judgedRound = round.number
    for (const account of state.roster.slice(0, round.members)) {
      const position = chain.positionOf(account)
      const node = byAccount.get(account)
      if (position === undefined || node === undefined) continue
      const update = state.submissions.get(position)
      if (update === undefined) {
        if (couldHaveMade(node, round, now)) {
          const record = node.disk.get(round.number)?.record
          const held = record === undefined ? 'nothing' : JSON.stringify(record)
          blame('a living member misses no round it could have made', `${account} in round ${round.number}: ${held}`)
        }
        continue
      }
      const place = assignedShards(terms, position, round.number).join()
      if (update.place !== place && (signed.get(`submit/${round.number}/${account}`)?.at ?? 0) > backAt) {
        blame('an update lands in the place it was made for', `${account} in round ${round.number}`)
      }
    }
  }

  return {
    violations,
    note: (note, now) => {
      if (note.kind === 'training') trained.set(`${note.round}/${note.account}`, note.seconds)
      if (note.kind !== 'signed') return
      const key = `${note.action}/${note.round}/${note.account}`
      const before = signed.get(key)
      const nonce = Number(note.hash.split('/')[1])
      if (before !== undefined) {
        if (before.update !== note.update) blame('nobody submits twice', `${note.update}, after ${before.update}`)
        else if (before.nonce >= state.seats[note.account]!.nonce && before.nonce !== nonce) {
          blame('nobody submits twice', `${note.update} under nonces ${before.nonce} and ${nonce}`)
        }
      }
      signed.set(key, { update: note.update, nonce, at: now })
    },
    noteReorganisation: (now) => {
      backAt = now
      judgedRound = Math.min(judgedRound, state.round.number - 1)
    },
    checkBlock: (now) => {
      checkPhases()
      checkTokens()
      judgeRound(now)
      const { round } = state
      if (round.number !== previous.number || state.isFinished) {
        const hasFailed = previous.shardsDone === 0 && chainFailed(previous, terms.minimumUpdates)
        updates[previous.number] = hasFailed ? -1 : bitsOf(previous.submitted)
      }
      previous = round
      if (round.number % 16 === 0) {
        const isOld = (key: string) => Number(key.split('/').at(-2)) < round.number - 4
        for (const key of signed.keys()) if (isOld(key)) signed.delete(key)
        for (const key of trained.keys()) if (isOld(key)) trained.delete(key)
        for (const { disk } of nodes)
          for (const number of disk.keys()) if (number < round.number - 8) disk.delete(number)
      }
    },
    checkEnd: (now) => {
      if (!state.isFinished) blame('a federation ends', `round ${state.round.number} of ${terms.rounds} at ${now} s`)
      else {
        for (const { account } of nodes) {
          const { isStaked, owed, paidIn, paidOut } = state.seats[account]!
          if (isStaked || owed > 0n || paidOut < paidIn) {
            blame('honest stake is never lost', `${account}: ${paidIn} in, ${paidOut} out, ${owed} owed, ${isStaked}`)
          }
        }
      }
    },
    rounds: () => updates,
  }
}

const bitsOf = (bitmap: bigint) => bitmap.toString(2).replaceAll('0', '').length
const chainFailed = (round: Round, minimum: number) => bitsOf(round.submitted) < minimum
