/** Limits and prices asked of real chains of several rules, and endpoints that are none of HTTP. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { BERLIN_PRICES, encodeSetup } from '@tutti/core'
import { http } from 'viem'
import {
  ContractError,
  connect,
  planCreation,
  readCapRefusal,
  readLimits,
  UnsupportedEndpointError,
} from '../../src/index.ts'
import { startLocalChain } from '../../src/local/local.ts'
import { manifest, smallSetup, smallTerms, startFixture } from '../fixture.ts'

test('a chain of Osaka lets a transaction use 2^24 gas, at the prices since Berlin', async () => {
  const { chain, client } = await startFixture()
  try {
    const limits = await readLimits(client)
    assert.equal(limits.rules, 'Berlin to Osaka')
    assert.deepEqual(limits.prices, BERLIN_PRICES)
    assert.deepEqual([limits.transactionGas, limits.executionGas], [1n << 24n, 1n << 24n])
    assert.ok(limits.blockGas > limits.transactionGas)
    assert.ok(limits.endpointGas > limits.transactionGas)
  } finally {
    await chain.stop()
  }
})

test('where no pool knows a cap, a transaction may use what a block has', async () => {
  const chain = await startLocalChain({ port: 0, accounts: 1, hardfork: 'cancun', capsTransactions: false })
  try {
    const client = await connect({ rpcUrl: chain.rpcUrl })
    const { rules, transactionGas, executionGas, blockGas } = await readLimits(client)
    assert.deepEqual([rules, transactionGas, executionGas], ['Berlin to Osaka', blockGas, blockGas])
  } finally {
    await chain.stop()
  }
})

test("a pool's words about a transaction of 2^24 + 1 gas tell its cap", () => {
  const said = (words: string | undefined) => readCapRefusal(words)
  // go-ethereum under Osaka, anvil under Osaka, go-ethereum under Amsterdam, anvil under Prague.
  assert.equal(said('transaction gas limit too high (cap: 16777216, tx: 16777217)'), 16_777_216n)
  assert.equal(said('intrinsic gas too high -- tx.gas_limit > env.cfg.tx_gas_limit_cap'), 16_777_216n)
  assert.equal(said('insufficient funds for gas * price + value: balance 0, tx cost 104035522617'), undefined)
  assert.equal(said('Insufficient funds for gas * price + value'), undefined)
  // What nobody understands, and a pool that takes what it should not, count as the least of today.
  assert.equal(said('no'), 16_777_216n)
  assert.equal(said(undefined), 16_777_216n)
})

test('a creation is tried on the chain before anything is sent, and terms that it refuses are named', async () => {
  const { chain, client } = await startFixture()
  try {
    const setup = smallSetup()
    const terms = smallTerms(setup)
    const nonce = () => client.public.getTransactionCount({ address: client.account!.address })
    const before = await nonce()
    const plan = await planCreation(client, { terms, manifest, setup: encodeSetup(setup) })
    assert.equal(plan.isSimulated, true)
    assert.ok(plan.create > 500_000n && plan.initialise > 50_000n)
    assert.equal(plan.gas, plan.create + plan.initialise)
    const wrong = { ...terms, submitSeconds: 0 }
    await assert.rejects(
      planCreation(client, { terms: wrong, manifest, setup: encodeSetup(setup) }),
      (error) => error instanceof ContractError && error.errorName === 'DurationOutOfRange',
    )
    assert.equal(await nonce(), before)
  } finally {
    await chain.stop()
  }
})

test('an endpoint of web sockets, a path of a local socket and no address are refused at once, with what to give', async () => {
  for (const rpcUrl of ['ws://127.0.0.1:8546', 'wss://chain.example', '/tmp/geth.ipc', 'chain']) {
    await assert.rejects(connect({ rpcUrl }), (error) => {
      assert.ok(error instanceof UnsupportedEndpointError && !error.isRetryable, rpcUrl)
      assert.match(error.message, /http:\/\/ or https:\/\/ only/)
      return true
    })
  }
})

test('an endpoint that knows few methods leaves the rest to what is left: bounds by its prices, and no simulation', async () => {
  const { chain, client } = await startFixture()
  const asked = new Set<string>()
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const methods = [JSON.parse(body)].flat().map(({ method }: { method: string }) => method)
    for (const method of methods) asked.add(method)
    // A gateway that refuses by HTTP's code, without JSON-RPC around it.
    if (methods.some((method) => ['eth_simulateV1', 'eth_config'].includes(method))) {
      outgoing.writeHead(400, { 'content-type': 'text/plain' }).end('unsupported method')
      return
    }
    const answer = await fetch(chain.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const transport = http(rpcUrl, { retryCount: 0 })
    const mean = await connect({ transport, account: client.account! })
    const setup = smallSetup()
    const creation = { terms: smallTerms(setup), manifest, setup: encodeSetup(setup) }
    const [bound, tried] = [await planCreation(mean, creation), await planCreation(client, creation)]
    assert.ok(asked.has('eth_simulateV1') && asked.has('eth_config'))
    assert.deepEqual([bound.isSimulated, tried.isSimulated], [false, true])
    assert.ok(bound.create >= tried.create && bound.initialise >= tried.initialise)
  } finally {
    server.close()
    server.closeAllConnections()
    await chain.stop()
  }
})
