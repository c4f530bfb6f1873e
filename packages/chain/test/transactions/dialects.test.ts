/** A real chain behind endpoints that fail as clients and providers do: nothing is sent twice, and nothing is lost. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Hex, parseTransaction } from 'viem'
import {
  aggregateDirect,
  type ChainClient,
  ConflictingLogsError,
  connect,
  mintDemoTokens,
  NonceTakenError,
  prepareTransaction,
  readSubmissions,
  replaceTransaction,
  replayDirect,
  sendPrepared,
  submitDirect,
  TransactionPendingError,
} from '../../src/index.ts'
import type { LocalChain } from '../../src/local/local.ts'
import { type Answer, type Behaviour, failure, type Request, startEndpoint } from '../endpoint.ts'
import { passSecond, someUpdate, startFederation, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

const isSend = ({ method }: Request) => method === 'eth_sendRawTransaction'
const takeAnd =
  (answer: Answer): NonNullable<Behaviour['answer']> =>
  async (request, forward) => {
    if (!isSend(request)) return undefined
    await forward()
    return answer
  }

/** Has account 5 mint one token through an endpoint; returns how often it was offered, and whether it was minted once. */
async function mintThrough(behaviour: Behaviour, wishes = {}) {
  const endpoint = await startEndpoint(chain.rpcUrl, behaviour)
  const account = chain.accounts[5]!
  try {
    const sender = await endpoint.connect(account, wishes)
    const before = await client.public.getTransactionCount({ address: account.address })
    const { receipt } = await mintDemoTokens(sender, { to: account.address, amount: 1n })
    const after = await client.public.getTransactionCount({ address: account.address })
    assert.equal(receipt.status, 'success')
    assert.equal(after, before + 1, 'one transaction, however often it was offered')
    const hashes = new Set(endpoint.asked.filter(isSend).map(({ params }) => params[0]))
    return { offers: endpoint.count('eth_sendRawTransaction'), signed: hashes.size, endpoint }
  } finally {
    await endpoint.close()
  }
}

for (const [code, words] of [
  [-32010, 'AlreadyKnown'],
  [-32010, 'OldNonce'],
  [-32000, 'already known'],
  [-32000, 'ALREADY_EXISTS: already known'],
  [-32000, 'Known transaction'],
  [-32001, 'NONCE_TOO_LOW'],
  [-32000, 'txpool is full'],
  [-32000, 'insufficient funds for gas * price + value'],
  [-32000, 'transaction underpriced'],
  [-32603, 'Internal error'],
  [-32000, 'something that nobody has said before'],
  [-32601, 'the method is not available'],
] as const) {
  test(`an endpoint that takes a transaction and answers ${code} ${words} has it all the same`, async () => {
    const { offers, signed } = await mintThrough({ answer: takeAnd(failure(code, words)) })
    assert.deepEqual([offers, signed], [1, 1])
  })
}

test('a sending that is never answered is looked for, not sent again', async () => {
  const { offers } = await mintThrough({ answer: takeAnd('silence') })
  assert.equal(offers, 1)
})

test('a sending that never arrives is offered again, the same bytes', async () => {
  let lost = 2
  const { offers, signed } = await mintThrough(
    { answer: (request) => (isSend(request) && lost-- > 0 ? failure(-32603, 'upstream request timeout') : undefined) },
    { receiptTimeoutMs: 60_000 },
  )
  assert.deepEqual([offers, signed], [3, 1])
})

test('a full pool is waited for; fees that are too low are raised under the same nonce', async () => {
  let full = 4
  const waited = await mintThrough({
    answer: (request) => (isSend(request) && full-- > 0 ? failure(-32000, 'txpool is full') : undefined),
  })
  assert.deepEqual([waited.offers, waited.signed], [5, 1])
  const nonces = new Set<number | undefined>()
  const raised = await mintThrough({
    answer: (request) => {
      if (!isSend(request)) return undefined
      const { nonce, maxPriorityFeePerGas = 0n } = parseTransaction(request.params[0] as Hex)
      nonces.add(nonce)
      return maxPriorityFeePerGas < 3_000_000_000n
        ? failure(-32000, 'transaction underpriced: gas tip cap 1, minimum needed 3000000000')
        : undefined
    },
  })
  assert.deepEqual([raised.signed, nonces.size], [2, 1])
})

for (const [what, answer] of [
  ['that indexes', failure(-32000, 'transaction indexing is in progress')],
  ['that has no receipt yet', { result: null }],
  ['behind its head', failure(-32000, 'header not found')],
  ['with words of its own', failure(-32099, 'ask the other department')],
] as const) {
  test(`receipts are waited for at an endpoint ${what}`, async () => {
    let times = 4
    const { offers } = await mintThrough({
      answer: ({ method }) => (method === 'eth_getTransactionReceipt' && times-- > 0 ? answer : undefined),
    })
    assert.equal(offers, 1)
  })
}

test('what no block shows in time is said with its hash; a nonce that another one took, as that', async () => {
  const endpoint = await startEndpoint(chain.rpcUrl, {
    answer: ({ method }) => (method === 'eth_getTransactionReceipt' ? failure(-32603, 'Internal error') : undefined),
  })
  try {
    const account = chain.accounts[5]!
    const sender = await endpoint.connect(account, { receiptTimeoutMs: 300 })
    const call = { to: account.address, data: '0x' } as const
    const prepared = await prepareTransaction(sender, call)
    await assert.rejects(sendPrepared(sender, prepared), (error: Error) => {
      assert.ok(error instanceof TransactionPendingError)
      assert.match(error.message, new RegExp(`${prepared.hash}.*Internal error`))
      return true
    })
    endpoint.behave({})
    const own = await endpoint.connect(account)
    assert.equal((await sendPrepared(own, prepared)).hash, prepared.hash)
    const late = await replaceTransaction(own, prepared)
    await assert.rejects(sendPrepared(own, late), NonceTakenError)
  } finally {
    await endpoint.close()
  }
})

test('reads are asked again while a failure passes, and no more once it is final', async () => {
  const account = chain.accounts[5]!.address
  const through = async (answer: Answer, times: number) => {
    let left = times
    const endpoint = await startEndpoint(chain.rpcUrl, {
      answer: ({ method }) => (method === 'eth_getBalance' && left-- > 0 ? answer : undefined),
    })
    const reader = await connect({ rpcUrl: endpoint.url, retries: 2 })
    try {
      return await reader.public.getBalance({ address: account })
    } finally {
      assert.ok(endpoint.count('eth_getBalance') <= times + 1)
      await endpoint.close()
    }
  }
  const right = await client.public.getBalance({ address: account })
  for (const answer of [failure(-32000, 'header not found'), failure(-32005, 'limit exceeded')]) {
    assert.equal(await through(answer, 4), right)
  }
  assert.equal(await through({ result: null }, 2), right)
  assert.equal(await through(failure(-32099, 'what?'), 2), right)
  await assert.rejects(through(failure(-32601, 'Method not found'), 1))
})

test('a latest block that is null for a while is waited for', async () => {
  let left = 2
  const endpoint = await startEndpoint(chain.rpcUrl, {
    answer: ({ method, params }) =>
      method === 'eth_getBlockByNumber' && params[0] === 'latest' && left-- > 0 ? { result: null } : undefined,
  })
  try {
    const reader = await connect({ rpcUrl: endpoint.url, retries: 3 })
    assert.ok((await reader.public.getBlock()).number >= 0n)
  } finally {
    await endpoint.close()
  }
})

for (const most of [1, 3]) {
  test(`an endpoint that answers each request of a batch of more than ${most} with a limit gets smaller ones`, async () => {
    const endpoint = await startEndpoint(chain.rpcUrl, {
      reply: (requests, isList, response) => {
        if (!isList || requests.length <= most) return false
        const error = { code: -32005, message: `batch of more than ${most} requests are not allowed` }
        response.end(JSON.stringify(requests.map(({ id }) => ({ jsonrpc: '2.0', id, error }))))
        return true
      },
    })
    try {
      const reader = await connect({ rpcUrl: endpoint.url, retries: 0 })
      const ask = () =>
        Promise.all(chain.accounts.slice(0, 9).map(({ address }) => reader.public.getBalance({ address })))
      await ask()
      endpoint.sizes.length = 0
      await ask()
      assert.ok(Math.max(...endpoint.sizes) <= most, `${endpoint.sizes}`)
    } finally {
      await endpoint.close()
    }
  })
}

test('an endpoint that answers the first few of a batch, with ids as texts, is asked for the rest', async () => {
  const endpoint = await startEndpoint(chain.rpcUrl, {
    reply: (requests, isList, response) => {
      if (!isList || requests.length <= 3) return false
      const answers = requests.slice(0, 3).map(({ id }) => ({ jsonrpc: '2.0', id: String(id), result: '0x7' }))
      response.end(JSON.stringify(answers))
      return true
    },
  })
  try {
    const reader = await connect({ rpcUrl: endpoint.url, retries: 0 })
    const balances = await Promise.all(
      chain.accounts.slice(0, 9).map(({ address }) => reader.public.getBalance({ address })),
    )
    assert.equal(balances.length, 9)
  } finally {
    await endpoint.close()
  }
})

test('logs in any order, twice, of other contracts or taken back give the same history; two at one place are refused', async () => {
  const { id, terms, members } = await startFederation(chain, client)
  for (let round = 0; round < 2; round++) {
    for (const [index, member] of members.entries()) {
      await submitDirect(member, { id, round, payloads: [someUpdate(terms, index).payload] })
    }
    await passSecond(client)
    await aggregateDirect(client, { id, round, shard: 0 })
  }
  // biome-ignore lint/suspicious/noExplicitAny: logs as JSON-RPC has them.
  type Logs = any[]
  const bends: Record<string, (logs: Logs) => Logs> = {
    reversed: (logs) => logs.toReversed(),
    twice: (logs) => [...logs, ...logs.toReversed()],
    shuffled: (logs) => logs.toSorted((a, b) => (a.transactionHash < b.transactionHash ? -1 : 1)),
    'with others': (logs) => [
      ...logs.map((log) => ({ ...log, address: chain.accounts[0]!.address, logIndex: '0x63' })),
      ...logs.map((log) => ({ ...log, removed: true, logIndex: '0x64' })),
      ...logs.map((log) => ({ ...log, blockNumber: null, logIndex: null, blockHash: null })),
      ...logs,
    ],
  }
  const right = await readSubmissions(client, { id, round: 1 })
  for (const [name, bend] of Object.entries(bends)) {
    const endpoint = await startEndpoint(chain.rpcUrl, {
      bend: ({ method }, logs) => (method === 'eth_getLogs' ? bend(logs) : logs),
    })
    try {
      const reader = await connect({ rpcUrl: endpoint.url })
      assert.deepEqual(await readSubmissions(reader, { id, round: 1 }), right, name)
      assert.equal((await replayDirect(reader, { id })).finding, (await replayDirect(client, { id })).finding, name)
    } finally {
      await endpoint.close()
    }
  }
  const liar = await startEndpoint(chain.rpcUrl, {
    bend: ({ method }, logs) =>
      method === 'eth_getLogs' ? [...logs, ...logs.map((log: object) => ({ ...log, blockHash: id }))] : logs,
  })
  try {
    const reader = await connect({ rpcUrl: liar.url })
    await assert.rejects(replayDirect(reader, { id }), ConflictingLogsError)
  } finally {
    await liar.close()
  }
})

test('logs that are too many, too wide or too long for one answer are asked for in parts', async () => {
  const { id } = await startFederation(chain, client, { terms: { salt: `0x${'0b'.repeat(32)}` } })
  const refusals: Answer[] = [
    failure(-32005, 'limit exceeded'),
    failure(-32614, 'eth_getLogs is limited to a 10,000 range'),
    failure(-32602, 'Log response size exceeded'),
    failure(-32000, 'query timeout exceeded'),
    failure(-32099, 'no'),
  ]
  for (const refusal of refusals) {
    const endpoint = await startEndpoint(chain.rpcUrl, {
      answer: async ({ method, params }, forward) => {
        if (method !== 'eth_getLogs') return undefined
        const [{ fromBlock, toBlock }] = params
        const head = Number(await client.public.getBlockNumber())
        const last = String(toBlock).startsWith('0x') ? Number(toBlock) : head
        return last - Number(fromBlock) >= 8 ? refusal : forward()
      },
    })
    try {
      const reader = await connect({ rpcUrl: endpoint.url, retries: 1 })
      assert.equal((await replayDirect(reader, { id })).isConsistent, true)
    } finally {
      await endpoint.close()
    }
  }
})
