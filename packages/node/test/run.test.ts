import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, readEvents, readHistory, readStatus, testAccounts, withAccount } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { toHex } from '@tutti/core'
import type { NodeEvent, NodeSummary } from '../src/events.ts'
import { NotAMemberError, type RunNodeOptions, runNode } from '../src/run.ts'
import { storeDirectory } from '../src/store.ts'
import type { Trainer } from '../src/trainer.ts'
import { createLocalTrainer } from '../src/trainers/local.ts'
import { countSubmissions, type Fixture, startFederation, stripes } from './fixture.ts'

const quick = { firstMilliseconds: 50, mostMilliseconds: 400, random: Math.random }

/** Runs a node of the fixture's member `index`; the events are kept. */
function start(fixture: Fixture, index: number, change: Partial<RunNodeOptions> = {}) {
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

async function runAll(fixture: Fixture, change: Partial<RunNodeOptions> = {}): Promise<NodeSummary[]> {
  return Promise.all(fixture.clients.slice(0, fixture.terms.cohortSize).map((_, i) => start(fixture, i, change).done))
}

test('three nodes train a federation to its end, in turn, and are paid to the last unit', async () => {
  const fixture = await startFederation({ members: 3 })
  try {
    const { federationId: id, clients, terms } = fixture
    const events: NodeEvent[] = []
    const summaries = await runAll(fixture, { onEvent: (event) => events.push(event) })
    const history = await readHistory(clients[0]!, { id })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [3, 3, 3],
    )
    for (const { account } of clients.slice(0, 3)) {
      for (const round of [0, 1, 2]) assert.equal(await countSubmissions(clients[0]!, id, account.address, round), 1)
    }
    const losses = events.flatMap((event) => (event.kind === 'training-finished' ? [event.metrics.loss!] : []))
    assert.ok(losses.at(-1)! < losses[0]!, `${losses}`)
    assert.equal(events.filter(({ kind }) => kind === 'aggregated').length, 9)
    for (const summary of summaries) {
      assert.equal(summary.reason, 'the federation is finished')
      assert.equal(summary.roundsTaken, 3)
      assert.equal(summary.submitted, 3)
      assert.ok(summary.rewards > 0n && summary.gasUsed > 0n && summary.seconds.training > 0)
    }
    const { staked, owed, unspent } = await readStatus(clients[0]!, { id })
    assert.deepEqual({ staked, owed, unspent }, { staked: 0n, owed: 0n, unspent: 0n })
    const claimed = summaries.reduce((sum, summary) => sum + summary.claimed, 0n)
    assert.equal(claimed, terms.stake * 3n + terms.bounty)
    const earned = summaries.reduce((sum, { rewards, keeperPay }) => sum + rewards + keeperPay, 0n)
    assert.ok(earned <= terms.bounty)
  } finally {
    await fixture.end()
  }
})

test('rotating shards, a commit phase and a sampled cohort make a federation too', async () => {
  const terms = { shardsPerMember: 1, commitSeconds: 60, cohortSize: 2, minimumUpdates: 1, rounds: 2 }
  const fixture = await startFederation({ members: 3, terms, blockTimeSeconds: 1 })
  try {
    const events: NodeEvent[] = []
    const nodes = [0, 1, 2].map((index) => start(fixture, index, { onEvent: (event) => events.push(event) }))
    await Promise.all(nodes.map(({ done }) => done))
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [2, 2],
    )
    const count = (kind: NodeEvent['kind']) => events.filter((event) => event.kind === kind).length
    assert.deepEqual([count('committed'), count('submitted'), count('drawn')], [4, 4, 2])
  } finally {
    await fixture.end()
  }
})

test('a round with too few updates is closed by somebody, and the absent member is back in the next', async () => {
  const fixture = await startFederation({ members: 2, terms: { submitSeconds: 4, rounds: 2 } })
  try {
    const present = start(fixture, 0)
    while (!present.kinds().includes('round-failed')) await new Promise((resolve) => setTimeout(resolve, 50))
    const late = start(fixture, 1)
    await Promise.all([present.done, late.done])
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [0, 2],
    )
    assert.equal(
      await countSubmissions(fixture.clients[0]!, fixture.federationId, fixture.clients[0]!.account.address, 0),
      1,
    )
  } finally {
    await fixture.end()
  }
})

test('a member who leaves takes part to the end of the round, gets its stake back, and its node ends', async () => {
  const fixture = await startFederation({ members: 3, terms: { minimumUpdates: 1 } })
  try {
    const leaver = start(fixture, 0, { leavesAfterRounds: 1 })
    const others = [1, 2].map((index) => start(fixture, index))
    const summary = await leaver.done
    assert.equal(summary.reason, 'this account is not a member')
    assert.ok(summary.claimed >= fixture.terms.stake)
    await Promise.all(others.map(({ done }) => done))
    const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.equal(history.at(-1)!.updates, 2)
  } finally {
    await fixture.end()
  }
})

test('nodes whose chain goes away wait for it, and go on where they were when it is back', async () => {
  const fixture = await startFederation({ members: 2 })
  let chain = fixture.chain
  try {
    const nodes = [start(fixture, 0), start(fixture, 1)]
    while (!nodes[0]!.kinds().includes('submitted')) await new Promise((resolve) => setTimeout(resolve, 20))
    await chain.stop()
    while (!nodes.every((node) => node.kinds().filter((kind) => kind === 'chain-unreachable').length > 2)) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    chain = await startLocalChain({ directory: fixture.chainDirectory, port: chain.port, accounts: 4 })
    await Promise.all(nodes.map(({ done }) => done))
    assert.ok(nodes.every((node) => node.kinds().includes('chain-back')))
    const client = withAccount(await connect({ rpcUrl: chain.rpcUrl }), chain.accounts[0]!)
    const history = await readHistory(client, { id: fixture.federationId })
    assert.deepEqual(
      history.map(({ updates }) => updates),
      [2, 2, 2],
    )
    for (const { account } of fixture.clients.slice(0, 2)) {
      for (const round of [0, 1, 2]) {
        assert.equal(await countSubmissions(client, fixture.federationId, account.address, round), 1)
      }
    }
  } finally {
    await chain.stop()
    await fixture.end()
  }
})

for (const event of ['update-prepared', 'signed', 'sent'] as const) {
  test(`a node killed at "${event}" submits exactly once after it is started again`, async () => {
    const fixture = await startFederation({ members: 1, terms: { rounds: 2 } })
    try {
      const { federationId, storeDirectory: directory, chain, clients } = fixture
      const client = clients[0]!
      const key = testAccounts(1)[0]!
      const privateKey = toHex((key as unknown as { getHdKey(): { privateKey: Uint8Array } }).getHdKey().privateKey)
      const options = { rpcUrl: chain.rpcUrl, privateKey, federationId, storeDirectory: directory, event }
      const script = fileURLToPath(new URL('./killed-node.ts', import.meta.url))
      const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, JSON.stringify(options)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
      assert.equal(signal, 'SIGKILL')
      const place = { root: directory, chainId: client.chainId, federationId, account: client.account.address }
      const left = readdirSync(`${storeDirectory(place)}/round-0`)
      assert.equal(
        left.some((name) => name.startsWith('attempt-')),
        event !== 'update-prepared',
      )

      const again = start(fixture, 0)
      const summary = await again.done
      assert.equal(await countSubmissions(client, federationId, client.account.address, 0), 1)
      assert.equal(await countSubmissions(client, federationId, client.account.address, 1), 1)
      assert.equal(
        again.events.some(({ kind }) => kind === 'resumed'),
        event !== 'update-prepared',
      )
      assert.equal(again.events.filter((one) => one.kind === 'training-started' && one.round === 0).length, 0)
      assert.equal(summary.roundsTaken, 2)
    } finally {
      await fixture.end()
    }
  })
}

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
    await assert.rejects(node.done, { name: 'NonFiniteTrainingError', message: /weight 5.*nothing was sent/ })
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
  await assert.rejects(start(shared, 0).done, { name: 'InsufficientFundsError', message: /Send it funds/ })
  await setBalance('0xde0b6b3a7640000')
  await assertNothingSent(shared)
})

test('an account that has not joined is told to join, and leaves no lock behind', async () => {
  const stranger = shared.clients.length - 1
  await assert.rejects(start(shared, stranger).done, NotAMemberError)
  const account = shared.clients[stranger]!.account.address
  const place = { root: shared.storeDirectory, chainId: 31_337, federationId: shared.federationId, account }
  assert.equal(existsSync(`${storeDirectory(place)}/lock`), false)
})
