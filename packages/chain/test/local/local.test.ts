import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { test } from 'node:test'
import { parseEther } from 'viem'
import {
  ChainMismatchError,
  ChainUnreachableError,
  ContractError,
  connect,
  deployContracts,
  GasCapExceededError,
  InsufficientFundsError,
  mintDemoTokens,
  NoAccountError,
  NonceTakenError,
  NotDeployedError,
  prepareTransaction,
  readBalance,
  readStatus,
  sendCall,
  sendPrepared,
  testAccounts,
  withAccount,
} from '../../src/index.ts'
import { advanceTime, PortTakenError, startLocalChain } from '../../src/local/local.ts'

const accounts = testAccounts(3)
const [sender, receiver] = [accounts[0]!, accounts[1]!]
const gift = { to: receiver.address, data: '0x', value: parseEther('1') } as const

test('a local chain that is stopped and started again has kept its state', async () => {
  const directory = await mkdtemp(joinPath(tmpdir(), 'tutti-chain-'))
  try {
    const first = await startLocalChain({ port: 0, directory })
    const client = await connect({ rpcUrl: first.rpcUrl, account: sender })
    const { demoToken } = await deployContracts(client)
    await mintDemoTokens(client, { to: receiver.address, amount: 77n })
    await first.stop()
    const second = await startLocalChain({ port: first.port, directory })
    try {
      assert.equal(await readBalance(client, { token: demoToken, account: receiver.address }), 77n)
      assert.equal((await deployContracts(client)).writes.length, 0)
    } finally {
      await second.stop()
    }
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('blocks come by themselves: without end at a steady pace, or so many after each transaction', async () => {
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (const blocks of [2, Infinity]) {
    const chain = await startLocalChain({ port: 0, pace: { seconds: 0.1, blocks } })
    try {
      const client = await connect({ rpcUrl: chain.rpcUrl, account: sender })
      const head = () => client.public.getBlockNumber({ cacheTime: 0 })
      await until(async () => (await head()) >= 2n)
      if (blocks === Infinity) await until(async () => (await head()) >= 8n)
      else {
        // Twenty more looks see no third.
        await new Promise((resolve) => setTimeout(resolve, 2_000))
        assert.equal(await head(), 2n)
        await sendCall(client, gift)
        await until(async () => (await head()) >= 5n)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        assert.equal(await head(), 5n)
      }
    } finally {
      await chain.stop()
    }
  }
})

test('a port that is taken is said to be', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await assert.rejects(startLocalChain({ port }), PortTakenError)
  await new Promise((resolve) => server.close(resolve))
})

test('the chain is the process itself: its id is gone after stop, and stopping twice is harmless', async () => {
  const chain = await startLocalChain({ port: 0 })
  process.kill(chain.pid, 0)
  await chain.stop()
  await chain.stop()
  assert.throws(() => process.kill(chain.pid, 0))
})

test('a program that ends without stopping its chain leaves none behind', async () => {
  const local = new URL('../../src/local/local.ts', import.meta.url).href
  const script = `const { startLocalChain } = await import('${local}'); console.log((await startLocalChain({ port: 0 })).pid); process.exit()`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const pid = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  assert.ok(pid > 0)
  const isGone = () => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
  while (!isGone()) await new Promise((resolve) => setTimeout(resolve, 20))
})

test('a chain that disappears is unreachable, which can be retried; once it is back the same call works', async () => {
  const chain = await startLocalChain({ port: 0 })
  const client = await connect({ rpcUrl: chain.rpcUrl, account: sender, retries: 0 })
  const prepared = await prepareTransaction(client, gift)
  await chain.stop()
  for (const run of [
    () => sendPrepared(client, prepared),
    () => prepareTransaction(client, gift),
    () => connect(chain),
  ]) {
    await assert.rejects(run(), (error: Error) => error instanceof ChainUnreachableError && error.isRetryable)
  }
  const again = await startLocalChain({ port: chain.port })
  try {
    assert.equal((await sendPrepared(client, prepared)).receipt.status, 'success')
  } finally {
    await again.stop()
  }
})

test('sending', async (t) => {
  const chain = await startLocalChain({ port: 0 })
  t.after(() => chain.stop())
  const client = await connect({ rpcUrl: chain.rpcUrl, account: sender })

  await t.test('a prepared transaction sent twice, or at once from two processes, is one transaction', async () => {
    const before = await client.public.getBalance({ address: receiver.address })
    const kept = JSON.stringify(await prepareTransaction(client, gift))
    const results = await Promise.all([sendPrepared(client, JSON.parse(kept)), sendPrepared(client, JSON.parse(kept))])
    const third = await sendPrepared(client, JSON.parse(kept))
    assert.deepEqual(new Set([...results, third].map(({ hash }) => hash)).size, 1)
    assert.equal((await client.public.getBalance({ address: receiver.address })) - before, parseEther('1'))
  })

  await t.test('a prepared transaction whose nonce another one took can never be included, and says so', async () => {
    const prepared = await prepareTransaction(client, gift)
    await sendCall(client, { ...gift, value: 1n })
    await assert.rejects(sendPrepared(client, prepared), NonceTakenError)
  })

  await t.test('calls of one account made at the same time all arrive', async () => {
    const before = await client.public.getTransactionCount({ address: sender.address })
    await Promise.all(Array.from({ length: 5 }, () => sendCall(client, { ...gift, value: 1n })))
    assert.equal((await client.public.getTransactionCount({ address: sender.address })) - before, 5)
  })

  await t.test('an account without funds, a client without account, another chain: each is named', async () => {
    const poor = withAccount(client, testAccounts(1, 200)[0]!)
    await assert.rejects(prepareTransaction(poor, { ...gift, value: 0n }), InsufficientFundsError)
    const { account: _, ...reader } = client
    await assert.rejects(prepareTransaction({ ...reader, account: undefined }, gift), NoAccountError)
    const prepared = await prepareTransaction(client, gift)
    await assert.rejects(sendPrepared(client, { ...prepared, chainId: 1 }), ChainMismatchError)
  })

  await t.test('a transaction above the gas cap is refused before it is sent', async () => {
    const endless = '0x5b600056'
    await assert.rejects(prepareTransaction(client, { data: endless }), GasCapExceededError)
    await assert.rejects(
      prepareTransaction(client, { ...gift, data: `0x${'11'.repeat(500_000)}` }),
      GasCapExceededError,
    )
  })

  await t.test('a core that is not there is told from a federation that is not there', async () => {
    const query = { id: `0x${'00'.repeat(32)}` } as const
    await assert.rejects(readStatus(client, query), NotDeployedError)
    await deployContracts(client)
    await assert.rejects(readStatus(client, query), ContractError)
  })

  await t.test('time moves on when told to', async () => {
    const before = await client.public.getBlock()
    await advanceTime(client, 1_000)
    assert.ok((await client.public.getBlock()).timestamp - before.timestamp >= 1_000n)
  })
})
