/**
 * What a node would do at this moment, and why. Observes and decides as a running node does, and stops there: nothing is
 * signed, sent or written.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { planNode } from '@tutti/node'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const plan = await planNode({ client: members[1]!, federationId, storeDirectory }) // looks, and sends nothing
 * plan.phase // → 'finished'
 * plan.isMember // → true
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import type { ChainClient } from '@tutti/chain'
import { assignedShards, type Hex, phaseAt } from '@tutti/core'
import type { Action } from '../decide/action.ts'
import { createChainClock } from '../decide/clock.ts'
import { decide } from '../decide/next-action.ts'
import { observe } from '../decide/observe.ts'
import type { OwnState } from '../decide/state.ts'
import { peekRound } from '../disk/store.ts'
import { readFederation } from '../joining/federation.ts'
import { openBudget } from '../privacy/budget.ts'
import { epsilonOf } from '../privacy/epsilon.ts'
import { checkBehaviour, type NodeBehaviour } from '../settings/behaviour.ts'
import { fillDefaults } from './owner-settings.ts'
import { hasSubmitted } from './progress.ts'
import { NodeAccountError } from './run.ts'

/** What {@link planNode} needs: what `runNode` would be given. */
export interface PlanOptions extends NodeBehaviour {
  client: ChainClient
  federationId: Hex
  storeDirectory: string
}

/** A node's view of a federation, and its decision. Times in seconds of the chain. */
export interface NodePlan {
  account: Hex
  federationId: Hex
  block: bigint
  now: number
  isMember: boolean
  members: number
  /** From 0. */
  round: number
  phase: string
  /** Exclusive end of the phase; undefined where it has none. */
  endsAt: number | undefined
  /** Position in the cohort; undefined when this member is not in it. */
  position: number | undefined
  shards: number[]
  /** What lies on disk of this round. */
  record: 'none' | 'update' | 'forfeited'
  /** ε of a row that the manifest promises over all rounds; undefined if none. */
  epsilon: number | undefined
  /** Why the privacy budget allows no update here; undefined if it does, or if there is none. */
  budgetRefusal: string | undefined
  /** The first decision; where members take turns, the turn is counted from now. */
  action: Action
}

/**
 * Observes and decides once.
 *
 * @throws `NodeOptionError` `StaleManifestError` `ChainUnreachableError` and the other errors of reading.
 */
export async function planNode(options: PlanOptions): Promise<NodePlan> {
  const { client, federationId } = options
  const account = client.account?.address
  if (account === undefined) throw new NodeAccountError()
  checkBehaviour(options)
  const { terms, manifest, pathName } = await readFederation(client, federationId, options.manifestHash)
  const observation = await observe(client, federationId, terms, account)
  const clock = createChainClock()
  clock.observe(observation.block)
  const now = clock.now()
  const { round, position, status, member, block } = observation
  const store = { root: options.storeDirectory, chainId: client.chainId, federationId, account }
  const record = peekRound(store, round.number)
  const own: OwnState = {
    ...fillDefaults(client.chainId, terms, options),
    record,
    watch: { kind: pathName === 'blob' ? 'due' : 'unneeded' },
    since: now,
    wantsToLeave: (options.leavesAfterRounds ?? Infinity) - (hasSubmitted(observation) ? 1 : 0) <= 0,
    isClaimed: false,
  }
  const { phase, endsAt } = phaseAt(round, terms, now)
  return {
    account,
    federationId,
    block: block.number,
    now,
    isMember: member.isMember,
    members: status.members,
    round: round.number,
    phase: status.isFinished ? 'finished' : phase,
    endsAt: endsAt === 0 ? undefined : endsAt,
    position,
    shards: position === undefined ? [] : assignedShards(terms, position, round.number),
    record: record.kind,
    epsilon: epsilonOf(manifest, terms.rounds),
    budgetRefusal: openBudget(
      options.storeDirectory,
      { chainId: client.chainId, federationId, account },
      { terms, manifest },
      options.privacyEpsilon,
    ).refusal(),
    action: decide(observation, own, now),
  }
}
