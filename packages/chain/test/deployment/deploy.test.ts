/** Deployment at the same addresses on every chain, on EVMs of several upgrades. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hex, recoverTransactionAddress } from 'viem'
import {
  type ChainClient,
  CodeMismatchError,
  connect,
  contractAddress,
  deployContracts,
  deploymentProxy,
  EvmTooOldError,
  hasDeploymentProxy,
  isSameCode,
  ProxyOccupiedError,
  planDeployment,
  probeCapabilities,
  proxyCode,
  proxyDeployer,
  testAccounts,
} from '../../src/index.ts'
import { startLocalChain } from '../../src/local/local.ts'

const [account] = testAccounts(1)

/** Runs on a chain of its own with the EVM of a hardfork. */
async function onChain(hardfork: string, run: (client: ChainClient, client2: SetCode) => Promise<void>) {
  const chain = await startLocalChain({ port: 0, accounts: 1, hardfork })
  try {
    const client = await connect({ rpcUrl: chain.rpcUrl, account: account! })
    const request = client.public.request as unknown as (call: { method: string; params: unknown[] }) => Promise<null>
    await run(client, (address, code) => request({ method: 'anvil_setCode', params: [address, code] }))
  } finally {
    await chain.stop()
  }
}
type SetCode = (address: Hex, code: Hex) => Promise<null>

const codeAt = (client: ChainClient, address: Hex) => client.public.getCode({ address })

for (const hardfork of ['prague', 'osaka']) {
  test(`on ${hardfork} everything is deployed once, and a second run spends nothing`, async () => {
    await onChain(hardfork, async (client) => {
      const plan = await planDeployment(client, { hasDemoToken: true })
      assert.deepEqual(plan.capabilities.missingForBlobPath, [])
      const names = plan.contracts.map(({ name }) => name)
      assert.deepEqual(names, ['extension', 'core', 'directAggregator', 'blobAggregator', 'demoToken'])
      const { writes } = await deployContracts(client, { names })
      assert.equal(writes.length, 5)
      // The estimate is what was spent, give or take the refund of an estimate's search.
      const spent = writes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
      assert.ok(spent <= plan.gas && plan.gas <= (spent * 102n) / 100n, `estimated ${plan.gas}, spent ${spent}`)
      const before = await client.public.getBalance({ address: account!.address })
      assert.equal((await deployContracts(client, { names })).writes.length, 0)
      const again = await planDeployment(client, { hasDemoToken: true })
      assert.equal(again.gas, 0n)
      assert.ok(again.contracts.every(({ isThere }) => isThere))
      assert.equal(await client.public.getBalance({ address: account!.address }), before)
    })
  })
}

test('on cancun there is the direct path only, and what is missing for blobs is named', async () => {
  await onChain('cancun', async (client) => {
    const { capabilities, contracts } = await planDeployment(client, { hasDemoToken: false })
    assert.deepEqual(capabilities.missingForDirectPath, [])
    assert.deepEqual(capabilities.missingForBlobPath, ['BLS12-381 addition', 'BLS12-381 multiplication'])
    assert.deepEqual(
      contracts.map(({ name }) => name),
      ['extension', 'core', 'directAggregator'],
    )
    await deployContracts(client, { names: contracts.map(({ name }) => name) })
    assert.notEqual(await codeAt(client, contractAddress('core')), undefined)
  })
})

test('on shanghai nothing could run, which is said before anything is sent', async () => {
  await onChain('shanghai', async (client) => {
    await assert.rejects(planDeployment(client, { hasDemoToken: true }), (error: EvmTooOldError) => {
      assert.ok(error instanceof EvmTooOldError)
      assert.deepEqual(error.missing, ['TSTORE', 'MCOPY'])
      return true
    })
    const { has } = await probeCapabilities(client)
    assert.equal(has.PUSH0, true)
    for (const name of ['BLOBHASH', 'point evaluation', 'blob transactions'] as const)
      assert.equal(has[name], false, name)
    assert.equal(await client.public.getTransactionCount({ address: account!.address }), 0)
  })
})

test('a rollup has blobs in its headers and takes no blob transactions', async () => {
  await onChain('osaka', async (client, setCode) => {
    await setCode('0x4200000000000000000000000000000000000015', '0x00')
    const { contracts, capabilities } = await planDeployment(client, { hasDemoToken: false })
    assert.deepEqual(capabilities.missingForBlobPath, ['blob transactions'])
    assert.equal(
      contracts.some(({ name }) => name === 'blobAggregator'),
      false,
    )
  })
})

test('where the proxy is missing, its keyless transaction is paid for and sent; the addresses stay the same', async () => {
  await onChain('cancun', async (client, setCode) => {
    await setCode(deploymentProxy, '0x')
    const plan = await planDeployment(client, { hasDemoToken: true })
    assert.equal(plan.proxy.isThere, false)
    assert.ok(plan.proxy.gas > 0n)
    const { core, writes } = await deployContracts(client)
    assert.equal(writes.length, 6)
    assert.equal(await codeAt(client, deploymentProxy), proxyCode)
    assert.equal(writes[1]!.receipt.from.toLowerCase(), proxyDeployer.toLowerCase())
    assert.equal(core, contractAddress('core'))
    assert.equal(await hasDeploymentProxy(client), true)
    assert.equal((await deployContracts(client)).writes.length, 0)
  })
})

test('an address with other code is an error that says so, the proxy’s too', async () => {
  await onChain('osaka', async (client, setCode) => {
    await setCode(contractAddress('directAggregator'), '0x6001')
    await assert.rejects(planDeployment(client, { hasDemoToken: false }), CodeMismatchError)
    await assert.rejects(deployContracts(client), /is not this version's directAggregator/)
    await setCode(deploymentProxy, '0x6001')
    await assert.rejects(planDeployment(client, { hasDemoToken: false }), ProxyOccupiedError)
  })
})

test('codes are the same if they differ in immutables alone', () => {
  const immutable = (fill: string) => `0x7f${fill.repeat(32)}5000` as Hex
  assert.equal(isSameCode(immutable('00'), immutable('ab')), true)
  assert.equal(isSameCode(immutable('00'), `${immutable('00').slice(0, -2)}01` as Hex), false)
  assert.equal(isSameCode('0x600100', '0x600200'), false)
  assert.equal(isSameCode('0x6001', '0x600100'), false)
})

test('the keyless sender is who signed nothing', async () => {
  const raw: Hex =
    '0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222'
  assert.equal(
    await recoverTransactionAddress({ serializedTransaction: raw as `0xf8${string}` as never }),
    proxyDeployer,
  )
})
