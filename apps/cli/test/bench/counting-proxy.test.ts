import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { startCountingProxy } from '../../src/bench/counting-proxy.ts'

test('requests are counted by caller and method, and a batch of k counts k', async () => {
  const chain = await startLocalChain({ port: 0, accounts: 1 })
  const proxy = await startCountingProxy(chain.rpcUrl)
  try {
    const [one, other] = await Promise.all(['one', 'other'].map((name) => connect({ rpcUrl: proxy.url(name) })))
    proxy.reset()
    const address = chain.accounts[0]!.address
    const [block, balance, nonce] = await Promise.all([
      one!.public.getBlockNumber(),
      one!.public.getBalance({ address }),
      one!.public.getTransactionCount({ address }),
    ])
    assert.ok(block >= 0n && balance > 0n && nonce === 0)
    await other!.public.getBlockNumber()
    assert.deepEqual(
      [...proxy.counts].map(([caller, methods]) => [caller, Object.fromEntries(methods)]),
      [
        ['one', { eth_blockNumber: 1, eth_getBalance: 1, eth_getTransactionCount: 1 }],
        ['other', { eth_blockNumber: 1 }],
      ],
    )
  } finally {
    await proxy.close()
    await chain.stop()
  }
})
