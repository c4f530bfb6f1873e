/** Leaving and claiming by hand, each command a process of its own on a real chain. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keccak256 } from 'viem'
import { startEndpoint, startLaggingPair } from '../../../../packages/chain/test/endpoint.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti, startTutti } from '../tutti.ts'

const gwei = 1_000_000_000n
const hex = (value: bigint) => `0x${value.toString(16)}`

test('a member leaves by hand with its stake, and then nothing is owed', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-claim-'))
  const chain = startTutti(['chain', '--port', '0', '--accounts', '3', '--json'], { cwd })
  try {
    const { rpcUrl } = JSON.parse(await chain.until(/\}\n$/))
    const options = { cwd, env: { TUTTI_RPC: rpcUrl } }
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', '3', '--stake', '2']
    const { id } = await readTutti(['create', ...terms, '--test-account', '0'], options)
    await readTutti(['join', id, '--test-account', '1', '--yes'], options)
    const account = ['--test-account', '1']
    const early = await readTutti(['claim', id, ...account], options)
    assert.deepEqual([early.amount, early.stake, early.hash], ['0', '2000000000000000000', undefined])
    const lost = await runTutti(['claim', id, ...account, '--to', `0x${'0'.repeat(40)}`, '--json'], options)
    assert.equal(lost.code, exitCodes.usage)
    assert.match(JSON.parse(lost.stdout).error.message, /could never spend/)
    const dry = await readTutti(['leave', id, ...account, '--dry-run'], options)
    assert.equal(dry.stake, '2000000000000000000')
    assert.equal((await readTutti(['status', id], options)).status.members, 1)
    const dear = await runTutti(['leave', id, ...account, '--max-fee', '0', '--json'], options)
    const { name, message, exitCode } = JSON.parse(dear.stdout).error
    assert.deepEqual(
      [dear.code, exitCode, name],
      [exitCodes.endpointRefused, exitCodes.endpointRefused, 'FeeLimitError'],
    )
    assert.match(message, /--max-fee allows 0\. Nothing was sent/)
    const liar = await startEndpoint(rpcUrl)
    const asked = (wei: bigint) => ({ result: hex(wei) })
    for (const args of [[], ['--dry-run']]) {
      liar.behave({
        answer: ({ method }) => (method === 'eth_maxPriorityFeePerGas' ? asked(50_000_000n * gwei) : undefined),
      })
      const { code, stdout } = await runTutti(['leave', id, ...account, '--rpc', liar.url, ...args, '--json'], options)
      assert.deepEqual([code, JSON.parse(stdout).error.name], [exitCodes.endpointRefused, 'UnusualFeeError'])
      liar.behave({
        bend: ({ method }, result) =>
          method === 'eth_getBlockByNumber' ? { ...result, baseFeePerGas: hex(10_000_000n * gwei) } : result,
      })
      const base = await runTutti(['leave', id, ...account, '--rpc', liar.url, ...args, '--json'], options)
      assert.match(JSON.parse(base.stdout).error.message, /asks for 10000001? gwei a gas, .*--max-fee/)
    }
    assert.equal(liar.count('eth_sendRawTransaction'), 0)
    const zero = `0x${'0'.repeat(64)}`
    const invented = {
      blockNumber: '0x1',
      blockHash: zero,
      transactionIndex: '0x0',
      cumulativeGasUsed: '0x5208',
      gasUsed: '0x5208',
      effectiveGasPrice: '0x1',
      status: '0x1',
      type: '0x2',
      logs: [],
      logsBloom: `0x${'0'.repeat(512)}`,
    }
    liar.behave({
      answer: ({ method, params }) => {
        if (method === 'eth_sendRawTransaction') return { result: keccak256(params[0]) }
        return method === 'eth_getTransactionReceipt'
          ? { result: { ...invented, transactionHash: params[0] } }
          : undefined
      },
    })
    const unsent = await runTutti(['leave', id, ...account, '--rpc', liar.url, '--json'], options)
    assert.deepEqual(
      [unsent.code, JSON.parse(unsent.stdout).error.name],
      [exitCodes.unreachable, 'MalformedAnswerError'],
    )
    await liar.close()
    await readTutti(['join', id, '--test-account', '2', '--yes'], options)
    const pair = await startLaggingPair(rpcUrl, 1)
    const behind = await runTutti(['leave', id, '--test-account', '2', '--rpc', pair.url], options)
    await pair.close()
    assert.match(
      behind.stdout,
      /has left\.\n2 TUTTI were paid to 0x\w{40} for [\d,]+ gas, 0\.0\d+ of the chain's coin\.\n$/,
    )
    const wrong = await runTutti(['leave', id, ...account, '--tip', 'much'], options)
    assert.deepEqual([wrong.code, /It takes gwei per gas/.test(wrong.stderr)], [exitCodes.usage, true])
    const left = await readTutti(['leave', id, ...account, '--tip', '2.5', '--max-fee', '50'], options)
    assert.ok(BigInt(left.paid) >= BigInt(left.gasUsed) * 2n * gwei, left.paid)
    assert.ok(BigInt(dry.mostPaid) > 0n)
    assert.deepEqual([left.amount, left.stake, left.isMember], ['2000000000000000000', '0', false])
    assert.equal((await readTutti(['claim', id, ...account], options)).amount, '0')
    const again = await runTutti(['leave', id, ...account, '--json'], options)
    assert.equal(again.code, exitCodes.refused)
    assert.match(JSON.parse(again.stdout).error.message, /not a member.*tutti claim/)
  } finally {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  }
})
