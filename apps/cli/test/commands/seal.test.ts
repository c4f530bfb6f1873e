/** `tutti seal`: what it says and sends, interrupted, beside another, while the model moves, and where it cannot be. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  aggregateDirect,
  type ChainClient,
  createFederation,
  deployBlobAggregator,
  readSealing,
  submitDirect,
  testAccounts,
} from '@tutti/chain'
import type { LocalChain } from '@tutti/chain/local'
import { encodeBlobSetup } from '@tutti/core'
import { zeroHash } from 'viem'
import { blobManifest, blobTerms } from '../../../../packages/chain/test/blob-fixture.ts'
import { passSecond, someUpdate, startFederation, startFixture } from '../../../../packages/chain/test/fixture.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

/** 60,000 parameters: two shards of 1,880 and 1,870 words, three pieces each, a transaction a shard. */
const large = {
  terms: { dimension: 60_000, shardSize: 30_080, shardsPerMember: 2, bits: 2, rounds: 2 },
  setup: { tensors: [{ length: 60_000, amplitude: 100 }], layers: [] },
}

describe('tutti seal', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-seal-'))
  const env: Record<string, string> = {}
  let chain: LocalChain
  let client: ChainClient
  let salt = 0
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const start = (...args: string[]) => startTutti(args, { cwd, env })
  const ask = (method: string, ...params: unknown[]) => client.public.request({ method, params } as never)
  const create = (terms: object = {}) =>
    startFederation(chain, client, {
      ...large,
      terms: { ...large.terms, salt: `0x${(++salt).toString(16).padStart(64, '0')}`, ...terms },
    })
  type Federation = Awaited<ReturnType<typeof create>>

  /** Members submit; then all shards are aggregated, or only so many. */
  const play = async ({ id, terms, members }: Federation, round: number, shards = 2) => {
    for (const [index, member] of members.entries()) {
      const payloads = [0, 1].map((shard) => someUpdate(terms, index + round, shard).payload)
      await submitDirect(member, { id, round, payloads })
    }
    await passSecond(client)
    for (let shard = 0; shard < shards; shard++) await aggregateDirect(client, { id, round, shard })
  }
  /** Runs while transactions are only taken in when the test has a block made. */
  const withoutMining = async (act: () => Promise<void>) => {
    await ask('evm_setAutomine', false)
    try {
      await act()
    } finally {
      await ask('evm_setAutomine', true)
      await ask('evm_mine')
    }
  }
  const pending = async (count: number) => {
    const counted = async () => Number(await ask('eth_getBlockTransactionCountByNumber', 'pending'))
    while ((await counted()) < count) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  before(async () => {
    ;({ chain, client } = await startFixture())
    env.TUTTI_RPC = chain.rpcUrl
  })
  after(async () => {
    await chain.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('a dry run says what is left, in how many transactions and for how much, now and later, and sends nothing', async () => {
    const { id } = await create()
    const block = await client.public.getBlockNumber()
    // It needs no key.
    const { code, stdout, stderr } = await run('seal', id, '--dry-run')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(
      stdout,
      /^3,750 of 3,750 words of version 0 are not in code: 2 transactions, at most [\d,]+ gas, 0\.\d+ /m,
    )
    assert.match(stdout, /by the prices of the next fork, Amsterdam, at most [\d,]+ gas in \d+ transactions?/)
    assert.match(stdout, /^Nothing was sent \(--dry-run\)\.$/m)
    const plan = await read('seal', id, '--dry-run')
    assert.deepEqual(
      [plan.id, plan.isSealed, plan.version, plan.done, plan.total, plan.transactionsLeft, plan.transactions],
      [id, false, 0, 0, 3_750, 2, []],
    )
    assert.ok(BigInt(plan.mostPaid) > BigInt(plan.gas) && BigInt(plan.gas) > 20_000_000n)
    assert.equal(await client.public.getBlockNumber(), block)
  })

  test('all is sealed in the transactions that were planned, at no more than was said; then nothing is left to send', async () => {
    const { id } = await create()
    const plan = await read('seal', id, '--dry-run')
    const { code, stdout, stderr } = await run('seal', id, '--test-account', '7')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stdout, /^ {2}shard 0, 3 pieces from 0: [\d,]+ gas.*; 1 transaction left$/m)
    assert.match(stdout, /^ {2}shard 1, 3 pieces from 0: [\d,]+ gas.*; 0 transactions left$/m)
    assert.match(stdout, /^Version 0 is in code, whole\. That took [\d,]+ gas/m)
    assert.doesNotMatch(stdout, /credited/)
    assert.match((await run('status', id)).stdout, /sealed +version 0 is in code, whole: contracts can ask it/)
    const again = await run('seal', id, '--test-account', '7')
    assert.equal(again.stdout, 'Version 0 is in code already, whole: nothing is left to seal.\n')
    const nothing = await read('seal', id, '--test-account', '7')
    assert.deepEqual([nothing.isSealed, nothing.transactions, nothing.paid], [true, [], '0'])

    const other = await create()
    const sealed = await read('seal', other.id, '--test-account', '8')
    assert.deepEqual(
      [sealed.isSealed, sealed.sealedVersion, sealed.version, sealed.done, sealed.transactionsLeft, sealed.pay],
      [true, 0, 0, 3_750, 0, '0'],
    )
    const gas = sealed.transactions.map(({ gasUsed }: { gasUsed: string }) => BigInt(gasUsed))
    assert.equal(gas.length, 2)
    assert.ok(gas[0] + gas[1] <= BigInt(plan.gas))
    const paid = sealed.transactions.reduce((sum: bigint, { paid }: { paid: string }) => sum + BigInt(paid), 0n)
    assert.ok(BigInt(sealed.paid) === paid && paid <= BigInt(plan.mostPaid))
  })

  test('Ctrl-C lets the transaction under way be included, and the same command goes on from there', async () => {
    const { id } = await create()
    const first = start('seal', id, '--test-account', '7')
    await withoutMining(async () => {
      await pending(1)
      const told = untilError(first, /Waiting for the transaction under way; Ctrl-C again ends at once/)
      first.process.kill('SIGINT')
      await told
    })
    const { code, stdout, stderr } = await first.ended
    assert.equal(code, exitCodes.interrupted, stderr)
    assert.match(stdout, /shard 0, 3 pieces from 0: .*; 1 transaction left/)
    assert.match(stderr, new RegExp(`what was sealed stays; left: 1 transaction\\. Go on with: .*seal ${id}`))
    const { isSealed, done } = await readSealing(client, { id })
    assert.deepEqual([isSealed, done], [false, 1_880])
    assert.match(
      (await run('status', id)).stdout,
      /sealed +no version yet; 1,880 of 3,750 words of version 0 are; anyone/,
    )
    assert.match((await run('seal', id, '--dry-run')).stdout, /^1,870 of 3,750 words of version 0 are not in code/m)
    const rest = await read('seal', id, '--test-account', '8')
    assert.deepEqual(
      rest.transactions.map(({ step: { shard, first, count } }: { step: Record<string, number> }) => [
        shard,
        first,
        count,
      ]),
      [[1, 0, 3]],
    )
    assert.deepEqual([rest.isSealed, rest.done], [true, 3_750])
  })

  test('of two who seal at once, each piece is written by one, and both end with the model sealed', async () => {
    const { id } = await create()
    const both = ['7', '8'].map((account) => start('seal', id, '--test-account', account, '--json'))
    await withoutMining(async () => {
      await pending(1)
      // Time for the other to find that the piece is on its way already.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
    })
    const ended = await Promise.all(both.map(({ ended }) => ended))
    for (const { code, stderr } of ended) assert.equal(code, exitCodes.done, stderr)
    const results = ended.map(({ stdout }) => JSON.parse(stdout))
    for (const { isSealed, version } of results) assert.deepEqual([isSealed, version], [true, 0])
    const steps = results.flatMap(({ transactions }) =>
      transactions.map(({ step: { shard, first, count } }: { step: Record<string, number> }) => [shard, first, count]),
    )
    assert.deepEqual(steps.sort(), [
      [0, 0, 3],
      [1, 0, 3],
    ])
  })

  test('a model between the shards of a round is not sealed: that is said with what to do, and after the round it is', async () => {
    const federation = await create()
    const { id } = federation
    await play(federation, 0, 1)
    const dry = await run('seal', id, '--dry-run')
    assert.match(dry.stdout, /between the shards of a round/)
    assert.equal((await read('seal', id, '--dry-run')).isInMotion, true)
    const nonce = () => client.public.getTransactionCount({ address: testAccounts(10)[9]!.address })
    const { code, stderr } = await run('seal', id, '--test-account', '9')
    assert.equal(code, exitCodes.refused)
    assert.match(stderr, /The round is being aggregated.*again when all its shards are done/)
    assert.equal(await nonce(), 0)
    await aggregateDirect(client, { id, round: 0, shard: 1 })
    assert.deepEqual((await read('seal', id, '--test-account', '9')).sealedVersion, 1)
  })

  test('a round that is aggregated meanwhile is named, with how many transactions were for nothing', async () => {
    const federation = await create()
    const { id } = federation
    const sealing = start('seal', id, '--test-account', '7')
    // Held up with its first transaction in the pool until the model has gone on.
    await withoutMining(async () => {
      await pending(1)
      sealing.process.kill('SIGSTOP')
    })
    await play(federation, 0)
    sealing.process.kill('SIGCONT')
    const { code, stderr } = await sealing.ended
    assert.equal(code, exitCodes.refused, stderr)
    assert.match(stderr, /went on from version 0 to 1 .* after 1 transaction: .* Seal after the last round/)
  })

  test('the pay that a creator set aside goes to whoever seals the finished model, who is told how to fetch it', async () => {
    const federation = await create({ rounds: 1, sealPay: 7n * 10n ** 18n })
    const { id } = federation
    assert.match((await run('status', id)).stdout, /which is paid 7 TUTTI after the end/)
    await play(federation, 0)
    const { stdout, code, stderr } = await run('seal', id, '--test-account', '7')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stdout, new RegExp(`^7 TUTTI were credited to you: .*claim ${id}$`, 'm'))
    assert.equal((await read('claim', id, '--test-account', '7')).amount, String(7n * 10n ** 18n))
  })

  test('an account that cannot pay for all of it sends nothing', async () => {
    const { id } = await create()
    const poor = testAccounts(11)[10]!.address
    const { mostPaid } = await read('seal', id, '--dry-run')
    await ask('anvil_setBalance', poor, `0x${(BigInt(mostPaid) / 2n).toString(16)}`)
    const { code, stdout, stderr } = await run('seal', id, '--test-account', '10', '--json')
    assert.equal(code, exitCodes.noFunds, stderr)
    assert.equal(JSON.parse(stdout).error.name, 'InsufficientFundsError')
    assert.equal(await client.public.getTransactionCount({ address: poor }), 0)
    assert.equal((await readSealing(client, { id })).done, 0)
  })

  test('a model in blobs, an id that nobody knows, and a seal without a key are refused by name', async () => {
    const { address: aggregator } = await deployBlobAggregator(client)
    const setup = encodeBlobSetup({ baseModelHash: zeroHash })
    const terms = blobTerms(aggregator, { bounty: 0n })
    const { id } = await createFederation(client, { terms, manifest: blobManifest, setup })
    for (const more of [['--dry-run'], ['--test-account', '7']]) {
      const { code, stderr } = await run('seal', id, ...more)
      assert.equal(code, exitCodes.refused)
      assert.match(
        stderr,
        new RegExp(`model in blobs, so they cannot be sealed in code\\. Pull them: .*model pull ${id}`),
      )
    }
    const unknown = `0x${'11'.repeat(32)}`
    const { code, stdout } = await run('seal', unknown, '--dry-run', '--json')
    assert.equal(code, exitCodes.refused)
    const { error } = JSON.parse(stdout)
    assert.equal(error.name, 'ContractError')
    assert.match(error.message, /UnknownFederation.*No federation has this id here; check id, chain and core address/)
    const federation = await create()
    const keyless = await run('seal', federation.id)
    assert.equal(keyless.code, exitCodes.noKey)
    assert.equal((await run('seal', 'this')).code, exitCodes.usage)
  })
})

/** Resolves once standard error matches. */
function untilError({ process: child }: Running, pattern: RegExp): Promise<void> {
  let text = ''
  return new Promise((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (pattern.test(text)) resolve()
    })
  })
}
