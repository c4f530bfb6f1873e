/**
 * A node that looks for work by itself: finds federations, joins what its owner's policy allows, trains to the end,
 * claims, and looks again.
 *
 * One federation at a time: an account's transactions are numbered in one row, and training fills the machine. Federations
 * that the account is a member of come first, whatever the policy says by now, since its stake is in them; then the best
 * paid in the token that the policy lists first. One that the privacy budget has no room for is left without an update,
 * and one that does not open is left after a time. One that fails is set aside for a while, so that nobody can stop the
 * others with a federation that cannot be served.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { createLocalTrainer, freePolicy, serveFederations } from '@tutti/node'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const summaries = await serveFederations({
 *   client: members[0]!,
 *   storeDirectory,
 *   policy: freePolicy, // allows no stake: what is joined already is served, nothing else
 *   behaviour: {},
 *   openTrainer: async () => createLocalTrainer({ dataset: rows }),
 *   endsWhenIdle: true,
 * })
 * summaries.map(({ reason }) => reason) // → ['the federation is finished']
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import { toChainError } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { type PublishedManifest, parsePublishedManifest } from '@tutti/learn'
import { defaultMaximumWaitSeconds } from '../decide/waiting.ts'
import type { Disclosure } from '../joining/disclosure.ts'
import { joinFederation } from '../joining/join.ts'
import { type Surveyed, type SurveyOptions, surveyFederations } from '../joining/survey.ts'
import { runNode } from '../loop/run.ts'
import {
  type BackOff,
  defaultBackOff,
  isChainOutOfReach,
  type RetryPolicy,
  sleep,
  untilReached,
} from '../rpc/connection.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import { type Policy, toUnitLimits } from '../settings/policy.ts'
import type { NodeEvent, NodeSummary } from '../status/events.ts'
import type { Search } from '../status/health.ts'
import type { Trainer } from '../trainers/interface.ts'

/** What {@link serveFederations} needs. */
export interface ServeOptions extends SurveyOptions {
  policy: Policy
  behaviour: NodeBehaviour
  /** A trainer for a federation; closed when that has ended. */
  openTrainer: (surveyed: Surveyed, manifest: PublishedManifest) => Promise<Trainer>
  signal?: AbortSignal
  backOff?: BackOff
  /** Between searches while nothing is to be done, in milliseconds. Default: 60,000. */
  searchMilliseconds?: number
  /** Ends when nothing is to be done instead of searching again. */
  endsWhenIdle?: boolean
  onEvent?: (event: NodeEvent) => void
  /** Told what was found, whenever that has changed. */
  onSurvey?: (surveyed: readonly Surveyed[]) => void
  /** Told what becomes public, before a federation is joined. The policy is the owner's consent. */
  onJoin?: (surveyed: Surveyed, disclosure: Disclosure) => void
  /** Told of each look for federations, and of each that failed: a sign of life. */
  onSearch?: (search: Search) => void
  /** Told which federation failed, why, and for how many milliseconds it is left alone. */
  onSetAside?: (surveyed: Surveyed, error: Error, milliseconds: number) => void
}

const SEARCH_MILLISECONDS = 60_000
/** A federation that keeps failing is tried again after one search, two, four, … and at least every hour. */
const MOST_ASIDE_MILLISECONDS = 3_600_000

/**
 * Serves federations one after another until `signal` aborts.
 *
 * @returns A summary for each that it served.
 * @throws What a search throws, connection errors apart. With `endsWhenIdle`, what a federation that is still set aside at
 *   the end was set aside for.
 */
export async function serveFederations(options: ServeOptions): Promise<NodeSummary[]> {
  const { onSurvey, onSetAside, searchMilliseconds = SEARCH_MILLISECONDS } = options
  const signal = options.signal ?? new AbortController().signal
  const retry: RetryPolicy = {
    backOff: options.backOff ?? defaultBackOff,
    signal,
    onWait: ({ error, failures }) =>
      options.onSearch?.({ time: Date.now(), failure: { message: (toChainError(error) as Error).message, failures } }),
  }
  const summaries: NodeSummary[] = []
  const over = new Set<string>()
  const aside = new Map<string, { error: Error; failures: number; until: number }>()
  let told = ''
  while (!signal.aborted) {
    let surveyed: Surveyed[]
    try {
      surveyed = await untilReached(() => surveyFederations(options), retry)
      options.onSearch?.({ time: Date.now() })
    } catch (error) {
      if (signal.aborted) break
      throw error
    }
    const state = surveyed
      .map(({ creation, isOwn, assessment }) => [creation.id, isOwn, assessment.refusals].join())
      .join()
    if (state !== told) onSurvey?.(surveyed)
    told = state
    const next = surveyed.find(({ creation, isOwn, assessment }) => {
      const isAside = (aside.get(creation.id)?.until ?? 0) > Date.now()
      return !over.has(creation.id) && !isAside && (isOwn || assessment.isWanted)
    })
    if (next === undefined) {
      if (options.endsWhenIdle !== true) {
        await sleep(searchMilliseconds, signal).catch(() => undefined)
        continue
      }
      for (const { error } of aside.values()) throw error
      break
    }
    const { id } = next.creation
    try {
      summaries.push(await serveOne(next, options, signal))
      aside.delete(id)
      // What it left or saw to the end is not taken up again, unless something is owed to it later.
      if (!signal.aborted) over.add(id)
    } catch (error) {
      if (signal.aborted) break
      // What was under way is found on the chain by the next search.
      if (isChainOutOfReach(error)) {
        await sleep(retry.backOff.mostMilliseconds, signal).catch(() => undefined)
        continue
      }
      const failures = (aside.get(id)?.failures ?? 0) + 1
      const wait = Math.min(searchMilliseconds * 2 ** Math.min(30, failures - 1), MOST_ASIDE_MILLISECONDS)
      aside.set(id, { error: error as Error, failures, until: Date.now() + wait })
      onSetAside?.(next, error as Error, wait)
    }
  }
  return summaries
}

/** Joins a federation unless the account is a member, and takes part until it is over or left. */
async function serveOne(next: Surveyed, options: ServeOptions, signal: AbortSignal): Promise<NodeSummary> {
  const { client, behaviour, openTrainer, onEvent, onJoin, storeDirectory, backOff, policy } = options
  const { id: federationId, manifest, terms } = next.creation
  const { manifestHash } = terms
  // First the trainer: where there is none, no stake is paid.
  const trainer = await openTrainer(next, parsePublishedManifest(manifest))
  if (!next.isOwn) {
    const consent = (disclosure: Disclosure) => {
      onJoin?.(next, disclosure)
      return true
    }
    try {
      await joinFederation({ client, federationId, manifestHash, consent })
    } catch (error) {
      await trainer.close?.()
      throw error
    }
  }
  const { privacyEpsilon, maximumWaitSeconds = defaultMaximumWaitSeconds, stopAfterRounds } = policy
  const { tokensPerMegagas } = toUnitLimits(policy.tokens[terms.token.toLowerCase() as Hex], next.token)
  return runNode({
    ...behaviour,
    maximumWaitSeconds,
    ...(privacyEpsilon === undefined ? {} : { privacyEpsilon }),
    ...(stopAfterRounds === undefined ? {} : { stopsAfterRounds: stopAfterRounds }),
    ...(tokensPerMegagas === undefined ? {} : { tokensPerMegagas }),
    ...(next.assessment.isOverBudget ? { leavesAfterRounds: 0 } : {}),
    client,
    federationId,
    manifestHash,
    storeDirectory,
    trainer,
    signal,
    ...(backOff === undefined ? {} : { backOff }),
    ...(onEvent === undefined ? {} : { onEvent }),
  })
}
