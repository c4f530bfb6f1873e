import assert from 'node:assert/strict'
import { readFileSync, truncateSync } from 'node:fs'
import { test } from 'node:test'
import { connect, mintDemoTokens, readHistory, readSubmissions, withAccount } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { countSubmissions, type Fixture, startFederation } from '../fixture.ts'
import { runUntilKilled } from '../kill.ts'
import { start } from '../nodes.ts'

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
    for (const event of nodes.flatMap(({ events }) => events)) {
      if (event.kind === 'chain-unreachable') assert.match(event.message, /^No answer from the chain at .*right\.$/)
    }
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

const deaths = [
  { event: 'update-prepared', commitSeconds: 0, hasSigned: false, isResumed: false },
  { event: 'signed', commitSeconds: 0, hasSigned: true, isResumed: true },
  { event: 'sent', commitSeconds: 0, hasSigned: true, isResumed: true },
  { event: 'sent', commitSeconds: 60, hasSigned: true, isResumed: true },
  { event: 'committed', commitSeconds: 60, hasSigned: true, isResumed: false },
] as const

for (const { event, commitSeconds, hasSigned, isResumed } of deaths) {
  const where = commitSeconds > 0 ? ' of its commitment' : ''
  test(`a node killed at "${event}"${where} submits exactly once, and the same update, after it is started again`, async () => {
    const fixture = await startFederation({ members: 1, terms: { rounds: 2, commitSeconds } })
    try {
      const { federationId, clients } = fixture
      const client = clients[0]!
      const left = await runUntilKilled(fixture, event)
      assert.equal(
        left.some((path) => path.includes('attempt-')),
        hasSigned,
      )
      const payload = readFileSync(left.find((path) => path.endsWith('payload-0.bin'))!)

      const again = start(fixture, 0)
      const summary = await again.done
      const [submission, ...more] = await readSubmissions(client, { id: federationId, round: 0 })
      assert.deepEqual(more, [])
      assert.deepEqual(Buffer.from(submission!.payloads[0]!), payload)
      assert.equal(await countSubmissions(client, federationId, client.account.address, 1), 1)
      assert.equal(again.kinds().includes('resumed'), isResumed)
      assert.equal(again.events.filter((one) => one.kind === 'training-started' && one.round === 0).length, 0)
      assert.equal(summary.roundsTaken, 2)
    } finally {
      await fixture.end()
    }
  })
}

test('a node whose record was cut after it had signed sits the round out, and takes part in the next', async () => {
  const fixture = await startFederation({ members: 1, terms: { rounds: 2, submitSeconds: 5 } })
  try {
    const left = await runUntilKilled(fixture, 'signed')
    const record = left.find((path) => path.endsWith('update.json'))!
    truncateSync(record, readFileSync(record).length >> 1)
    const again = start(fixture, 0)
    await again.done
    assert.equal(again.kinds().filter((kind) => kind === 'sat-out').length, 1)
    const { account } = fixture.clients[0]!
    const counts = await Promise.all(
      [0, 1].map((round) => countSubmissions(fixture.clients[0]!, fixture.federationId, account.address, round)),
    )
    assert.deepEqual(counts, [0, 1])
  } finally {
    await fixture.end()
  }
})

/** Kills the first member's node when it has signed and not sent, does something, and runs it to the end. */
async function runAfterSigning(
  meanwhile: (fixture: Fixture) => Promise<void>,
  check: (fixture: Fixture, hash: string) => Promise<void>,
): Promise<void> {
  const fixture = await startFederation({ members: 1, terms: { rounds: 1 } })
  try {
    const left = await runUntilKilled(fixture, 'signed')
    const hash = /attempt-([0-9a-f]+)\.bin/.exec(left.find((path) => path.includes('attempt-'))!)![1]!
    await meanwhile(fixture)
    const summary = await start(fixture, 0).done
    assert.deepEqual([summary.roundsTaken, summary.submitted], [1, 1])
    await check(fixture, `0x${hash}`)
  } finally {
    await fixture.end()
  }
}

test('what was signed and not sent is sent as it was signed', () =>
  runAfterSigning(
    async () => undefined,
    async ({ clients, federationId: id }, hash) => {
      const submissions = await readSubmissions(clients[0]!, { id, round: 0 })
      assert.deepEqual(
        submissions.map(({ transactionHash }) => transactionHash),
        [hash],
      )
    },
  ))

test('when another transaction took its nonce, the update is signed anew and submitted once', () =>
  runAfterSigning(
    async ({ clients, terms }) => {
      await mintDemoTokens(clients[0]!, { to: terms.aggregator, amount: 1n })
    },
    async ({ clients, federationId: id }, hash) => {
      const submissions = await readSubmissions(clients[0]!, { id, round: 0 })
      assert.equal(submissions.length, 1)
      assert.notEqual(submissions[0]!.transactionHash, hash)
    },
  ))

test('when an earlier transaction of the account is lost, the gap below the update is filled and the update mined', () =>
  runAfterSigning(
    async ({ clients }) => {
      const { account, public: client } = clients[0]!
      const used = await client.getTransactionCount({ address: account.address })
      // As after a reorganisation that dropped the last one: the chain waits for a nonce that nobody will send.
      const params = [account.address, `0x${(used - 1).toString(16)}`]
      await client.request({ method: 'anvil_setNonce', params } as never)
    },
    async ({ clients, federationId: id }, hash) => {
      const submissions = await readSubmissions(clients[0]!, { id, round: 0 })
      assert.deepEqual(
        submissions.map(({ transactionHash }) => transactionHash),
        [hash],
      )
    },
  ))

test('when fees have risen above what was signed for, the same nonce is signed for more and submitted once', () =>
  runAfterSigning(
    async ({ clients }) => {
      const request = { method: 'anvil_setNextBlockBaseFeePerGas', params: ['0x5d21dba000'] }
      await clients[0]!.public.request(request as never)
    },
    async ({ clients, federationId: id }, hash) => {
      const submissions = await readSubmissions(clients[0]!, { id, round: 0 })
      assert.equal(submissions.length, 1)
      const transaction = await clients[0]!.public.getTransaction({ hash: submissions[0]!.transactionHash })
      assert.notEqual(transaction.hash, hash)
      assert.ok(transaction.maxFeePerGas! >= 0x5d21dba000n)
    },
  ))

test('a submission that a reorganisation dropped is sent again as it was, and counts once', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1 } })
  try {
    const { clients, federationId: id } = fixture
    const first = start(fixture, 0)
    const submitted = () => first.events.find((event) => event.kind === 'submitted')
    while (submitted() === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    await clients[0]!.public.request({ method: 'anvil_rollback', params: [1] } as never)
    const other = start(fixture, 1)
    await Promise.all([first.done, other.done])
    const submissions = await readSubmissions(clients[0]!, { id, round: 0 })
    const own = submissions.filter(({ member }) => member === clients[0]!.account.address)
    const event = submitted()
    assert.deepEqual(
      own.map(({ transactionHash }) => transactionHash),
      [event?.kind === 'submitted' ? event.cost.hash : ''],
    )
    assert.equal(submissions.length, 2)
  } finally {
    await fixture.end()
  }
})
