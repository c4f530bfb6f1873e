import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { encodeErrorResult, encodeFunctionData, HttpRequestError, RpcRequestError, zeroHash } from 'viem'
import {
  ChainBehindError,
  ChainUnreachableError,
  ContractError,
  connect,
  decodeRevert,
  federationAbi,
  findRevertData,
  InsufficientFundsError,
  remedies,
  toChainError,
} from '../../src/index.ts'

const errors = federationAbi.filter((item) => item.type === 'error')

test("the ABI of the core has every error that any contract declares, so that a module's are decoded too", () => {
  const source = fileURLToPath(new URL('../../../../contracts/src', import.meta.url))
  const declared = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
    .flatMap((entry) => [...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(/^ +error (\w+)\(/gm)])
    .map(([, name]) => name!)
  assert.ok(declared.length > 110)
  // One declaration a name. The direct path's `NotInitialised` counts chunks, the core's names the federation.
  const twins = declared.filter((name, at) => declared.indexOf(name) !== at)
  assert.deepEqual(twins, ['NotInitialised'])
  const names = new Set<string>(errors.map(({ name }) => name))
  assert.deepEqual(
    declared.filter((name) => !names.has(name)),
    [],
  )
})

test('every error of the contracts has a remedy', () => {
  const missing = errors.filter(({ name }) => remedies[name] === undefined).map(({ name }) => name)
  assert.deepEqual(missing, [])
})

test('a remedy is one sentence', () => {
  for (const [name, { remedy }] of Object.entries(remedies)) assert.match(remedy, /^[A-Z].*\.$/, name)
})

test("decodeRevert(encode(error)) ≡ error, Solidity's own included", () => {
  const data = encodeErrorResult({ abi: federationAbi, errorName: 'WrongRound', args: [zeroHash, 3n, 2n] })
  const error = decodeRevert(data)
  assert.deepEqual([error.errorName, error.args, error.isRetryable], ['WrongRound', [zeroHash, 3n, 2n], true])
  assert.match(error.message, /WrongRound\(0x0{64}, 3, 2\)/)
  const reason = { abi: [{ type: 'error', name: 'Error', inputs: [{ type: 'string', name: '' }] }] } as const
  const message = encodeErrorResult({ ...reason, errorName: 'Error', args: ['no'] })
  assert.deepEqual([decodeRevert(message).errorName, decodeRevert(message).args], ['Error', ['no']])
})

test('phases are shown by name', () => {
  const data = encodeErrorResult({ abi: federationAbi, errorName: 'WrongPhase', args: [zeroHash, 3, 5] })
  assert.deepEqual(decodeRevert(data).args, [zeroHash, 'submit', 'aggregate'])
})

test('bytes that are no known error are shown as they came', () => {
  const data = encodeFunctionData({ abi: federationAbi, functionName: 'open', args: [zeroHash] })
  const error = decodeRevert(data)
  assert.ok(error instanceof ContractError)
  assert.deepEqual([error.errorName, error.args], ['UnknownError', [data]])
})

test('revert data is found however deep a client buried it', () => {
  assert.equal(findRevertData({ cause: { cause: { data: '0x12345678' } } }), '0x12345678')
  assert.equal(findRevertData({ data: { data: '0x12345678' } }), '0x12345678')
  assert.equal(findRevertData({ data: '0x' }), undefined)
  assert.equal(findRevertData('0x12345678'), undefined)
})

test('a block that the chain lost or does not have yet is told from a refusal', () => {
  const named = (code: number, message: string) =>
    toChainError(new RpcRequestError({ body: {}, url: 'http://x', error: { code, message } }))
  for (const [code, message] of [
    [-32602, 'BlockOutOfRangeError: block height is 4 but requested was 14'],
    [-32602, 'invalid block range params'],
    [-32000, 'header not found'],
    [-32000, 'unknown block'],
    [-32001, 'resource not found'],
  ] as const) {
    const error = named(code, message)
    assert.ok(error instanceof ChainBehindError && error.isRetryable, message)
  }
  assert.ok(!(named(-32602, 'invalid argument 0') instanceof ChainBehindError))
})

test('no answer, too many requests and a failing server can be retried; a refusal of the endpoint cannot', () => {
  for (const status of [undefined, 429, 503]) {
    const error = toChainError(new HttpRequestError({ url: 'http://x', ...(status === undefined ? {} : { status }) }))
    assert.ok(error instanceof ChainUnreachableError && error.isRetryable, String(status))
  }
  const refused = toChainError(new HttpRequestError({ url: 'http://x', status: 401 }))
  assert.ok(!(refused instanceof ChainUnreachableError))
  const own = new TypeError('a mistake of the program')
  assert.equal(toChainError(own), own)
})

const WRONG_ANSWERS: [what: string, status: number, said: RegExp][] = [
  ['a web page', 200, /is no chain: it sent no JSON, perhaps a web page/],
  ['too many requests', 429, /limits how often it is asked \(HTTP 429\)/],
  ['a gateway that fails', 502, /fails \(HTTP 502\)\. Try again later/],
]

for (const [what, status, said] of WRONG_ANSWERS) {
  test(`an endpoint that answers with ${what} is told apart from one that is silent`, async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      await assert.rejects(connect({ rpcUrl, retries: 0 }), (error) => {
        assert.ok(error instanceof ChainUnreachableError && error.isRetryable)
        assert.match(error.message, said)
        return true
      })
    } finally {
      server.close()
    }
    await assert.rejects(connect({ rpcUrl, retries: 0 }), /No answer from the chain/)
  })
}

test('an account without coin is told how much it has and needs in coins', () => {
  const account = '0x0000000000000000000000000000000000000001'
  assert.match(new InsufficientFundsError(account, 0n).message, /holds 0 of the chain's coin, which pays for gas/)
  const short = new InsufficientFundsError(account, 10n ** 17n, 25n * 10n ** 16n)
  assert.match(short.message, /holds 0.1 of the chain's coin, and needs up to 0.25 for gas\. Send it some\./)
})

test('a provider’s key in the address of an endpoint is not shown', () => {
  for (const url of [
    'https://rpc.example/v2/SECRET',
    'https://rpc.example/?key=SECRET',
    'https://me:SECRET@rpc.example',
  ]) {
    assert.match(new ChainUnreachableError(url).message, /chain at https:\/\/rpc\.example(\/…)?\. /)
    assert.doesNotMatch(new ChainUnreachableError(url).message, /SECRET/)
  }
  assert.match(new ChainUnreachableError('127.0.0.1:8545 or x').message, /chain at 127\.0\.0\.1:8545 or x\. /)
  assert.match(new ChainUnreachableError('localhost:8545').message, /chain at localhost:8545\. /)
})

test('nor where the endpoint repeats it, and its status is told', async () => {
  for (const status of [401, 404]) {
    const server = createServer(({ url = '' }, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`Cannot POST ${url} for key SECRET%2FKEY`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const rpcUrl = `http://127.0.0.1:${port}/v3/SECRET%2FKEY?token=TOPSECRET`
      await assert.rejects(connect({ rpcUrl }), ({ message }: Error) => {
        assert.doesNotMatch(message, /SECRET/)
        assert.match(message, new RegExp(`http://127.0.0.1:${port}/… answers HTTP ${status}`))
        return true
      })
    } finally {
      server.close()
    }
  }
})
