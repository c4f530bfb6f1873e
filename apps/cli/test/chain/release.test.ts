/** A core of another release: every command that is told of one says so, with which release to use. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ChainClient, connect, OtherReleaseError, readBalance, sendCall } from '@tutti/chain'
import type { LocalChain } from '@tutti/chain/local'
import { type Address, getAddress } from 'viem'
import { startFixture } from '../../../../packages/chain/test/fixture.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { compileContract } from '../compile.ts'
import { runTutti } from '../tutti.ts'

describe('a core of another release', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-release-'))
  const id = `0x${'11'.repeat(32)}`
  let chain: LocalChain
  let client: ChainClient
  let earlier: Address
  const run = (...args: string[]) => runTutti(args, { cwd, env: { TUTTI_RPC: chain.rpcUrl } })

  before(async () => {
    ;({ chain, client } = await startFixture())
    earlier = getAddress((await sendCall(client, { data: compileContract('EarlierCore') })).receipt.contractAddress!)
  })
  after(async () => {
    await chain.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('each command ends with one error that says which release to use, and sends nothing', async () => {
    const sent = await client.public.getTransactionCount({ address: chain.accounts[1]!.address })
    for (const args of [
      ['status'],
      ['status', id],
      ['federations'],
      ['verify', id],
      ['predict', id, '--input', '{}'],
      ['seal', id, '--test-account', '1'],
      ['claim', id, '--test-account', '1'],
      ['join', id, '--yes', '--test-account', '1'],
      ['node', id, '--data', 'x.csv', '--test-account', '1'],
      ['create', '--task', 'breast-cancer', '--test-account', '1'],
    ]) {
      const { code, stdout, stderr } = await run(...args, '--core', earlier)
      assert.equal(code, exitCodes.usage, `${args.join(' ')}\n${stdout}\n${stderr}`)
      assert.match(
        stderr,
        new RegExp(`${earlier} is no federation core of this release.*use the release that made them`),
      )
      assert.equal(stdout, '')
    }
    const { stdout } = await run('status', id, '--core', earlier, '--json')
    assert.equal(JSON.parse(stdout).error.name, 'OtherReleaseError')
    assert.equal(await client.public.getTransactionCount({ address: chain.accounts[1]!.address }), sent)
  })

  test('any other contract is none either; an own core of this release, and an address without code, are let pass', async () => {
    const { rpcUrl } = chain
    const token = (await import('@tutti/chain')).deployment().demoToken
    await assert.rejects(connect({ rpcUrl, core: token }), OtherReleaseError)
    // The same code elsewhere.
    const own = getAddress(`0x${'c0'.repeat(20)}`)
    const code = await client.public.getCode({ address: client.core })
    const request = client.public.request as (call: { method: string; params: unknown[] }) => Promise<unknown>
    await request({ method: 'anvil_setCode', params: [own, code] })
    assert.equal((await connect({ rpcUrl, core: own })).core, own)
    const empty = getAddress(`0x${'e0'.repeat(20)}`)
    assert.equal((await connect({ rpcUrl, core: empty })).core, empty)
    const { stderr } = await run('status', id, '--core', empty)
    assert.match(stderr, /There is no Federation contract at 0xe0/i)
    assert.equal(await readBalance(client, { token, account: empty }), 0n)
  })
})
