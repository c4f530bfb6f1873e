/** What endpoints mean by their failures: a table of what clients and hosted providers say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import {
  ChainBehindError,
  ChainUnreachableError,
  isPassing,
  type Meaning,
  mayBeTooMuch,
  meaningOf,
  meaningOfError,
  RpcError,
  toChainError,
} from '../../src/index.ts'

/** As geth, Nethermind, Besu, Erigon, Reth and hosted providers say it: code, words, meaning. */
const ANSWERS: [number, string, Meaning][] = [
  [-32000, 'header not found', 'behind'],
  [-32000, 'header for hash not found', 'behind'],
  [-32000, 'unknown block', 'behind'],
  [-32001, 'resource not found', 'behind'],
  [-39001, 'Unknown block', 'behind'],
  [-32001, 'Unable to find block hash 0x12 in the blockchain', 'behind'],
  [-32000, 'missing trie node 0ab1 (path ) state 0xab is not available', 'behind'],
  [-32002, 'No state available for block 0x1', 'behind'],
  [-32000, 'World state unavailable', 'behind'],
  [-32000, 'block 0x64 is beyond current head block', 'behind'],
  [-32000, 'block not found: 0x12', 'behind'],
  [-32602, 'invalid block range params', 'behind'],
  [-32602, 'BlockOutOfRangeError: block height is 4 but requested was 14', 'behind'],
  [-32000, 'cannot query unfinalized data: requested block is after last accepted block', 'behind'],
  [-32000, 'transaction indexing is in progress', 'later'],
  [-32000, 'node is syncing', 'later'],
  [-32000, 'the node is not synced yet', 'later'],
  [-32000, 'txpool is full', 'later'],
  [-32000, 'request timed out', 'later'],
  [-32000, 'context deadline exceeded', 'later'],
  [-32016, 'Timeout', 'later'],
  [-32005, 'limit exceeded', 'later'],
  [-32005, 'daily request count exceeded, request rate limited', 'later'],
  [429, 'Your app has exceeded its compute units per second capacity', 'later'],
  [-32007, '50/second request limit reached - reduce calls per second or upgrade', 'later'],
  [-32090, 'Too many requests, reason: call rate limit exhausted, retry in 10s', 'later'],
  [-32029, 'Too Many Requests', 'later'],
  [-32011, 'no backends available for method', 'later'],
  [-32603, 'Internal error', 'later'],
  [-32603, 'service temporarily unavailable', 'later'],
  [-32002, 'resource unavailable', 'later'],
  [-32000, 'dial tcp 10.0.0.1:8545: connection refused', 'later'],
  [-32000, 'unexpected EOF', 'later'],
  [-32005, 'batch of more than 3 requests are not allowed', 'too-much'],
  [-32600, 'batch too large', 'too-much'],
  [-32600, 'Batch size is too large', 'too-much'],
  [-32003, 'response too large', 'too-much'],
  [-32008, 'Response is too big', 'too-much'],
  [-32602, 'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range', 'too-much'],
  [-32005, 'query returned more than 10000 results', 'too-much'],
  [-32005, 'Requested range exceeds maximum RPC range limit', 'too-much'],
  [-32602, 'query exceeds max block range 100000', 'too-much'],
  [-32602, 'query exceeds max results 20000, retry with the range 1-2', 'too-much'],
  [-32614, 'eth_getLogs is limited to a 10,000 range', 'too-much'],
  [-32000, 'block range is too wide', 'too-much'],
  [-32000, 'exceed maximum block range: 5000', 'too-much'],
  [-32000, 'query timeout exceeded', 'too-much'],
  [-32000, 'eth_getLogs and eth_newFilter are limited to a 10,000 blocks range', 'too-much'],
  [3, 'execution reverted: not now', 'final'],
  [-32015, 'VM execution error', 'final'],
  [-32000, 'execution reverted', 'final'],
  // Code that an EVM cannot run: Anvil, go-ethereum, Nethermind and OpenEthereum, Besu.
  [-32603, 'EVM error NotActivated', 'final'],
  [-32603, 'EVM error OpcodeNotFound', 'final'],
  [-32000, 'invalid opcode: opcode 0x5c not defined', 'final'],
  [-32015, 'BadInstruction', 'final'],
  [-32015, 'VM execution error: Bad instruction 5c', 'final'],
  [-32000, 'stack underflow (0 <=> 2)', 'final'],
  [-32000, 'INVALID_OPERATION: undefined instruction', 'final'],
  [-32601, 'the method eth_nothing does not exist/is not available', 'final'],
  [-32601, 'Method not found', 'final'],
  [-32004, 'Unsupported method: eth_config', 'final'],
  [-32602, 'invalid argument 0: hex string without 0x prefix', 'final'],
  [-32000, 'invalid api key', 'final'],
  [-32000, 'Must be authenticated!', 'final'],
  [-32000, 'intrinsic gas too low: gas 1, minimum needed 21000', 'final'],
  [-32000, 'exceeds block gas limit', 'final'],
  [-32000, 'invalid sender', 'final'],
  [-32000, 'transaction type not supported', 'final'],
  [4444, 'pruned history unavailable', 'final'],
  [-32000, 'something that nobody has said before', 'unknown'],
  [-32099, '', 'unknown'],
]

test('what clients and providers answer is read alike', () => {
  for (const [code, words, meaning] of ANSWERS) {
    assert.equal(meaningOf({ code, words }), meaning, `${code} ${words}`)
    const error = new RpcRequestError({ body: {}, url: 'http://x', error: { code, message: words } })
    assert.equal(meaningOfError(new Error('outer', { cause: error })), meaning, words)
    const named = toChainError(error)
    const kind = meaning === 'behind' ? ChainBehindError : isPassing(meaning) ? ChainUnreachableError : RpcError
    assert.ok(named instanceof kind, words)
    // What was named once is not read anew: its words are for people.
    assert.equal(isPassing(meaningOfError(named)!), isPassing(meaning), words)
    assert.equal((named as RpcError).isRetryable, isPassing(meaning) || meaning === 'unknown', words)
  }
})

test('statuses of HTTP pass, are final, or are not known', () => {
  const statuses: [Meaning, number[]][] = [
    ['later', [403, 408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 529]],
    ['final', [401, 402, 404, 405, 410, 451, 501]],
    ['too-much', [413]],
    ['unknown', [400, 418, 422]],
  ]
  for (const [meaning, all] of statuses) {
    for (const status of all) {
      assert.equal(meaningOfError(new HttpRequestError({ url: 'http://x', status })), meaning, String(status))
    }
  }
  // A gateway that hands on what a client has said.
  assert.equal(meaningOf({ status: 500, code: -32000, words: 'execution reverted' }), 'final')
  assert.equal(meaningOf({ status: 403, words: 'invalid project id' }), 'final')
})

test('no answer passes, and what no endpoint had a part in means nothing', () => {
  assert.equal(meaningOfError(new TimeoutError({ body: {}, url: 'http://x' })), 'silent')
  assert.equal(meaningOfError(new HttpRequestError({ url: 'http://x' })), 'silent')
  assert.equal(meaningOfError(new TypeError('a mistake of the program')), undefined)
  assert.equal(meaningOfError(undefined), undefined)
})

test('logs are asked for in parts where a refusal may mean their number, and not where it says another thing', () => {
  const refused = (code: number, message: string) =>
    mayBeTooMuch(new RpcRequestError({ body: {}, url: 'http://x', error: { code, message } }))
  for (const [code, words] of [
    [-32005, 'limit exceeded'],
    [-32000, 'request timed out'],
    [-32000, 'block range is too wide'],
    [-32099, 'nobody knows'],
  ] as const) {
    assert.ok(refused(code, words), words)
  }
  assert.ok(!refused(-32000, 'header not found'))
  assert.ok(!refused(-32000, 'node is syncing'))
  assert.ok(!mayBeTooMuch(new HttpRequestError({ url: 'http://x', status: 429 })))
  assert.ok(!mayBeTooMuch(new HttpRequestError({ url: 'http://x' })))
})
