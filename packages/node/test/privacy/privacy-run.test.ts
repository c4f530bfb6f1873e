/** What a node sends of its owner's rows, and when: noise drawn once, counted before it goes out, and no further. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFederation, initialiseDirectModel, readEvents, readMember } from '@tutti/chain'
import { encodeSetup, type Hex, keccak256, toHex } from '@tutti/core'
import {
  readTable,
  type StatisticsManifest,
  serializeStatisticsManifest,
  statisticsDimension,
  toStatisticsSetup,
} from '@tutti/learn'
import { openStore } from '../../src/disk/store.ts'
import { joinFederation } from '../../src/joining/join.ts'
import { type RunNodeOptions, runNode } from '../../src/loop/run.ts'
import { readSpendings } from '../../src/privacy/ledger.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { createStatisticsTrainer } from '../../src/trainers/statistics.ts'
import { countSubmissions, type Fixture, startFederation } from '../fixture.ts'

let fixture: Fixture
before(async () => {
  fixture = await startFederation({ members: 1, accounts: 3, joins: false })
})
after(() => fixture.end())

const table = readTable('maker\nArno\n')
const columns = [{ kind: 'category' as const, name: 'maker', categories: ['Arno', 'Bellis'] }]
const plan = { columns, bits: 8 as const, largestCount: 100, minimumMembers: 1, exposesFew: true as const }

/** A statistics round of one member, who has joined it. */
async function found(name: string, noise: StatisticsManifest['noise'], rounds = 1): Promise<Hex> {
  const client = fixture.clients[0]!
  const about = { purpose: 'a test', licence: 'MIT', contact: 'none', publicity: 'counts' }
  const kind = { version: 1 as const, kind: 'statistics' as const, name, ...about, plan }
  const manifest = noise === undefined ? kind : { ...kind, noise }
  const bytes = serializeStatisticsManifest(manifest)
  const setup = encodeSetup(toStatisticsSetup(manifest))
  const dimension = statisticsDimension(plan)
  const size = { dimension, shardSize: 64, shardsPerMember: 1, bits: 8, laneBits: 16 }
  const members = { rounds, cohortSize: 1, minimumUpdates: 1, submitSeconds: 600, bounty: 1_000n * BigInt(rounds) }
  const hashes = { manifestHash: keccak256(bytes), setupHash: keccak256(setup) }
  const terms = { ...fixture.terms, ...hashes, ...size, ...members }
  const { id } = await createFederation(client, { terms, manifest: bytes, setup })
  await initialiseDirectModel(client, { id })
  await joinFederation({ client, federationId: id, consent: () => true })
  return id
}

const noise = { mechanism: 'discrete-laplace' as const, epsilon: [1, 2] as [number, number] }
const run = (federationId: Hex, storeDirectory: string, change: Partial<RunNodeOptions> = {}) =>
  runNode({
    client: fixture.clients[0]!,
    federationId,
    storeDirectory,
    trainer: createStatisticsTrainer({ table }),
    staggerSeconds: 1,
    ...change,
  })
const rootOf = (name: string) => `${fixture.storeDirectory}-${name}`
const account = () => fixture.clients[0]!.account.address

test('a node that is stopped before it sends sends the noise it had drawn, and never draws again', async () => {
  const id = await found('stopped', noise)
  const root = rootOf('stopped')
  const stop = new AbortController()
  const onEvent = ({ kind }: NodeEvent) => {
    if (kind === 'update-prepared') stop.abort()
  }
  await run(id, root, { signal: stop.signal, onEvent, privacyEpsilon: 0.5 })
  const place = { root, chainId: fixture.clients[0]!.chainId, federationId: id, account: account() }
  const store = openStore(place)
  const record = store.load(0)
  store.close()
  assert.equal(record.kind, 'update')
  const again = { train: () => assert.fail('drew noise a second time') }
  const { roundsTaken } = await run(id, root, { trainer: again, privacyEpsilon: 0.5 })
  assert.equal(roundsTaken, 1)
  assert.equal(await countSubmissions(fixture.clients[0]!, id, account(), 0), 1)
  const [sent] = await readEvents(fixture.clients[0]!, { eventName: 'Submitted', id, fromBlock: 0n })
  const payload = record.kind === 'update' ? toHex(record.update.payloads[0]!) : ''
  const { input } = await fixture.clients[0]!.public.getTransaction({ hash: sent!.transactionHash })
  assert.ok(payload.length > 2 && input.includes(payload.slice(2)))
  assert.deepEqual(
    readSpendings(root).map(({ federationId, epsilon }) => [federationId, epsilon]),
    [[id, 0.5]],
  )
})

test('the entry is on disk before anything is signed', async () => {
  const id = await found('signed', noise)
  const root = rootOf('signed')
  const seen: [string, number][] = []
  await run(id, root, {
    onEvent: ({ kind }) => {
      if (kind === 'update-prepared' || kind === 'signed') seen.push([kind, readSpendings(root).length])
    },
  })
  assert.deepEqual(seen, [
    ['update-prepared', 0],
    ['signed', 1],
  ])
})

test('what would pass the budget is not counted, not sent, and said: all rounds of the terms together', async () => {
  for (const [name, ask, rounds, budget, reason] of [
    ['small', noise, 1, 0.4, /its ε is 0\.5; policy\.privacyEpsilon allows 0\.4/],
    ['rounds', noise, 3, 1.4, /its ε is 1\.5; policy\.privacyEpsilon allows 1\.4/],
    ['exact', undefined, 1, 100, /its manifest states no ε/],
  ] as const) {
    const id = await found(name, ask === undefined ? undefined : { ...ask }, rounds)
    const stop = new AbortController()
    const reasons: string[] = []
    await run(id, rootOf(name), {
      privacyEpsilon: budget,
      trainer: { train: () => assert.fail('counted in vain') },
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind !== 'sat-out') return
        reasons.push(event.reason)
        stop.abort()
      },
    })
    assert.match(reasons.join(), reason)
    assert.deepEqual(readSpendings(rootOf(name)), [])
    assert.equal(await countSubmissions(fixture.clients[0]!, id, account(), 0), 0)
    // Joining says no beforehand.
    const other = fixture.clients[1]!
    const join = joinFederation({
      client: other,
      federationId: id,
      consent: () => assert.fail('asked in vain'),
      privacy: { storeDirectory: rootOf(name), budget },
    })
    await assert.rejects(join, { name: 'PrivacyBudgetError', message: reason })
    assert.equal((await readMember(other, { id, account: other.account.address })).isMember, false)
  }
})
