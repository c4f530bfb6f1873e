/**
 * A node: observe → decide → act, until the federation is finished or the node is told to stop.
 *
 * The chain may go away at any time: reads and broadcasts are tried again with growing waits, and what was under way is
 * found again on disk. Errors that end a node say whether starting it again can help (`isRetryable`).
 */
import {
  AccountBusyError,
  BlobsMissingError,
  BundleLostError,
  ChainBehindError,
  type ChainClient,
  ChainUnreachableError,
  CostLimitError,
  describeFault,
  EndpointRefusalError,
  FeeLimitError,
  MissingPayloadError,
  NotTakenYetError,
  RpcError,
  readToken,
  toChainError,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { openAccount } from './account.ts'
import { checkBehaviour, type NodeBehaviour } from './behaviour.ts'
import { isBehind, isStranger, isUnknownHere } from './behind.ts'
import { openBudget, refusingDamage } from './budget.ts'
import { type ChainClock, createChainClock } from './clock.ts'
import {
  type BackOff,
  defaultBackOff,
  isChainOutOfReach,
  isUnknownFailure,
  type Patience,
  sleep,
  untilReached,
} from './connection.ts'
import { decide } from './decide.ts'
import type { NodeEvent, NodeSummary } from './events.ts'
import { readFederation, stepsOf } from './federation.ts'
import { createFindings, type Findings } from './findings.ts'
import { openPath } from './paths/open.ts'
import { createProgress } from './progress.ts'
import { createRefusals, type Refusals } from './refusals.ts'
import { createRepeats } from './repeats.ts'
import { createReport } from './report.ts'
import { type Actor, confirmUpdate, isRefusal, sendUpdate, trainRound } from './round.ts'
import type { Action, Observation } from './situation.ts'
import { type InFlight, keyOf, takeStep, toMissingEvent } from './steps.ts'
import { openStore, type RoundRecord, type UpdateRecord } from './store.ts'
import type { Trainer } from './trainer.ts'
import { createWatch } from './watch.ts'

/** What {@link runNode} needs. */
export interface RunNodeOptions extends NodeBehaviour {
  /** Connection with the member's account. */
  client: ChainClient
  federationId: Hex
  trainer: Trainer
  /** Directory of all stores of this machine; this member's own is made inside. */
  storeDirectory: string
  /** Ends the node after the step at hand; what is under way is found again at the next start. */
  signal?: AbortSignal
  onEvent?: (event: NodeEvent) => void
  backOff?: BackOff
}

/** Longest usual time between two blocks, in milliseconds: so long is waited for each further confirmation. */
const SLOT_MS = 15_000
/** Refusals of the same submission after which its round is given up. */
const REFUSALS_TO_FORFEIT = 5
/** Refusals of a proof after which its fault is left to others. */
const REFUSALS_TO_CLOSE = 5
/** Seconds until missing blobs are looked for again, and at least so many times a window. */
const LOOK_AGAIN = { seconds: 60, timesAWindow: 10 }

/**
 * Runs a member's node until the federation is finished, the member has left, or `signal` aborts.
 *
 * @returns What the node did; `reason` says why it ended.
 * @throws `NodeOptionError` `StoreLockedError` `StaleManifestError` `NotAMemberError` `InsufficientFundsError`
 *   `NonFiniteTrainingError` and what the trainer throws. What was on its way stays on disk.
 */
export async function runNode(options: RunNodeOptions): Promise<NodeSummary> {
  const { client, federationId, trainer } = options
  const account = client.account
  if (account === undefined) throw new NodeAccountError()
  checkBehaviour(options)
  const report = createReport(account.address, federationId, options.onEvent ?? (() => undefined))
  const signal = options.signal ?? new AbortController().signal
  const store = openStore({
    root: options.storeDirectory,
    chainId: client.chainId,
    federationId,
    account: account.address,
    onDamage: (file, message) => report.tell({ kind: 'file-damaged', file, message }),
  })
  /** Failures since the chain was last heard of. */
  let awaySince = 0
  const patience: Patience = {
    backOff: options.backOff ?? defaultBackOff,
    signal,
    onWait: ({ error, failures, milliseconds }) => {
      // Named anew: what the library says has several lines, and the whole address of the endpoint in them.
      const named = toChainError(isUnknownHere(error) ? new ChainBehindError(client.url, error) : error, client.url)
      const { message } = named as Error
      awaySince = failures
      report.tell({ kind: 'chain-unreachable', failures, waitMilliseconds: milliseconds, message })
    },
    onBack: (failures) => {
      awaySince = 0
      report.tell({ kind: 'chain-back', failures })
    },
    isPassing: (error) => isUnknownHere(error) && store.hasSeen(),
  }
  /** Of reads alone: what is on no list is asked again, since nothing is sent by asking. */
  const readPatience: Patience = {
    ...patience,
    isPassing: (error) => isUnknownFailure(error) || patience.isPassing?.(error) === true,
  }
  try {
    const federation = await untilReached(
      () => readFederation(client, federationId, options.manifestHash),
      readPatience,
    )
    store.noteSeen()
    const token = await untilReached(() => readToken(client, federation.terms.token), readPatience)
    const clock = createChainClock()
    const signer = { ...client, account }
    const path = await openPath({
      client: signer,
      federationId,
      federation,
      root: options.storeDirectory,
      memberDirectory: store.directory,
      behaviour: options,
      report,
    })
    const seeThroughMs = Math.max(3_000, 10 * client.pollingIntervalMs) + SLOT_MS * (client.confirmations - 1)
    const actor: Actor = {
      client: signer,
      account: openAccount(signer, { patience, report, patienceMs: seeThroughMs }),
      federationId,
      ...federation,
      steps: stepsOf(federation.manifest),
      token,
      path,
      store,
      trainer,
      report,
      patience,
      now: clock.now,
      budget: refusingDamage(
        openBudget(
          options.storeDirectory,
          { chainId: client.chainId, federationId, account: account.address },
          federation,
          options.privacyEpsilon,
        ),
      ),
      roundingSeed: options.roundingSeed,
      maximumCostPerRound: options.maximumCostPerRound,
      seeThroughMs,
    }
    const heard = () => {
      if (awaySince > 0) patience.onBack?.(awaySince)
    }
    const reason = await runLoop(actor, options, clock, { readPatience, heard })
    const summary = report.summarise(reason)
    report.tell({ kind: 'finished', summary })
    return summary
  } catch (thrown) {
    // What a library says has the endpoint's whole address in it, and what was sent.
    const error = toChainError(thrown, client.url)
    if (signal.aborted) {
      const summary = report.summarise('stopped')
      report.tell({ kind: 'finished', summary })
      return summary
    }
    const { name, message, isRetryable } = error as Error & { isRetryable?: boolean }
    report.tell({ kind: 'failed', name, message, isRetryable: isRetryable === true })
    throw error
  } finally {
    store.close()
    await trainer.close?.()
  }
}

async function runLoop(
  actor: Actor,
  options: RunNodeOptions,
  clock: ChainClock,
  { readPatience, heard }: { readPatience: Patience; heard: () => void },
): Promise<string> {
  const { client, store, report, patience, path } = actor
  const pollMs = options.pollMilliseconds ?? Math.max(100, client.pollingIntervalMs)
  const watch = createWatch(actor, clock, pollMs)
  const progress = createProgress(actor, options)
  const inFlight: InFlight = new Map()
  const refusals = createRefusals()
  const heldBack = new Set<string>()
  const repeats = createRepeats()
  const findings = createFindings(client, actor.federationId, path.watcher)

  /** A chain that lost so many blocks that this account has not joined yet will have them again. */
  const look = async () => {
    const seen = await untilReached(async () => {
      const seen = await watch.look()
      if (!isStranger(seen.observation) || !isBehind(store, seen.observation)) return seen
      watch.lookAgain()
      const advice = `If it stays so, this account's joining is lost: join again (tutti join ${actor.federationId}).`
      throw new ChainBehindError(client.url, undefined, advice)
    }, readPatience)
    heard()
    return seen
  }

  let sight = await look()
  if (isStranger(sight.observation)) throw new NotAMemberError(client.account.address, actor.federationId)
  for (; ; sight = await look()) {
    await report.timed('observing', () => progress.note(sight))
    const { observation } = sight
    refusals.note(sight)
    const record = store.load(observation.round.number)
    if (record.kind === 'update') await hearOfAccepted(actor, observation, record.update)
    const watched = findings.of(observation.round.number)
    const action = decide(observation, progress.ownState(record, watched), clock.now())
    progress.noteAction(action, record)
    if (action.kind === 'stop') return action.reason
    if (action.kind === 'wait') {
      watch.waitUntil(action.until ?? Infinity)
      continue
    }
    const isRepeatable = action.kind === 'claim' || action.kind === 'nudge'
    if (isRepeatable && repeats.isTooSoon(action.kind, observation.block.number)) {
      watch.lookAgain()
      await report.timed('waiting', () => sleep(pollMs, patience.signal))
      continue
    }
    const fromBlock = progress.fromBlock()
    const isDone = await act(actor, action, observation, record, { inFlight, refusals, findings, heldBack, fromBlock })
    watch.lookAgain()
    if (isDone && isRepeatable) repeats.note(action.kind, observation.block.number)
    if (isDone && action.kind === 'claim') progress.noteClaim()
    // A vote that the contract does not take (one from before a restart counts) is not worth a round.
    if (action.kind === 'vote' && !inFlight.has(keyOf(action))) progress.noteVote(action.round)
    if (!isDone) await report.timed('waiting', () => sleep(refusals.waitMs(action, pollMs), patience.signal))
  }
}

/** What outlives an action. */
interface Memory {
  inFlight: InFlight
  refusals: Refusals
  findings: Findings
  /** Kinds of what holds transactions back, each told already. */
  heldBack: Set<string>
  /** Not after the block that opened the round, if known. */
  fromBlock: bigint | undefined
}

/** What an endpoint, the owner's limits or what waits of the account keep from being sent: others may still be asked, fees fall, owners change rules. */
const HOLDING_BACK = [
  AccountBusyError,
  EndpointRefusalError,
  FeeLimitError,
  CostLimitError,
  RpcError,
  NotTakenYetError,
  ChainUnreachableError,
  ChainBehindError,
]

type Act = Exclude<Action, { kind: 'wait' | 'stop' }>

/** Carries an action out, as {@link carryOut} does; what the endpoint or the owner's limits hold back is told once. */
async function act(
  actor: Actor,
  action: Act,
  observation: Observation,
  record: RoundRecord,
  memory: Memory,
): Promise<boolean> {
  try {
    const isDone = await carryOut(actor, action, observation, record, memory)
    if (isDone) memory.heldBack.clear()
    return isDone
  } catch (error) {
    if (!HOLDING_BACK.some((kind) => error instanceof kind)) throw error
    const { message, name } = error as Error
    const { number: round } = observation.round
    // By its kind: the figures in the message move from block to block.
    if (!memory.heldBack.has(name)) actor.report.tell({ kind: 'held-back', round, step: action.kind, message })
    memory.heldBack.add(name)
    // No answer is no refusal.
    if (!isChainOutOfReach(error)) memory.refusals.count(action)
    return false
  }
}

/** Carries an action out. Returns whether it came to its end; a refusal of the contract is counted, not thrown. */
async function carryOut(
  actor: Actor,
  action: Act,
  observation: Observation,
  record: RoundRecord,
  memory: Memory,
): Promise<boolean> {
  const { report, store, path } = actor
  const { inFlight, refusals, findings, fromBlock } = memory
  switch (action.kind) {
    case 'train':
      try {
        await trainRound(actor, observation, action.until)
        return true
      } catch (error) {
        if (!(error instanceof BlobsMissingError)) throw error
        report.tell(toMissingEvent(action.round, error))
        refusals.count(action)
        return false
      }
    case 'check':
      return checkRound(actor, observation, findings, fromBlock)
    case 'commit':
    case 'submit':
    case 'confirm': {
      if (record.kind !== 'update') return false
      const { update } = record
      const index =
        action.kind === 'commit' ? update.sendings.findIndex(({ step }) => step === 'commit') : action.sending
      const sending = update.sendings[index]!
      try {
        const send = action.kind === 'confirm' ? confirmUpdate : sendUpdate
        const isDone = await report.timed('sending', () => send(actor, update, sending))
        if (sending.state === 'failed' && refusals.count(action) >= REFUSALS_TO_FORFEIT) {
          const reason = `the chain refused the ${sending.step} again and again`
          store.forfeit(action.round, reason)
          report.tell({ kind: 'sat-out', round: action.round, reason })
        }
        return isDone
      } catch (error) {
        if (error instanceof BundleLostError) {
          store.forfeit(action.round, error.message)
          report.tell({ kind: 'sat-out', round: action.round, reason: error.message })
          return false
        }
        if (!isRefusal(error)) throw error
        const reason = error.errorName
        report.tell({ kind: 'race-lost', round: action.round, step: sending.step, reason })
        if (refusals.count(action) >= REFUSALS_TO_FORFEIT) {
          store.forfeit(action.round, `the contract refuses the ${sending.step}: ${error.message}`)
          report.tell({ kind: 'sat-out', round: action.round, reason: error.message })
        }
        return false
      }
    }
    default: {
      const aggregateData = (shard: number) => path.aggregateData(observation.round, shard, fromBlock)
      const sources = { aggregateData, callsOf: findings.callsOf }
      const isTaken = await report.timed('sending', () => takeStep(actor, action, inFlight, sources))
      const failures = isTaken ? 0 : refusals.count(action)
      if (action.kind === 'bind' && isTaken) findings.noteBound(action.position, action.assigned)
      if (action.kind === 'challenge' && (isTaken || failures >= REFUSALS_TO_CLOSE)) {
        findings.close(action.position, action.assigned)
      }
      return isTaken
    }
  }
}

/** Decodes the updates of the round and tells what it found. Returns whether the round's logs could be read. */
async function checkRound(
  { path, report, patience, now, terms }: Actor,
  { round }: Observation,
  findings: Findings,
  fromBlock: bigint | undefined,
): Promise<boolean> {
  try {
    const check = await report.timed('checking', () =>
      untilReached(() => path.watcher!.check(round, fromBlock), patience),
    )
    const { faults, missing, checked: blobs } = check
    const seconds = Math.min(LOOK_AGAIN.seconds, terms.challengeSeconds / LOOK_AGAIN.timesAWindow)
    findings.note(round.number, check, missing.length === 0 ? undefined : now() + seconds)
    report.tell({ kind: 'checked', round: round.number, blobs, missing: missing.length, faults: faults.length })
    if (missing.length > 0) {
      report.tell(toMissingEvent(round.number, new BlobsMissingError(missing)))
    }
    for (const { update, blob, fault } of faults) {
      const { member, position, shard } = update
      const what = describeFault({ blob, ...fault })
      report.tell({ kind: 'fault-found', round: round.number, member, position, shard, what })
    }
    return true
  } catch (error) {
    if (!(error instanceof MissingPayloadError)) throw error
    return false
  }
}

/** A transaction that the chain took while the node was away is booked as heard of. */
async function hearOfAccepted(actor: Actor, { round, position }: Observation, update: UpdateRecord): Promise<void> {
  if (position === undefined) return
  const isIn = (bits: bigint) => ((bits >> BigInt(position)) & 1n) === 1n
  for (const sending of update.sendings) {
    if (sending.state === 'sent' && isIn(sending.step === 'commit' ? round.committed : round.submitted)) {
      await confirmUpdate(actor, update, sending)
    }
  }
}

/** {@link runNode} was given a client that only reads. */
export class NodeAccountError extends Error {
  override readonly name = 'NodeAccountError'
  readonly isRetryable = false

  constructor() {
    super('The client has no account to sign with. Connect with the private key of the member.')
  }
}

/** The account has not joined the federation. */
export class NotAMemberError extends Error {
  override readonly name = 'NotAMemberError'
  readonly isRetryable = false

  constructor(account: string, id: string) {
    super(`Account ${account} is not a member of federation ${id}. Join it first.`)
  }
}
