import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readMember, readStatus } from '@tutti/chain'
import { createWalletClient, erc20Abi, http } from 'viem'
import type { Disclosure } from '../../src/joining/disclosure.ts'
import { ConsentRefusedError, joinFederation } from '../../src/joining/join.ts'
import { type Fixture, startFederation, stripes } from '../fixture.ts'

let fixture: Fixture
before(async () => {
  fixture = await startFederation({ members: 2, accounts: 6, joins: false })
})
after(() => fixture.end())

async function isMember(index: number): Promise<boolean> {
  const client = fixture.clients[index]!
  return (await readMember(client, { id: fixture.federationId, account: client.account.address })).isMember
}

test('joining says what becomes public for ever before it asks, and pays the stake after', async () => {
  const { federationId, terms } = fixture
  const client = fixture.clients[0]!
  let shown: Disclosure | undefined
  const consent = async (disclosure: Disclosure) => {
    shown = disclosure
    assert.equal(await isMember(0), false)
    return true
  }
  const joined = await joinFederation({ client, federationId, consent, dataset: stripes(1) })
  assert.equal(joined.isNew, true)
  assert.equal(joined.manifestHash, terms.manifestHash)
  assert.ok(joined.cost!.gasUsed > 0n)
  assert.equal(shown!.stake, terms.stake)
  assert.equal(shown!.updateBytes, 96)
  assert.ok(shown!.published.some((sentence) => sentence.includes(client.account.address)))
  assert.equal(await isMember(0), true)
  assert.equal((await readStatus(client, { id: federationId })).staked, terms.stake)
})

test('joining again changes nothing and asks nothing', async () => {
  const { federationId } = fixture
  const consent = () => assert.fail('asked a member')
  const joined = await joinFederation({ client: fixture.clients[0]!, federationId, consent })
  assert.equal(joined.isNew, false)
})

test('without consent nothing is sent', async () => {
  const { federationId } = fixture
  const client = fixture.clients[1]!
  await assert.rejects(joinFederation({ client, federationId, consent: () => false }), ConsentRefusedError)
  assert.equal(await client.public.getTransactionCount({ address: client.account.address }), 0)
})

test('a data set that does not fit, and a manifest that is another one, are refused before asking', async () => {
  const { federationId } = fixture
  const client = fixture.clients[1]!
  const consent = () => assert.fail('asked in vain')
  const good = stripes(1)
  const wrong = [
    [{ ...good, features: 15 }, /15 inputs; the model takes 16/],
    [{ ...good, count: 0, inputs: new Uint8Array(0), labels: new Int32Array(0) }, /no examples/],
    [{ ...good, inputZero: 128 }, /zero is byte 128/],
    [{ ...good, inputScale: [1, 255] as [number, number] }, /1\/255; the schema says 1\/128/],
    [{ ...good, labels: good.labels.map(() => 3) }, /label of example 0 is 3; the schema allows 0 to 2/],
    [{ ...good, labels: good.labels.subarray(1) }, /47 labels for 48 examples/],
  ] as const
  for (const [dataset, message] of wrong) {
    const refused = { name: 'UnfitDatasetError', message }
    await assert.rejects(joinFederation({ client, federationId, consent, dataset }), refused)
  }
  const manifestHash = `0x${'34'.repeat(32)}` as const
  await assert.rejects(joinFederation({ client, federationId, consent, manifestHash }), { name: 'StaleManifestError' })
  assert.equal(await isMember(1), false)
})

test('an account without coins or without tokens is told so before it is asked', async () => {
  const { federationId, terms } = fixture
  const client = fixture.clients[2]!
  const consent = () => assert.fail('asked in vain')
  const set = (balance: string) =>
    client.public.request({ method: 'anvil_setBalance', params: [client.account.address, balance] } as never)
  await set('0x0')
  await assert.rejects(joinFederation({ client, federationId, consent }), { name: 'InsufficientFundsError' })
  await set('0xde0b6b3a7640000')
  const data = { address: terms.token, abi: erc20Abi, chain: null, account: client.account } as const
  const balance = await client.public.readContract({
    ...data,
    functionName: 'balanceOf',
    args: [client.account.address],
  })
  const wallet = createWalletClient({ transport: http(fixture.chain.rpcUrl), account: client.account })
  const args = [fixture.clients[1]!.account.address, balance - terms.stake + 1n] as const
  const hash = await wallet.writeContract({ ...data, functionName: 'transfer', args })
  await client.public.waitForTransactionReceipt({ hash })
  await assert.rejects(joinFederation({ client, federationId, consent }), { name: 'InsufficientTokensError' })
  assert.equal(await isMember(2), false)
})
