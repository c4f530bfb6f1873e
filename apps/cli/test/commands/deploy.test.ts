/** `tutti deploy` and what finds the contracts afterwards, on a chain that has none. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, contractAddress } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { runTutti } from '../tutti.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tutti-deploy-'))
after(() => rmSync(cwd, { recursive: true, force: true }))

/** Runs with `tutti` bound to a chain of its own. */
async function onChain(
  options: { hardfork?: string; chainId?: number },
  run: (tutti: (...args: string[]) => ReturnType<typeof runTutti>, rpcUrl: string) => Promise<void>,
) {
  const chain = await startLocalChain({ port: 0, accounts: 2, ...options })
  try {
    await run((...args) => runTutti(args, { cwd, env: { TUTTI_RPC: chain.rpcUrl } }), chain.rpcUrl)
  } finally {
    await chain.stop()
  }
}

test('a dry run needs no key, deploying needs one, and a second run finds all in place', async () => {
  await onChain({}, async (tutti, rpcUrl) => {
    const early = await tutti('status')
    assert.equal(early.code, exitCodes.usage)
    assert.match(early.stderr, /tutti deploy/)
    const dry = await tutti('deploy', '--dry-run')
    assert.equal(dry.code, exitCodes.done, dry.stderr)
    assert.match(dry.stdout, /Federation +0x[0-9a-fA-F]{40} {2}missing, [\d,]+ gas/)
    assert.match(dry.stdout, /To deploy what is missing: [\d,]+ gas, [\d.]+ of its coin/)
    assert.match(dry.stdout, /Nothing was sent/)
    assert.equal((await tutti('deploy')).code, exitCodes.noKey)
    const poor = await runTutti(['deploy'], {
      cwd,
      env: { TUTTI_RPC: rpcUrl, TUTTI_PRIVATE_KEY: `0x${'11'.repeat(32)}` },
    })
    assert.equal(poor.code, exitCodes.noFunds)
    const first = await tutti('deploy', '--test-account', '0', '--json')
    assert.equal(first.code, exitCodes.done, first.stderr)
    const deployed = JSON.parse(first.stdout)
    assert.equal(deployed.core, contractAddress('core'))
    assert.equal(deployed.blobAggregator, contractAddress('blobAggregator'))
    assert.equal(deployed.demoToken, contractAddress('demoToken'))
    assert.deepEqual(deployed.paths, ['direct', 'blob'])
    assert.ok(BigInt(deployed.paid) > 0n)
    const client = await connect({ rpcUrl })
    const balanceOf = () => client.public.getBalance({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' })
    const before = await balanceOf()
    const second = await tutti('deploy', '--test-account', '0')
    assert.match(second.stdout, /All is in place; nothing was sent/)
    assert.equal(await balanceOf(), before)
    const minted = await tutti('mint', '2.5', '--test-account', '1', '--json')
    assert.equal(JSON.parse(minted.stdout).balance, '2500000000000000000')
    const status = await tutti('status', '--json')
    assert.deepEqual(JSON.parse(status.stdout).federations, [])
  })
})

test('an EVM without the BLS12-381 precompile gets the direct path only, and is told so', async () => {
  await onChain({ hardfork: 'cancun' }, async (tutti) => {
    const { code, stdout, stderr } = await tutti('deploy', '--test-account', '0', '--no-demo-token')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stdout, /Direct path only\. For the blob path this chain lacks: BLS12-381/)
    assert.doesNotMatch(stdout, /BlobAggregator|DemoToken/)
    const mint = await tutti('mint', '1', '--test-account', '0')
    assert.equal(mint.code, exitCodes.usage)
    assert.match(mint.stderr, /--demo-token/)
  })
})

test('a rollup gets the direct path and is told why; blobs are refused there until --path blob says otherwise', async () => {
  await onChain({}, async (tutti, rpcUrl) => {
    const client = await connect({ rpcUrl })
    const request = client.public.request as unknown as (call: object) => Promise<unknown>
    await request({ method: 'anvil_setCode', params: ['0x4200000000000000000000000000000000000015', '0x00'] })
    const { code, stdout, stderr } = await tutti('deploy', '--test-account', '0')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stdout, /Direct path only\. Users may not send blob transactions here: it is a rollup: L1Block/)
    assert.doesNotMatch(stdout, /BlobAggregator/)
    const create = ['create', '--task', 'breast-cancer', '--path', 'blob', '--members', '1', '--test-account', '0']
    const refused = await tutti(...create)
    assert.equal(refused.code, exitCodes.refused)
    assert.match(refused.stderr, /takes no blob transactions from its users: it is a rollup.*Choose --path direct/)
    const direct = await tutti('deploy', '--path', 'direct', '--dry-run')
    assert.match(direct.stdout, /Direct path only, as --path direct asks\./)
    const forced = await tutti('deploy', '--path', 'blob', '--test-account', '0')
    assert.equal(forced.code, exitCodes.done, forced.stderr)
    assert.match(forced.stdout, /The blob aggregator is deployed because of --path blob/)
    await tutti('mint', '1000', '--test-account', '0')
    const made = await tutti(...create)
    assert.equal(made.code, exitCodes.done, made.stderr)
  })
})

test('an EVM before Cancun is refused', async () => {
  await onChain({ hardfork: 'shanghai' }, async (tutti) => {
    const { code, stderr } = await tutti('deploy', '--test-account', '0')
    assert.equal(code, exitCodes.refused)
    assert.match(stderr, /lacks TSTORE, MCOPY: none of the contracts can run/)
  })
})

test('the public test accounts are refused on any chain but the local one', async () => {
  await onChain({ chainId: 84_532 }, async (tutti) => {
    const { code, stderr } = await tutti('deploy', '--test-account', '0')
    assert.equal(code, exitCodes.noKey)
    assert.match(stderr, /public key that everybody knows/)
    const dry = await tutti('deploy', '--dry-run')
    assert.doesNotMatch(dry.stdout, /DemoToken/)
  })
})
