import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { RpcRequestError } from 'viem'
import {
  ChainUnreachableError,
  classifyRefusal,
  connect,
  EndpointRefusalError,
  offerTransaction,
  RpcError,
  testAccounts,
  toChainError,
  wordsOf,
} from '../../src/index.ts'

/** As clients say it. */
const said: [string, string][] = [
  ['already known', 'known'],
  ['transaction already imported', 'known'],
  ['Known transaction', 'known'],
  ['AlreadyKnown', 'known'],
  ['nonce too low: next nonce 5, tx nonce 4', 'nonce-used'],
  ['OldNonce', 'nonce-used'],
  ['replacement transaction underpriced', 'nonce-held'],
  ['replacement transaction underpriced: new tx gas fee cap 1 <= 2 queued', 'nonce-held'],
  ['transaction underpriced', 'underpriced'],
  ['transaction underpriced: gas tip cap 1, minimum needed 3000000000', 'underpriced'],
  ['transaction gas price below minimum: gas tip cap 1, minimum needed 3000000000', 'underpriced'],
  ['Gas price below configured minimum gas price', 'underpriced'],
  ['max fee per gas less than block base fee: address 0x…, maxFeePerGas: 1, baseFee: 2', 'underpriced'],
  ['max fee per blob gas less than block blob gas fee', 'underpriced'],
  ['FeeTooLow', 'underpriced'],
  ['address already reserved', 'busy'],
  ['txpool is full', 'later'],
  ['account limit exceeded: pooled 16 txs', 'later'],
  ['insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1', 'no-funds'],
  ['Upfront cost exceeds account balance', 'no-funds'],
  ['tx fee (1.20 ether) exceeds the configured cap (1.00 ether)', 'policy'],
  ['Transaction fee cap exceeded', 'policy'],
  ['only replay-protected (EIP-155) transactions allowed over RPC', 'policy'],
  ['the method eth_sendRawTransaction does not exist/is not available', 'policy'],
]

test('the words of clients are read alike', () => {
  for (const [words, kind] of said) assert.equal(classifyRefusal(words)?.kind, kind, words)
  for (const words of ['execution reverted', 'intrinsic gas too low: gas 1', 'exceeds block gas limit', '']) {
    assert.equal(classifyRefusal(words), undefined, words)
  }
})

test('the tip that a pool demands is read, in wei a gas', () => {
  const refusal = classifyRefusal('transaction gas price below minimum: gas tip cap 1, minimum needed 3000000000')
  assert.deepEqual(refusal, { kind: 'underpriced', minimumTip: 3_000_000_000n })
})

test('what an endpoint says is read without the request that libraries quote', () => {
  const error = new RpcRequestError({
    body: { method: 'eth_sendRawTransaction', params: ['already known'] },
    error: { code: -32_000, message: 'txpool is full' },
    url: 'https://example.org/key',
  })
  assert.equal(wordsOf(error), 'txpool is full')
})

const secret = 'sEcReTkEy0123456789'
const raw = `0x02${'ab'.repeat(500)}`

test('neither an address’s path nor a signed transaction is shown, whatever the endpoint repeats', () => {
  const echo = `bad request to https://node.example/v2/${secret}?key=${secret} with ${raw}\n${'x'.repeat(3_000)}`
  const error = toChainError(
    new RpcRequestError({
      body: { method: 'eth_sendRawTransaction', params: [raw] },
      error: { code: -32_000, message: echo },
      url: `https://node.example/v2/${secret}`,
    }),
  )
  assert.ok(error instanceof RpcError)
  for (const { message } of [error, new EndpointRefusalError(`https://node.example/${secret}`, echo)]) {
    assert.doesNotMatch(message, new RegExp(secret))
    assert.doesNotMatch(message, /abababab|\n/)
    assert.match(message, /https:\/\/node\.example\/…/)
    assert.ok(message.length < 800, String(message.length))
  }
})

/** An endpoint that answers every transaction with the same words. */
async function offerTo(words: string, status = 200) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const { id, method } = JSON.parse(body)
    const isSending = method === 'eth_sendRawTransaction'
    const answer = isSending ? { error: { code: -32_000, message: words } } : { result: '0x7a69' }
    response.writeHead(isSending ? status : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [account] = testAccounts(1)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`
  const client = await connect({ rpcUrl: url, account: account!, retries: 0 })
  const signed = await account!.signTransaction({
    type: 'eip1559',
    chainId: client.chainId,
    nonce: 0,
    gas: 21_000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
    to: account!.address,
  })
  return {
    offer: () => offerTransaction(client, signed),
    client,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('an offer is taken, put off, refused by rule or not understood', async () => {
  const outcomes: [string, string | (new (...args: never[]) => Error)][] = [
    ['already known', 'taken'],
    ['nonce too low', 'nonce-used'],
    ['txpool is full', 'later'],
    ['only replay-protected (EIP-155) transactions allowed over RPC', EndpointRefusalError],
    ['intrinsic gas too low', RpcError],
  ]
  for (const [words, expected] of outcomes) {
    const { offer, close } = await offerTo(words)
    try {
      if (typeof expected === 'string') assert.equal((await offer()).kind, expected, words)
      else {
        await assert.rejects(offer(), (error: Error) => {
          assert.ok(error instanceof expected, String(error))
          assert.doesNotMatch(error.message, new RegExp(secret))
          return true
        })
      }
    } finally {
      close()
    }
  }
  for (const [words, status] of [
    ['upstream connect error', 503],
    ['slow down', 429],
  ] as const) {
    const failing = await offerTo(words, status)
    await assert.rejects(failing.offer(), ChainUnreachableError).finally(failing.close)
  }
  const gateway = await offerTo('already known', 500)
  assert.equal((await gateway.offer().finally(gateway.close)).kind, 'taken')
})

test('a cap on fees asks for leaner ones first, and is the endpoint’s rule after that', async () => {
  const { offer, close } = await offerTo('tx fee (1.20 ether) exceeds the configured cap (1.00 ether)')
  try {
    assert.equal((await offer()).kind, 'underpriced')
    await assert.rejects(offer(), EndpointRefusalError)
  } finally {
    close()
  }
})
