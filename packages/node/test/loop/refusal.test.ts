import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { readEvents } from '@tutti/chain'
import { storeDirectory } from '../../src/disk/store.ts'
import { NotAMemberError } from '../../src/loop/run.ts'
import type { Trainer } from '../../src/trainers/interface.ts'
import { createLocalTrainer } from '../../src/trainers/local.ts'
import { type Fixture, startFederation, stripes } from '../fixture.ts'
import { start } from '../nodes.ts'

/** One federation for all that is refused before anything is sent. */
let shared: Fixture
before(async () => {
  shared = await startFederation({ members: 2 })
})
after(() => shared.end())

async function assertNothingSent(fixture: Fixture): Promise<void> {
  const events = await readEvents(fixture.clients[0]!, {
    eventName: 'Submitted',
    id: fixture.federationId,
    fromBlock: 0n,
  })
  assert.deepEqual(events, [])
}

test('weights that are no numbers are refused before anything is sent', async () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const broken: Trainer = {
      train: async ({ weights }) => ({ weights: weights.fill(value, 5, 6), metrics: { examples: 1 } }),
    }
    const node = start(shared, 0, { trainer: broken })
    await assert.rejects(node.done, { name: 'NonFiniteTrainingError', message: /weight 5.*Nothing was sent/ })
    assert.equal(node.events.at(-1)!.kind, 'failed')
  }
  await assertNothingSent(shared)
})

test('weights of another length than the model are refused before anything is sent', async () => {
  const short: Trainer = { train: async () => ({ weights: new Float32Array(7), metrics: { examples: 1 } }) }
  await assert.rejects(start(shared, 0, { trainer: short }).done, { name: 'UpdateLengthError' })
  await assertNothingSent(shared)
})

test('another manifest than the one agreed to is refused', async () => {
  const node = start(shared, 0, { manifestHash: `0x${'12'.repeat(32)}` })
  await assert.rejects(node.done, { name: 'StaleManifestError', message: /join again/ })
  await assertNothingSent(shared)
})

test('a data set of another form is refused', async () => {
  const dataset = { ...stripes(1), features: 8, count: 96, labels: new Int32Array(96) }
  await assert.rejects(start(shared, 0, { trainer: createLocalTrainer({ dataset }) }).done, {
    name: 'UnfitDatasetError',
  })
  await assertNothingSent(shared)
})

test('a key with no funds is told what to do', async () => {
  const client = shared.clients[0]!
  const setBalance = (balance: string) =>
    client.public.request({ method: 'anvil_setBalance', params: [client.account.address, balance] } as never)
  await setBalance('0x0')
  await assert.rejects(start(shared, 0).done, { name: 'InsufficientFundsError', message: /Send it some/ })
  await setBalance('0xde0b6b3a7640000')
  await assertNothingSent(shared)
})

test('an option that makes no sense is refused by its name', async () => {
  const wrong = [
    { staggerSeconds: 0 },
    { marginSeconds: Number.NaN },
    { leavesAfterRounds: 1.5 },
    { keepsRounds: -1 },
    { pollMilliseconds: -5 },
    { bytesPerTransaction: 0 },
    { roundingSeed: 2 ** 60 },
    { manifestHash: '0x12' as const },
  ]
  for (const option of wrong) {
    const [key] = Object.keys(option)
    await assert.rejects(start(shared, 0, option).done, { name: 'NodeOptionError', key })
  }
})

test('an account that has not joined is told to join, and leaves no lock behind', async () => {
  const stranger = shared.clients.length - 1
  await assert.rejects(start(shared, stranger).done, NotAMemberError)
  const account = shared.clients[stranger]!.account.address
  const place = { root: shared.storeDirectory, chainId: 31_337, federationId: shared.federationId, account }
  assert.equal(existsSync(`${storeDirectory(place)}/lock`), false)
})

test('two nodes of one member do not run on one store', async () => {
  const fixture = await startFederation({ members: 2 })
  try {
    const stop = new AbortController()
    const first = start(fixture, 0, { signal: stop.signal })
    await assert.rejects(start(fixture, 0).done, { name: 'StoreLockedError' })
    stop.abort()
    assert.equal((await first.done).reason, 'stopped')
  } finally {
    await fixture.end()
  }
})
