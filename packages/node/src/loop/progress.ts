/**
 * What a node remembers between looks: which round and phase it has told of, what the rounds paid, and since when the
 * present step has been due.
 */
import { localChainId } from '@tutti/chain'
import { assignedShards, phaseAt, type Terms } from '@tutti/core'
import { nameStep } from '../decide/next-action.ts'
import { readRoundEnds, type Sight } from '../decide/observe.ts'
import type { Action, OwnState, Watch } from '../decide/state.ts'
import { isSubmitted, type RoundRecord } from '../disk/round-record.ts'
import { untilReached } from '../rpc/connection.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { Actor } from '../update/round.ts'
import { createStallWatch } from './stall-watch.ts'

/** The memory of one run of a node. */
export interface Progress {
  /** Takes note of a sight and tells what is new in it. */
  note(sight: Sight): Promise<void>
  /** A block not after the one that opened the round in progress; undefined while that is not known. */
  fromBlock(): bigint | undefined
  /** Takes note of a decision and tells of the phase it was taken in, and of a round that is sat out. */
  noteAction(action: Action, record: RoundRecord): void
  /** A claim went through. */
  noteClaim(): void
  /** A vote to end with a round went through, or is not taken. */
  noteVote(round: number): void
  ownState(record: RoundRecord, watch: Watch): OwnState
}

const PAID_STEPS: ReadonlySet<Action['kind']> = new Set(['draw', 'aggregate', 'settle', 'close'])
const KEEPS_ROUNDS = 8
/** Longer than a block takes, so that the next in turn sees what the one before has done. */
const STAGGER_SECONDS = { local: 3, public: 15 }
const MARGIN_SECONDS = { local: 0, public: 15 }
/** Longer than chains that mine by themselves take for a block. */
const QUIET_SECONDS = { local: 2, public: 60 }
/** Longer than a reorganisation reaches back. */
const FINALITY_SECONDS = { local: 0, public: 120 }
/** A margin takes no more than this part of a phase, however short the phase is. */
const MARGIN_SHARE = 0.25

/** What decisions need of the owner's wishes, the absent ones filled in for this chain and these terms. */
export function toStance(
  chainId: number,
  terms: Pick<Terms, 'commitSeconds' | 'submitSeconds'>,
  behaviour: NodeBehaviour,
): Pick<
  OwnState,
  | 'isKeeper'
  | 'tokensPerMegagas'
  | 'staggerSeconds'
  | 'marginSeconds'
  | 'maximumWaitSeconds'
  | 'claims'
  | 'finalitySeconds'
> {
  const place = chainId === localChainId ? 'local' : 'public'
  const shortestPhase =
    terms.commitSeconds > 0 ? Math.min(terms.commitSeconds, terms.submitSeconds) : terms.submitSeconds
  return {
    isKeeper: behaviour.isKeeper ?? true,
    tokensPerMegagas: behaviour.tokensPerMegagas,
    staggerSeconds: behaviour.staggerSeconds ?? STAGGER_SECONDS[place],
    marginSeconds: behaviour.marginSeconds ?? Math.min(MARGIN_SECONDS[place], shortestPhase * MARGIN_SHARE),
    maximumWaitSeconds: behaviour.maximumWaitSeconds,
    claims: behaviour.claims ?? true,
    finalitySeconds: FINALITY_SECONDS[place],
  }
}

/** Starts remembering. */
export function createProgress(actor: Actor, behaviour: NodeBehaviour): Progress {
  const { client, federationId, terms, report, patience, store } = actor
  const account = client.account.address
  const taken = new Set<number>()
  const stance = toStance(client.chainId, terms, behaviour)
  let firstBlock = 0n
  let roundsClosed: number | undefined
  let openedRound = -1
  let blockBeforeRound: bigint | undefined
  let due = { key: '', since: 0 }
  let toldPhase = ''
  let isClaimed = false
  let votedIn: number | undefined
  const stall = createStallWatch(actor, behaviour.stopsAfterRounds)
  let seatSeenAt: bigint | undefined
  let hasAskedToLeave = false
  // A step that was under way when the node started counts as taken.
  let hasTakenStep = true
  let hasTwin = false
  let roundsLeft = behaviour.leavesAfterRounds ?? Infinity
  let latest: Sight | undefined
  let newest = { block: -1n, since: 0 }

  /** A chain that goes back takes with it what its blocks told: a round seen open may have begun in an earlier block. */
  const followHead = ({ observation: { block, round } }: Sight): void => {
    firstBlock = earlier(firstBlock, block.number)
    if (latest === undefined) return
    const { block: last, round: lastRound } = latest.observation
    if (block.number < last.number || round.number < lastRound.number) blockBeforeRound = undefined
  }

  const tellEnds = async (sight: Sight): Promise<void> => {
    const from = roundsClosed ?? sight.roundsClosed
    const to = sight.roundsClosed
    roundsClosed = to
    if (to <= from) return
    const fromBlock = blockBeforeRound ?? firstBlock
    // Logs are dear to endpoints: what cannot have been paid is not looked for. What was sent may have been mined and paid
    // between two looks, before this node heard of it.
    let mayBeRewarded = false
    for (let round = from; round < to; round++) {
      const record = store.load(round)
      if (isSubmitted(record)) taken.add(round)
      if (taken.has(round) || isSent(record)) mayBeRewarded = true
    }
    const mayBeKeeper = hasTakenStep
    hasTakenStep = false
    const range = { from, to, fromBlock, mayBeRewarded, mayBeKeeper }
    const read = () => readRoundEnds(client, federationId, account, range)
    for (const { number, updates, reward, keeperPay } of await untilReached(read, patience)) {
      if (reward > 0n) taken.add(number)
      if (updates === 0) report.tell({ kind: 'round-failed', round: number, updates, keeperPay })
      else
        report.tell({
          kind: 'round-settled',
          round: number,
          updates,
          hasTakenPart: taken.has(number),
          reward,
          keeperPay,
        })
      if (updates > 0 && taken.has(number)) roundsLeft--
    }
  }

  const tellOpening = (sight: Sight): void => {
    const { round, position } = sight.observation
    if (round.startedAt === 0 || round.number === openedRound || sight.observation.status.isFinished) return
    openedRound = round.number
    const shards = position === undefined ? [] : assignedShards(terms, position, round.number)
    const { number, members, cohort } = round
    const drawn = position === undefined ? {} : { position }
    report.tell({ kind: 'round-opened', round: number, members, cohort, ...drawn, shards })
    store.forgetBefore(number - (behaviour.keepsRounds ?? KEEPS_ROUNDS))
    const record = store.load(number)
    if (record.kind !== 'update') return
    for (const { step, state } of record.update.sendings) {
      if (state === 'sent') report.tell({ kind: 'resumed', round: number, step })
    }
  }

  return {
    note: async (sight) => {
      const { observation } = sight
      const { round, position, status } = observation
      if (latest === undefined) {
        firstBlock = observation.block.number
        report.tell({
          kind: 'started',
          members: status.members,
          rounds: terms.rounds,
          round: round.number,
          token: actor.token,
        })
      }
      followHead(sight)
      const { isMember, isLeaving } = observation.member
      if (isLeaving) hasAskedToLeave = true
      if (isMember && (seatSeenAt === undefined || seatSeenAt < observation.block.number)) {
        seatSeenAt = observation.block.number
      }
      await tellEnds(sight)
      await stall.note(sight.roundsClosed)
      if (latest !== undefined && latest.observation.round.number < round.number) {
        blockBeforeRound = earlier(latest.observation.block.number, observation.block.number)
      }
      latest = sight
      tellOpening(sight)
      const hasSubmitted = position !== undefined && ((round.submitted >> BigInt(position)) & 1n) === 1n
      if (hasSubmitted && !taken.has(round.number)) {
        taken.add(round.number)
        if (!hasTwin && store.load(round.number).kind === 'none') {
          hasTwin = true
          report.tell({ kind: 'twin-found', round: round.number })
        }
      }
      const now = actor.now()
      if (newest.block !== observation.block.number) newest = { block: observation.block.number, since: now }
      const key = nameStep(observation, now)
      if (due.key !== key) due = { key, since: now }
    },
    fromBlock: () => blockBeforeRound,
    noteAction: (action, record) => {
      if (latest === undefined) return
      const { round, status, member } = latest.observation
      if (PAID_STEPS.has(action.kind)) hasTakenStep = true
      if (action.kind === 'leave') hasAskedToLeave = true
      if (record.kind === 'forfeited') report.tell({ kind: 'sat-out', round: round.number, reason: record.reason })
      const chainTime = actor.now()
      const { phase, endsAt } = phaseAt(round, terms, chainTime)
      const shown = status.isFinished ? 'finished' : phase
      // At the end a node stays a while: told apart, lest it seem to hang.
      const isStaying = action.kind === 'wait' && (status.isFinished || !member.isMember)
      const key = `${round.number}/${shown}${isStaying ? '/staying' : ''}`
      if (key === toldPhase || (action.kind === 'stop' && toldPhase === `${key}/staying`)) return
      toldPhase = key
      const until = isStaying ? (action.until ?? 0) : endsAt
      report.tell({ kind: 'phase', round: round.number, phase: shown, endsAt: until, chainTime, reason: action.reason })
    },
    noteClaim: () => {
      isClaimed = true
    },
    noteVote: (round) => {
      votedIn = round
    },
    ownState: (record, watch) => ({
      ...stance,
      record,
      watch,
      since: due.since,
      nudgeAt: newest.since + QUIET_SECONDS[client.chainId === localChainId ? 'local' : 'public'],
      // Asked for while its last round runs, since the next one opens as soon as that is settled.
      wantsToLeave: roundsLeft - (latest !== undefined && taken.has(latest.observation.round.number) ? 1 : 0) <= 0,
      wantsToEnd: latest !== undefined && votedIn !== latest.observation.round.number && stall.hasStalled(),
      isClaimed,
      seatSeenAt: hasAskedToLeave ? undefined : seatSeenAt,
    }),
  }
}

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function isSent(record: RoundRecord): boolean {
  if (record.kind !== 'update') return false
  return record.update.sendings.some(({ step, attempts }) => step === 'submit' && attempts.length > 0)
}
