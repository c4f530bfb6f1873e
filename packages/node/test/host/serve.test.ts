/** A node that looks for work by itself, on a real chain where some federations cannot be served. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFederation, initialiseDirectModel, readMember } from '@tutti/chain'
import { encodeSetup, type Hex } from '@tutti/core'
import { serializeManifest, toSetup } from '@tutti/learn'
import { serveFederations } from '../../src/host/serve.ts'
import { createLocalTrainer } from '../../src/trainers/local.ts'
import { type Fixture, startFederation, stripes } from '../fixture.ts'

let fixture: Fixture
/** Pays better, so that it is taken up first. */
let better: Hex

before(async () => {
  fixture = await startFederation({ members: 1, accounts: 3, joins: false, terms: { rounds: 1, minimumUpdates: 1 } })
  const { terms, manifest, clients } = fixture
  const other = { ...terms, salt: `0x${'02'.repeat(32)}` as Hex, bounty: 2n * terms.bounty }
  const published = { manifest: serializeManifest(manifest), setup: encodeSetup(toSetup(manifest)) }
  better = (await createFederation(clients[0]!, { terms: other, ...published })).id
  await initialiseDirectModel(clients[0]!, { id: better })
})
after(() => fixture.end())

test('a federation that fails is set aside, and the next one is served to its end', async () => {
  const { clients, federationId, storeDirectory, terms } = fixture
  const client = clients[1]!
  const aside: { id: Hex; message: string; milliseconds: number }[] = []
  const rounds: number[] = []
  const served = serveFederations({
    client,
    storeDirectory,
    policy: { tokens: { [terms.token.toLowerCase()]: { maximumStake: String(terms.stake) } } },
    behaviour: {},
    endsWhenIdle: true,
    searchMilliseconds: 60_000,
    openTrainer: async ({ creation }) => {
      if (creation.id === better) throw new Error('No data for this one.')
      return createLocalTrainer({ dataset: stripes(1), seed: 1 })
    },
    onEvent: (event) => {
      if (event.kind === 'submitted') rounds.push(event.round)
    },
    onSetAside: ({ creation }, { message }, milliseconds) => aside.push({ id: creation.id, message, milliseconds }),
  })
  // What it was set aside for is not lost where the node ends.
  await assert.rejects(served, /No data for this one/)
  assert.deepEqual(aside, [{ id: better, message: 'No data for this one.', milliseconds: 60_000 }])
  assert.deepEqual(rounds, [0])
  const account = client.account.address
  const { owed, stake } = await readMember(client, { id: federationId, account })
  assert.deepEqual([owed, stake], [0n, 0n], 'claimed')
  assert.equal((await readMember(client, { id: better, account })).isMember, false, 'no stake without a trainer')
})

test('one that keeps failing is left alone for longer each time, and taken up again once it can be served', async () => {
  const { clients, storeDirectory, terms } = fixture
  const waits: number[] = []
  const ended = new AbortController()
  const summaries = await serveFederations({
    client: clients[1]!,
    storeDirectory,
    policy: { tokens: { [terms.token.toLowerCase()]: { maximumStake: String(terms.stake) } } },
    behaviour: {},
    searchMilliseconds: 200,
    signal: AbortSignal.any([ended.signal, AbortSignal.timeout(60_000)]),
    openTrainer: async () => {
      if (waits.length < 3) throw new Error('Not yet.')
      return createLocalTrainer({ dataset: stripes(1), seed: 1 })
    },
    onSetAside: (_surveyed, _error, milliseconds) => waits.push(milliseconds),
    // It would search on for ever: what a served federation's node says last ends the test.
    onEvent: (event) => {
      if (event.kind === 'finished') ended.abort()
    },
  })
  assert.deepEqual(waits, [200, 400, 800])
  assert.equal(summaries.length, 1)
  assert.ok(summaries[0]!.rewards > 0n)
})
