/**
 * A node that looks for work by itself: finds federations, joins what its owner's policy allows, trains to the end,
 * claims, and looks again.
 *
 * One federation at a time: an account's transactions are numbered in one row, and training fills the machine. Own
 * memberships come first, whatever the policy says by now, since a stake lies in them; then the best paid. One that the
 * privacy budget has no room for is left without an update, and one that does not open is left after a time.
 */
import { type PublishedManifest, parsePublishedManifest } from '@tutti/learn'
import type { NodeBehaviour } from './behaviour.ts'
import { type BackOff, defaultBackOff, isChainOutOfReach, sleep, untilReached } from './connection.ts'
import type { NodeEvent, NodeSummary } from './events.ts'
import { type Disclosure, joinFederation } from './join.ts'
import { runNode } from './run.ts'
import { type Surveyed, type SurveyOptions, surveyFederations } from './survey.ts'
import type { Trainer } from './trainer.ts'
import { defaultMaximumWaitSeconds } from './waiting.ts'

/** What {@link serveFederations} needs. */
export interface ServeOptions extends SurveyOptions {
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
}

const SEARCH_MILLISECONDS = 60_000

/**
 * Serves federations one after another until `signal` aborts.
 *
 * @returns A summary for each that it served.
 * @throws What `runNode` and `joinFederation` throw, connection errors apart.
 */
export async function serveFederations(options: ServeOptions): Promise<NodeSummary[]> {
  const { client, behaviour, openTrainer, onEvent, onSurvey, onJoin } = options
  const signal = options.signal ?? new AbortController().signal
  const patience = { backOff: options.backOff ?? defaultBackOff, signal }
  const summaries: NodeSummary[] = []
  const over = new Set<string>()
  let told = ''
  while (!signal.aborted) {
    let surveyed: Surveyed[]
    try {
      surveyed = await untilReached(() => surveyFederations(options), patience)
    } catch (error) {
      if (signal.aborted) break
      throw error
    }
    const state = surveyed
      .map(({ creation, isOwn, judgement }) => [creation.id, isOwn, judgement.refusals].join())
      .join()
    if (state !== told) onSurvey?.(surveyed)
    told = state
    const next = surveyed.find(({ creation, isOwn, judgement }) => {
      return !over.has(creation.id) && (isOwn || judgement.isWanted)
    })
    if (next === undefined) {
      if (options.endsWhenIdle === true) break
      await sleep(options.searchMilliseconds ?? SEARCH_MILLISECONDS, signal).catch(() => undefined)
      continue
    }
    const { id: federationId, manifest: bytes, terms } = next.creation
    const { manifestHash } = terms
    if (next.own?.isMember !== true && !next.isOwn) {
      const consent = (disclosure: Disclosure) => {
        onJoin?.(next, disclosure)
        return true
      }
      try {
        await joinFederation({ client, federationId, manifestHash, consent })
      } catch (error) {
        // What was under way is found on the chain by the next search.
        if (!isChainOutOfReach(error)) throw error
        await sleep(patience.backOff.mostMilliseconds, signal).catch(() => undefined)
        continue
      }
    }
    const trainer = await openTrainer(next, parsePublishedManifest(bytes))
    const { storeDirectory, backOff, policy } = options
    const { privacyEpsilon, maximumWaitSeconds = defaultMaximumWaitSeconds } = policy
    const summary = await runNode({
      ...behaviour,
      maximumWaitSeconds,
      ...(privacyEpsilon === undefined ? {} : { privacyEpsilon }),
      ...(next.judgement.isOverBudget ? { leavesAfterRounds: 0 } : {}),
      client,
      federationId,
      manifestHash,
      storeDirectory,
      trainer,
      signal,
      ...(backOff === undefined ? {} : { backOff }),
      ...(onEvent === undefined ? {} : { onEvent }),
    })
    summaries.push(summary)
    // What it left or saw to the end is not taken up again, unless something is owed to it later.
    if (!signal.aborted) over.add(federationId)
  }
  return summaries
}
