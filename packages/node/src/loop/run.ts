/**
 * A node: observe → decide → act, until the federation is finished or the node is told to stop.
 *
 * The chain may go away at any time: reads and broadcasts are tried again with growing waits, and what was under way is
 * found again on disk. Errors that end a node say whether starting it again can help (`isRetryable`).
 */
import { ChainBehindError, type ChainClient, readToken, toChainError } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { type ChainClock, createChainClock } from '../decide/clock.ts'
import { decide } from '../decide/next-action.ts'
import { openStore } from '../disk/store.ts'
import { readFederation, stepsOf } from '../joining/federation.ts'
import { openPath } from '../paths/open.ts'
import { openBudget, refusingDamage } from '../privacy/budget.ts'
import {
  type BackOff,
  defaultBackOff,
  isUnknownFailure,
  type Patience,
  sleep,
  untilReached,
} from '../rpc/connection.ts'
import { openAccount } from '../sending/account.ts'
import { checkBehaviour, type NodeBehaviour } from '../settings/behaviour.ts'
import type { NodeEvent, NodeSummary } from '../status/events.ts'
import { createReport } from '../status/report.ts'
import type { Trainer } from '../trainers/interface.ts'
import type { Actor } from '../update/round.ts'
import { act, hearOfAccepted } from './act.ts'
import { isBehind, isStranger, isUnknownHere } from './behind.ts'
import { type InFlight, keyOf } from './chain-action.ts'
import { createFindings } from './faults.ts'
import { createLongWaits } from './long-wait.ts'
import { createProgress } from './progress.ts'
import { createRefusals } from './refusals.ts'
import { createRepeats } from './repeats.ts'
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
  const longWaits = createLongWaits(actor)
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
  // What held an earlier run back may have been put right; a second update is never made of what may be on its way.
  store.retry(sight.observation.round.number)
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
      watch.waitUntil(Math.min(action.until ?? Infinity, await longWaits.note(action, observation)))
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
