/** What a node sends counts as deep in the chain as its owner asks for: own updates and the actions of rounds, on both paths. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHistory } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import type { NodeEvent } from '../../src/status/events.ts'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import { type Fixture, startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

const CONFIRMATIONS = 4

/** Runs nodes of all members while blocks come; how deep each transaction was when it was told of. */
async function depthsOf(fixture: Fixture, members: number, isBlob: boolean): Promise<Map<string, bigint[]>> {
  const { public: chain } = fixture.clients[0]!
  const depths: { kind: string; depth: Promise<bigint> }[] = []
  const depthOf = async (hash: Hex) => {
    const [head, { blockNumber }] = await Promise.all([chain.getBlockNumber(), chain.getTransactionReceipt({ hash })])
    return head - blockNumber + 1n
  }
  const onEvent = (event: NodeEvent) => {
    if ('cost' in event && event.cost !== undefined) depths.push({ kind: event.kind, depth: depthOf(event.cost.hash) })
  }
  const miner = setInterval(() => void chain.request({ method: 'evm_mine' } as never).catch(() => undefined), 100)
  try {
    const options = isBlob ? { sidecarVersion: 0 as const } : {}
    const nodes = fixture.clients
      .slice(0, members)
      .map((client, index) =>
        start(fixture, index, { client: { ...client, confirmations: CONFIRMATIONS }, onEvent, ...options }),
      )
    const end = isBlob ? skipWindows(fixture, nodes) : async () => undefined
    await Promise.all(nodes.map(({ done }) => done))
    await end()
  } finally {
    clearInterval(miner)
  }
  const found = new Map<string, bigint[]>()
  for (const { kind, depth } of depths) found.set(kind, [...(found.get(kind) ?? []), await depth])
  return found
}

for (const path of ['direct', 'blob'] as const) {
  test(`on the ${path} path a transaction counts after as many blocks as the owner asks for`, async () => {
    const members = path === 'direct' ? 2 : 1
    const fixture =
      path === 'direct'
        ? await startFederation({ members, terms: { rounds: 1 } })
        : await startBlobFederation({ members, terms: { rounds: 1 } })
    try {
      const depths = await depthsOf(fixture, members, path === 'blob')
      assert.equal(depths.get('submitted')?.length, members)
      assert.ok(depths.has('aggregated') && depths.has('opened'), [...depths.keys()].join())
      for (const [kind, found] of depths) for (const depth of found) assert.ok(depth >= 4n, `${kind}: ${depth}`)
      const [round] = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
      assert.equal(round?.updates, members)
    } finally {
      await fixture.end()
    }
  })
}
