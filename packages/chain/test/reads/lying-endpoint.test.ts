/** Endpoints that answer what no chain would, or never the same: what asks them ends, says so, and shows nothing of it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeFunctionData, encodeAbiParameters, encodeEventTopics, encodeFunctionResult, getAbiItem } from 'viem'
import { federationAbi } from '../../src/abi/federation.ts'
import {
  ChainBehindError,
  type ChainClient,
  connect,
  InconsistentHistoryError,
  MalformedAnswerError,
  readBlockTime,
  readFederationLogs,
  readHistory,
  readManifest,
  readMembers,
  readObservation,
  readRoundHistory,
  readStatus,
} from '../../src/index.ts'
import type { LocalChain } from '../../src/local/local.ts'
import { type Behaviour, failure, type Request, startEndpoint } from '../endpoint.ts'
import { startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
let federation: Awaited<ReturnType<typeof startFederation>>
before(async () => {
  ;({ chain, client } = await startFixture())
  federation = await startFederation(chain, client)
})
after(() => chain.stop())

/** Runs `look` against an endpoint. */
async function through<T>(behaviour: Behaviour, look: (client: ChainClient) => Promise<T>) {
  const endpoint = await startEndpoint(chain.rpcUrl, behaviour)
  try {
    const looking = await connect({ rpcUrl: endpoint.url, retries: 0 })
    return { seen: await look(looking), endpoint }
  } finally {
    await endpoint.close()
  }
}

const refusesBareCalls = ({ method, params }: Request) =>
  method === 'eth_call' && params[0].to === undefined ? failure(-32602, 'missing "to"') : undefined
const mine = () => client.public.request({ method: 'anvil_mine', params: ['0x1'] } as never)

test('one look is as of one block, though blocks come faster than answers', async () => {
  const { id } = federation
  const account = federation.members[0]!.account!.address
  const answer: Behaviour['answer'] = async (request, forward) => {
    const answered = refusesBareCalls(request) ?? (await forward())
    await mine()
    return answered
  }
  const { seen, endpoint } = await through({ answer }, (looking) => readObservation(looking, { id, account }))
  assert.equal(seen.member.isMember, true)
  assert.equal(seen.status.members, 3)
  assert.equal(endpoint.count('eth_getBlockByNumber'), 2)
  const asked = endpoint.asked.filter(({ method, params }) => method === 'eth_call' && params[0].to !== undefined)
  assert.deepEqual([...new Set(asked.map(({ params }) => params[1]))], [`0x${seen.block.number.toString(16)}`])
})

test('a block that is another one each time is not looked for for ever', async () => {
  const { id } = federation
  const account = federation.members[0]!.account!.address
  let looks = 0
  const hash = () => `0x${(++looks).toString(16).padStart(64, '0')}`
  const behaviour: Behaviour = {
    answer: refusesBareCalls,
    bend: ({ method }, result) => (method === 'eth_getBlockByNumber' ? { ...result, hash: hash() } : result),
  }
  await assert.rejects(
    through(behaviour, (looking) => readObservation(looking, { id, account })),
    ChainBehindError,
  )
  assert.equal(looks, 6)
})

/** Gives full pages of members and rounds for ever, or `excess` more than was asked for. */
const fullPages = (excess = 0): Behaviour => ({
  answer: ({ method, params }) => {
    if (method !== 'eth_call') return undefined
    let call: { functionName: string; args: readonly unknown[] | undefined }
    try {
      call = decodeFunctionData({ abi: federationAbi, data: params[0].data })
    } catch {
      return undefined
    }
    const { functionName, args = [] } = call
    if (functionName !== 'history' && functionName !== 'membersOf') return undefined
    const entry =
      functionName === 'membersOf'
        ? chain.accounts[1]!.address
        : { openedAt: 1, closedAt: 2, cohort: 3, updates: 3, paid: 10n ** 38n }
    const result = Array.from({ length: Number(args[2]) + excess }, () => entry)
    return { result: encodeFunctionResult({ abi: federationAbi, functionName, result } as never) }
  },
})

test('no more rounds are read than the terms have, and no more members than there are', async () => {
  const { id, terms } = federation
  const { seen } = await through(fullPages(), async (looking) => [
    (await readHistory(looking, { id })).length,
    (await readHistory(looking, { id, from: 1, count: 100 })).length,
    (await readMembers(looking, { id })).length,
    (await readMembers(looking, { id, most: 2 })).length,
  ])
  assert.deepEqual(seen, [terms.rounds, terms.rounds - 1, (await readStatus(client, { id })).members, 2])
  for (const read of [readHistory, readMembers]) {
    await assert.rejects(
      through<unknown>(fullPages(1), (looking) => read(looking, { id })),
      MalformedAnswerError,
    )
  }
})

for (const [what, bent] of [
  ['are no list', { logs: 'yes' }],
  ['are nothing', [null]],
  ['have no topics', [{ address: `0x${'1'.repeat(40)}`, data: '0x', blockNumber: '0x1', logIndex: '0x0' }]],
  ['stand in a block that is no number', [{ topics: [], data: '0x', blockNumber: 'one', logIndex: '0x0' }]],
] as const) {
  test(`logs that ${what} are named as the endpoint's fault, and not asked for in parts`, async () => {
    const { id } = federation
    for (const read of [readManifest, (looking: ChainClient) => readFederationLogs(looking, { id, fromBlock: 0n })]) {
      const behaviour: Behaviour = { bend: ({ method }, result) => (method === 'eth_getLogs' ? bent : result) }
      const { seen, endpoint } = await through(behaviour, (looking) =>
        read(looking, { id }).then(
          () => undefined,
          (error: Error) => error,
        ),
      )
      assert.ok(seen instanceof Error, what)
      assert.equal(seen.name, 'MalformedAnswerError', `${seen.name}: ${seen.message}`)
      assert.match(seen.message, /The endpoint at http:\/\/127\.0\.0\.1:\d+ answered what no chain gives/)
      assert.equal(endpoint.count('eth_getLogs'), 1)
    }
  })
}

test('a time that no date has is named as the endpoint’s fault', async () => {
  const behaviour: Behaviour = {
    bend: ({ method }, result) =>
      method === 'eth_getBlockByNumber' ? { ...result, timestamp: '0xffffffffffffff' } : result,
  }
  await assert.rejects(
    through(behaviour, (looking) => readBlockTime(looking)),
    MalformedAnswerError,
  )
})

test('a settled round that the contract has no record of is not shown', async () => {
  const { id } = federation
  const { inputs } = getAbiItem({ abi: federationAbi, name: 'RoundSettled' })
  const values = inputs.filter(({ indexed }) => indexed !== true)
  const data = encodeAbiParameters(
    values,
    values.map(({ type }) => (type === 'bytes32' ? id : type.startsWith('uint') ? 3 : [])) as never,
  )
  const topics = encodeEventTopics({ abi: federationAbi, eventName: 'RoundSettled', args: { id, round: 0 } as never })
  const behaviour: Behaviour = {
    bend: ({ method, params }, result) =>
      method !== 'eth_getLogs' || params[0].topics[0] !== null
        ? result
        : [...result, { ...result.at(-1), logIndex: '0x99', data, topics }],
  }
  await assert.rejects(
    through(behaviour, (looking) => readRoundHistory(looking, { id })),
    InconsistentHistoryError,
  )
})
