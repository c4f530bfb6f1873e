/** What waits at the chain in the account's name: another wallet's holds the node back, aloud; its own makes room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AccountBusyError,
  type Attempt,
  type Call,
  demoTokenAbi,
  handOver,
  mintDemoTokens,
  seeThrough,
} from '@tutti/chain'
import { encodeFunctionData, type Hex } from 'viem'
import { openAccount } from '../../src/sending/account.ts'
import { plainCarrier, toFollowOptions } from '../../src/sending/transactions.ts'
import type { NodeEventBody } from '../../src/status/events.ts'
import type { Report } from '../../src/status/report.ts'
import { countSubmissions, type Fixture, startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

function ask<T>({ clients }: Fixture, method: string, ...params: unknown[]): Promise<T> {
  return clients[0]!.public.request({ method, params } as never) as Promise<T>
}

test("behind another wallet's transaction a node signs nothing, says so once, and goes on when it is mined", async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1, submitSeconds: 600 } })
  try {
    const client = fixture.clients[1]!
    const { account } = client
    await ask(fixture, 'evm_setAutomine', false)
    const nonce = await client.public.getTransactionCount({ address: account.address })
    const foreign = { type: 'eip1559', chainId: client.chainId, to: account.address, gas: 21_000n, nonce } as const
    const fees = { maxFeePerGas: 20n * 10n ** 9n, maxPriorityFeePerGas: 1n }
    const raw = await account.signTransaction({ ...foreign, ...fees })
    await ask(fixture, 'eth_sendRawTransaction', raw)
    const node = start(fixture, 1)
    const heldBack = () => node.events.filter(({ kind }) => kind === 'held-back')
    while (heldBack().length === 0) await pause()
    const { message } = heldBack()[0] as NodeEventBody & { kind: 'held-back' }
    assert.match(
      message,
      new RegExp(`A transaction of account ${account.address} waits at the chain \\(nonce ${nonce}\\)`),
    )
    assert.ok(!node.kinds().includes('signed'))
    const { pending, queued } = await ask<Record<'pending' | 'queued', Record<Hex, object>>>(fixture, 'txpool_content')
    assert.deepEqual([Object.values(pending).map((of) => Object.keys(of)), queued], [[[String(nonce)]], {}])
    await ask(fixture, 'evm_setAutomine', true)
    await ask(fixture, 'evm_mine')
    await Promise.all([node.done, start(fixture, 0).done])
    assert.equal(heldBack().length, 1)
    assert.equal(await countSubmissions(client, fixture.federationId, account.address, 0), 1)
  } finally {
    await fixture.end()
  }
})

test('a transaction of its own that can only fail by now gives its nonce to one that does nothing', async () => {
  const fixture = await startFederation({ members: 1 })
  try {
    const holder = fixture.clients[0]!
    const { token } = fixture.terms
    const events: NodeEventBody[] = []
    const report = { tell: (event: NodeEventBody) => events.push(event) } as unknown as Report
    const account = openAccount(holder, { retry: retry(), report, timeoutMs: 3_000 })
    const carrier = plainCarrier(holder)
    const attempts: Attempt[] = [await account.sign(carrier, mintCall(fixture), [])]
    const { nonce, hash } = attempts[0]!
    await ask(fixture, 'evm_setAutomine', false)
    await handOver(holder, attempts, carrier)
    account.note(attempts, { carrier, ...toFollowOptions(retry()) })
    await ask(fixture, 'anvil_setCode', token, refusing)
    const signing = account.sign(carrier, { to: holder.account.address, data: '0x' }, [])
    while (events.length === 0) await pause()
    const isReplaced = async () => (await ask(fixture, 'eth_getTransactionByHash', hash)) === null
    while (!(await isReplaced())) await pause()
    await ask(fixture, 'evm_mine')
    const next = await signing
    assert.equal(next.nonce, nonce + 1)
    assert.deepEqual(events, [{ kind: 'nonce-spent', nonce, reason: 'vain' }])
    await assert.rejects(holder.public.getTransactionReceipt({ hash }), { name: 'TransactionReceiptNotFoundError' })
  } finally {
    await fixture.end()
  }
})

test('what waits and was not sent here is refused by the nonce that holds up', async () => {
  const fixture = await startFederation({ members: 1 })
  try {
    const client = fixture.clients[0]!
    await ask(fixture, 'evm_setAutomine', false)
    const sent = mintDemoTokens(client, { to: client.account.address, amount: 1n })
    const carrier = plainCarrier(client)
    const nonce = await client.public.getTransactionCount({ address: client.account.address })
    while (
      (await client.public.getTransactionCount({ address: client.account.address, blockTag: 'pending' })) === nonce
    )
      await pause()
    const account = openAccount(client, {
      retry: retry(),
      report: { tell: () => assert.fail() } as unknown as Report,
      timeoutMs: 0,
    })
    await assert.rejects(account.sign(carrier, mintCall(fixture), []), (error: AccountBusyError) => {
      assert.ok(error instanceof AccountBusyError)
      return error.nonce === nonce
    })
    await ask(fixture, 'evm_mine')
    await sent
  } finally {
    await fixture.end()
  }
})

test('a gap below a transaction is filled unless it can only fail: what was lost there may come back', async () => {
  const fixture = await startFederation({ members: 1 })
  try {
    const client = fixture.clients[0]!
    const { token } = fixture.terms
    const code = await ask<Hex>(fixture, 'eth_getCode', token, 'latest')
    const carrier = plainCarrier(client)
    const attempts: Attempt[] = [await carrier.sign(mintCall(fixture), [])]
    const { nonce } = attempts[0]!
    await ask(fixture, 'anvil_setNonce', client.account.address, `0x${(nonce - 1).toString(16)}`)
    const gaps: number[] = []
    const onGap = (gap: number) => gaps.push(gap)
    const following = { carrier, onGap, ...toFollowOptions(retry()) }
    await ask(fixture, 'anvil_setCode', token, refusing)
    const vain = await seeThrough(client, attempts, { ...following, timeoutMs: 1_000 })
    assert.deepEqual([vain, gaps], [{ kind: 'pending', isIncluded: false }, []])
    await ask(fixture, 'anvil_setCode', token, code)
    const fate = await seeThrough(client, attempts, { ...following, timeoutMs: 60_000 })
    assert.deepEqual([fate.kind, gaps], ['mined', [nonce - 1]])
  } finally {
    await fixture.end()
  }
})

/** Code of a contract that refuses everything, with an error that nobody knows. */
const refusing = '0x63deadbeef5f526004601cfd'

function retry() {
  const backOff = { firstMilliseconds: 50, mostMilliseconds: 400, random: Math.random }
  return { backOff, signal: new AbortController().signal }
}

function mintCall({ terms, clients }: Fixture): Call {
  const args = [clients[0]!.account.address, 1n] as const
  return { to: terms.token, data: encodeFunctionData({ abi: demoTokenAbi, functionName: 'mint', args }) }
}
