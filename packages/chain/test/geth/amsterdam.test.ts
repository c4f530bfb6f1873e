/** The rules after Osaka's on go-ethereum: what is deployed, founded and aggregated there, and what is refused and why. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AMSTERDAM_PRICES, encodeSetup, estimateMemberCostAt, estimateRoundAt, GAS_LIMIT } from '@tutti/core'
import {
  aggregateDirect,
  type ChainClient,
  connect,
  deployContracts,
  EndpointGasError,
  mintDemoTokens,
  ProxyTooDearError,
  planCreation,
  planDeployment,
  readDirectModel,
  readLimits,
  submitDirect,
} from '../../src/index.ts'
import { manifest, smallSetup, smallTerms, someUpdate, startFederation } from '../fixture.ts'
import { type Geth, startGeth, whereGethIs } from './geth.ts'

describe("Amsterdam's rules", whereGethIs(), () => {
  let geth: Geth
  let client: ChainClient
  before(async () => {
    geth = await startGeth({ fork: 'amsterdam' })
    client = await connect({ rpcUrl: geth.rpcUrl, account: geth.accounts[0]!, pollingIntervalMs: 200 })
  })
  after(() => geth.stop())

  test('limits and prices are read from the chain', async () => {
    const { rules, prices, transactionGas, executionGas, blockGas } = await readLimits(client)
    assert.equal(rules, 'Amsterdam')
    assert.deepEqual(prices, AMSTERDAM_PRICES)
    assert.deepEqual([transactionGas, executionGas], [blockGas, BigInt(GAS_LIMIT)])
  })

  test('the contracts are deployed, in transactions of more than 2^24 gas', async () => {
    const plan = await planDeployment(client, { hasDemoToken: true, path: 'blob' })
    const { writes } = await deployContracts(client, { names: plan.contracts.map(({ name }) => name) })
    assert.equal(writes.length, 5)
    assert.ok(writes.some(({ gasUsed }) => gasUsed > BigInt(GAS_LIMIT)))
    assert.ok(writes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n) <= plan.gas)
    assert.equal((await deployContracts(client)).writes.length, 0)
  })

  test('a round runs, within what was estimated of it', async () => {
    const setup = smallSetup()
    const plan = await planCreation(client, { terms: smallTerms(setup), manifest, setup: encodeSetup(setup) })
    const { id, terms, members } = await startFederation(geth, client)
    const before = (await readDirectModel(client, { id })).lanes
    const own = estimateMemberCostAt(terms, 'direct', plan.limits.prices).gas
    for (const [index, member] of members.entries()) {
      const { gasUsed } = await submitDirect(member, { id, round: 0, payloads: [someUpdate(terms, index).payload] })
      assert.ok(Number(gasUsed) <= own, `${gasUsed} of ${own}`)
    }
    // Submission ends with the second of the last act, and blocks come with transactions only.
    await mintDemoTokens(client, { to: client.account!.address, amount: 1n })
    const { gasUsed } = await aggregateDirect(members[0]!, { id, round: 0, shard: 0 })
    const bound = estimateRoundAt(terms, plan.limits.prices).aggregate.gas
    // New state is paid apart: it counts in what is used, not against the bound on execution.
    assert.ok(Number(gasUsed) <= bound + 8 * AMSTERDAM_PRICES.newSlotGas, `${gasUsed} of ${bound}`)
    assert.notDeepEqual((await readDirectModel(client, { id })).lanes, before)
  })

  test('an endpoint that gives a try too little gas is named before anything is sent', async () => {
    await geth.restart(['--rpc.gascap', '1000000'])
    const poor = await connect({ rpcUrl: geth.rpcUrl, account: geth.accounts[1]! })
    const setup = smallSetup()
    const terms = smallTerms(setup, { salt: `0x${'07'.repeat(32)}` })
    await assert.rejects(planCreation(poor, { terms, manifest, setup: encodeSetup(setup) }), (error) => {
      assert.ok(error instanceof EndpointGasError, String(error))
      assert.match(error.message, /this endpoint gives a try about \d+,\d{3} gas.*--rpc\.gascap/)
      return true
    })
  })
})

describe("Amsterdam's rules without the deployment proxy", whereGethIs(), () => {
  test('the keyless transaction has too little gas for it, which is said and not tried', async () => {
    const geth = await startGeth({ fork: 'amsterdam', hasProxy: false, args: ['--rpc.allow-unprotected-txs'] })
    try {
      const client = await connect({ rpcUrl: geth.rpcUrl, account: geth.accounts[0]! })
      await assert.rejects(deployContracts(client), ProxyTooDearError)
      await assert.rejects(planDeployment(client, { hasDemoToken: false }), ProxyTooDearError)
      assert.equal(await client.public.getTransactionCount({ address: geth.accounts[0]!.address }), 0)
    } finally {
      await geth.stop()
    }
  })
})
