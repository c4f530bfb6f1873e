/**
 * Nodes of a fixture's members, and what they told.
 */

import { type RunNodeOptions, runNode } from '../src/loop/run.ts'
import type { NodeEvent, NodeSummary } from '../src/status/events.ts'
import { createLocalTrainer } from '../src/trainers/local.ts'
import { type Fixture, stripes } from './fixture.ts'

const quick = { firstMilliseconds: 50, mostMilliseconds: 400, random: Math.random }

/** Runs a node of the fixture's member `index`; the events are kept. */
export function start(fixture: Fixture, index: number, change: Partial<RunNodeOptions> = {}) {
  const events: NodeEvent[] = []
  const { federationId, storeDirectory: directory } = fixture
  const done = runNode({
    client: fixture.clients[index]!,
    federationId,
    storeDirectory: directory,
    trainer: createLocalTrainer({ dataset: stripes(index + 1), seed: index }),
    staggerSeconds: 2,
    backOff: quick,
    ...change,
    onEvent: (event) => {
      events.push(event)
      change.onEvent?.(event)
    },
  })
  // A test may look at the failure later than it happens.
  done.catch(() => undefined)
  return { done, events, kinds: () => events.map(({ kind }) => kind) }
}

/** Runs all members' nodes to the end. */
export async function runAll(fixture: Fixture, change: Partial<RunNodeOptions> = {}): Promise<NodeSummary[]> {
  return Promise.all(fixture.clients.slice(0, fixture.terms.cohortSize).map((_, i) => start(fixture, i, change).done))
}
