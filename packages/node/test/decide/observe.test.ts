import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContractError, readMember, readObservation, readPosition, readRound, readStatus } from '@tutti/chain'
import { createPublicClient, http } from 'viem'
import { observe } from '../../src/decide/observe.ts'
import { createPace } from '../../src/loop/poll.ts'
import { startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

test('one call shows what the views show one by one, in every phase, and names what is wrong', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 2 } })
  try {
    const { clients, federationId: id, chain, terms } = fixture
    let calls: string[] = []
    const counted = http(chain.rpcUrl, {
      onFetchRequest: async (request) => {
        calls.push(...([await request.clone().json()].flat() as { method: string }[]).map(({ method }) => method))
      },
    })
    const client = { ...clients[0]!, public: createPublicClient({ transport: counted }) as never }
    const account = clients[1]!.account.address
    const compare = async () => {
      const at = await clients[0]!.public.getBlock()
      const [round, status, member, position] = await Promise.all([
        readRound(clients[0]!, { id }),
        readStatus(clients[0]!, { id }),
        readMember(clients[0]!, { id, account }),
        readPosition(clients[0]!, { id, account }),
      ])
      const block = { number: at.number, timestamp: Number(at.timestamp) }
      calls = []
      assert.deepEqual(await readObservation(client, { id, account }), { block, round, status, member, position })
      assert.deepEqual(calls, ['eth_call'])
    }
    await compare()
    const nodes = [0, 1].map((index) => start(fixture, index))
    await Promise.all(nodes.map(({ done }) => done))
    await compare()
    const { status } = await observe(client, id, terms, account)
    assert.equal(status.isFinished, true)
    await assert.rejects(readObservation(client, { id: `0x${'12'.repeat(32)}`, account }), ContractError)
    await assert.rejects(
      readObservation({ ...client, core: account }, { id, account }),
      /no Federation contract|NotDeployed/i,
    )
  } finally {
    await fixture.end()
  }
})

test('a node looks at its chain at most once a block and as often as its owner wants, and less while nothing happens', () => {
  const pace = createPace(2_000, 15_000)
  assert.equal(pace.milliseconds(), 2_000)
  pace.note({ number: 10n, timestamp: 1000 })
  pace.note({ number: 12n, timestamp: 1024 })
  assert.equal(pace.milliseconds(), 12_000)
  pace.note({ number: 13n, timestamp: 1324 })
  assert.equal(pace.milliseconds(), 15_000)
  const quiet = createPace(2_000, 7_500)
  for (let look = 0; look < 50; look++) quiet.slow()
  assert.equal(quiet.milliseconds(), 7_500)
  quiet.quicken()
  assert.equal(quiet.milliseconds(), 2_000)
  const fixed = createPace(100, 100)
  fixed.slow()
  fixed.note({ number: 1n, timestamp: 0 })
  fixed.note({ number: 2n, timestamp: 12 })
  assert.equal(fixed.milliseconds(), 100)
})
