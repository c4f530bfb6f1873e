/**
 * A node: observe → decide → act, until the federation is finished or the node is told to stop.
 *
 * The chain may go away at any time: reads and broadcasts are tried again with growing waits, and what was under way is
 * found again on disk. Errors that end a node say whether starting it again can help (`isRetryable`).
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { createLocalTrainer, runNode } from '@tutti/node'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const trainer = createLocalTrainer({ dataset: rows })
 * const { reason, submitted } = await runNode({ client: members[2]!, federationId, trainer, storeDirectory })
 * reason // → 'the federation is finished'
 * submitted // → 0
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import { ChainBehindError, type ChainClient, readToken, toChainError } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { nameAction } from '../decide/action.ts'
import { type ChainClock, createChainClock } from '../decide/clock.ts'
import { decide } from '../decide/next-action.ts'
import type { Observation } from '../decide/state.ts'
import { openStore, type Store } from '../disk/store.ts'
import { readFederation, stepsOf } from '../joining/federation.ts'
import { openPath } from '../paths/open.ts'
import { openBudget, refusingDamage } from '../privacy/budget.ts'
import { type BackOff, sleep, untilReached } from '../rpc/connection.ts'
import { openAccount } from '../sending/account.ts'
import type { Signer } from '../sending/transactions.ts'
import { checkBehaviour, type NodeBehaviour } from '../settings/behaviour.ts'
import type { NodeEvent, NodeSummary } from '../status/events.ts'
import { createReport, type Report } from '../status/report.ts'
import type { Trainer } from '../trainers/interface.ts'
import type { Actor } from '../update/actor.ts'
import { type Act, act, hearOfAccepted, type Memory } from './act.ts'
import { createBackoff } from './action-backoff.ts'
import { isBehind, isStranger } from './behind.ts'
import { toFaultWatch } from './faults.ts'
import { createLongWaits } from './long-wait.ts'
import { createRetries, type NodeRetries } from './outage.ts'
import { type ChainPoll, pollChain } from './poll.ts'
import { noteHead, noteObservation, startProgress, toOwnState } from './progress.ts'
import { createRepeats } from './repeats.ts'
import { tellDecision, tellNews } from './round-events.ts'
import { createStallHistory } from './stall-history.ts'

/** What {@link runNode} needs. */
export interface RunNodeOptions extends NodeBehaviour {
  /** Connection with the member's account. */
  client: ChainClient
  federationId: Hex
  trainer: Trainer
  /** Directory of all stores of this machine; this member's own is made inside. */
  storeDirectory: string
  /** Ends the node after the action at hand. What is under way is found again at the next start. */
  signal?: AbortSignal
  onEvent?: (event: NodeEvent) => void
  backOff?: BackOff
}

/** Longest usual time between two blocks, in milliseconds: so long is waited for each further confirmation. */
const SLOT_MS = 15_000

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
  const finish = (reason: string): NodeSummary => {
    const summary = report.summarise(reason)
    report.tell({ kind: 'finished', summary })
    return summary
  }
  try {
    const waits = createRetries({ client, backOff: options.backOff, signal, report, store })
    const clock = createChainClock()
    const actor = await openActor(options, { client: { ...client, account }, report, store, waits, now: clock.now })
    return finish(await runLoop(actor, options, clock, waits))
  } catch (thrown) {
    // What a library says has the endpoint's whole address in it, and what was sent.
    const error = toChainError(thrown, client.url)
    if (signal.aborted) return finish('stopped')
    const { name, message, isRetryable } = error as Error & { isRetryable?: boolean }
    report.tell({ kind: 'failed', name, message, isRetryable: isRetryable === true })
    throw error
  } finally {
    store.close()
    await trainer.close?.()
  }
}

/** Reads the federation from the chain, and puts together what the node acts with. */
async function openActor(
  options: RunNodeOptions,
  parts: { client: Signer; report: Report; store: Store; waits: NodeRetries; now: () => number },
): Promise<Actor> {
  const { federationId, trainer, storeDirectory: root, manifestHash, privacyEpsilon } = options
  const { client, report, store, waits, now } = parts
  const { retry, readRetry } = waits
  const federation = await untilReached(() => readFederation(client, federationId, manifestHash), readRetry)
  store.noteSeen()
  const token = await untilReached(() => readToken(client, federation.terms.token), readRetry)
  const memberDirectory = store.directory
  const path = await openPath({ client, federationId, federation, root, memberDirectory, behaviour: options, report })
  const place = { chainId: client.chainId, federationId, account: client.account.address }
  const seeThroughMs = Math.max(3_000, 10 * client.pollingIntervalMs) + SLOT_MS * (client.confirmations - 1)
  return {
    client,
    account: openAccount(client, { retry, report, timeoutMs: seeThroughMs }),
    federationId,
    ...federation,
    steps: stepsOf(federation.manifest),
    token,
    path,
    store,
    trainer,
    report,
    retry,
    now,
    budget: refusingDamage(openBudget(root, place, federation, privacyEpsilon)),
    roundingSeed: options.roundingSeed,
    maximumCostPerRound: options.maximumCostPerRound,
    seeThroughMs,
  }
}

/** Observes, decides and acts until a decision is to stop. @returns Why it stopped. */
async function runLoop(actor: Actor, options: RunNodeOptions, clock: ChainClock, waits: NodeRetries): Promise<string> {
  const { client, store, report, retry, path } = actor
  const pollMs = options.pollMilliseconds ?? Math.max(100, client.pollingIntervalMs)
  const poll = pollChain(actor, clock, pollMs)
  const progress = startProgress(options)
  const stall = createStallHistory(actor, options.stopsAfterRounds)
  const longWaits = createLongWaits(actor)
  const repeats = createRepeats()
  const backoff = createBackoff()
  const memory: Memory = { progress, inFlight: new Map(), backoff, checked: undefined, heldBack: new Set() }
  const pause = (milliseconds: number) => report.timed('waiting', () => sleep(milliseconds, retry.signal))

  let observation = await look(actor, poll, waits)
  if (isStranger(observation)) throw new NotAMemberError(client.account.address, actor.federationId)
  // What held an earlier run back may have been put right; a second update is never made of what may be on its way.
  store.retry(observation.round.number)
  for (; ; observation = await look(actor, poll, waits)) {
    const { round, block, status } = observation
    await report.timed('observing', async () => {
      noteHead(progress, observation)
      await tellNews(actor, progress, observation, options.keepsRounds)
      await stall.note(status.roundsClosed)
      noteObservation(progress, observation, actor.now())
    })
    backoff.note(observation)
    const record = store.load(round.number)
    if (record.kind === 'update') await hearOfAccepted(actor, observation, record.update)
    const faults = toFaultWatch(memory.checked, round.number, path.watcher)
    const known = { record, watch: faults, hasStalled: stall.hasStalled() }
    const action = decide(observation, toOwnState(progress, actor, options, known), clock.now())
    tellDecision(actor, progress, action, record)
    if (action.kind === 'stop') {
      // Of a model that is finished, the last log may be the only copy. A node that cannot keep one has lost nothing yet.
      if (status.isFinished) await path.keepModel?.().catch(() => undefined)
      return action.reason
    }
    if (action.kind === 'wait') {
      poll.waitUntil(Math.min(action.until ?? Infinity, await longWaits.note(action, observation)))
      continue
    }
    const isRepeatable = action.kind === 'claim' || action.kind === 'nudge'
    if (isRepeatable && repeats.isTooSoon(action.kind, block.number)) {
      poll.lookAgain()
      await pause(pollMs)
      continue
    }
    const isDone = await act(actor, { action, observation, record }, memory)
    poll.lookAgain()
    if (isDone && isRepeatable) repeats.note(action.kind, block.number)
    noteDone(memory, action, isDone)
    if (!isDone) await pause(backoff.waitMs(action, pollMs))
  }
}

/** Waits for what is worth a decision. A chain that lost so many blocks that this account has not joined yet will have them again. */
async function look({ client, federationId, store }: Actor, poll: ChainPoll, waits: NodeRetries): Promise<Observation> {
  const seen = await untilReached(async () => {
    const seen = await poll.look()
    if (!isStranger(seen) || !isBehind(store, seen)) return seen
    poll.lookAgain()
    const advice = `If it stays so, this account's joining is lost: join again (tutti join ${federationId}).`
    throw new ChainBehindError(client.url, undefined, advice)
  }, waits.readRetry)
  waits.heard()
  return seen
}

function noteDone({ progress, inFlight }: Memory, action: Act, isDone: boolean): void {
  if (isDone && action.kind === 'claim') progress.isClaimed = true
  // A vote that the contract does not take (one from before a restart counts) is not worth a round.
  if (action.kind === 'vote' && !inFlight.has(nameAction(action))) progress.votedIn = action.round
}

/** {@link runNode} was given a client that only reads. */
export class NodeAccountError extends Error {
  override readonly name = 'NodeAccountError'
  readonly isRetryable = false

  constructor() {
    super('Connect with the private key of the member: the client has no account to sign with.')
  }
}

/** The account has not joined the federation. */
export class NotAMemberError extends Error {
  override readonly name = 'NotAMemberError'
  readonly isRetryable = false

  constructor(account: string, id: string) {
    super(`Join first (tutti join ${id}): account ${account} is not a member of federation ${id}.`)
  }
}
