/** What `create` takes for `--seal-pay` and `terms.sealPay`, what it refuses before anything is sent, and how it speaks of shards. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ChainClient, mintDemoTokens } from '@tutti/chain'
import type { LocalChain } from '@tutti/chain/local'
import { zeroAddress } from 'viem'
import { startFixture } from '../../../../packages/chain/test/fixture.ts'
import { callTrialToken, deployTrialToken, text, word } from '../../../../packages/chain/test/trial-token.ts'
import { describeLargestShard } from '../../src/create/term-lines.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

test('the largest shard is named by the limit that bounds it; of a model that fits whole, only that it does', () => {
  assert.equal(
    describeLargestShard({ byBytes: 2_432, byGas: 2_432 }, 2_410),
    'the whole model fits one shard, by bytes and by gas of a transaction',
  )
  assert.equal(
    describeLargestShard({ byBytes: 32_000, byGas: 199_960 }, 199_960),
    "the largest shard that these terms allow: 32,000 parameters by a transaction's bytes, by a transaction's gas the whole model fits",
  )
  assert.equal(
    describeLargestShard({ byBytes: 32_000, byGas: 16_000 }, 199_960),
    "the largest shard that these terms allow: 32,000 parameters by a transaction's bytes, 16,000 parameters by a transaction's gas",
  )
})

describe('pay for sealing', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-seal-pay-'))
  const env: Record<string, string> = {}
  let chain: LocalChain
  let client: ChainClient
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const create = (...more: string[]) => [
    ...['create', '--task', 'breast-cancer', '--members', '2', '--rounds', '1', '--test-account', '0'],
    ...more,
  ]
  const refused = async (code: number, pattern: RegExp, ...args: string[]) => {
    const nonce = () => client.public.getTransactionCount({ address: client.account!.address })
    const sent = await nonce()
    const ended = await run(...args)
    assert.equal(ended.code, code, `${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`)
    assert.match(ended.stderr, pattern)
    assert.equal(await nonce(), sent)
  }

  before(async () => {
    ;({ chain, client } = await startFixture())
    env.TUTTI_RPC = chain.rpcUrl
    writeFileSync(join(cwd, 'mine.csv'), readFileSync(table, 'utf8').split('\n').slice(0, 121).join('\n'))
    await mintDemoTokens(client, { to: client.account!.address, amount: 10n ** 21n })
  })
  after(async () => {
    await chain.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('an amount is set aside beside the bounty, in the units of the token, and zero sets nothing aside', async () => {
    const { id, terms } = await read(...create('--seal-pay', '2.5'))
    assert.equal(terms.sealPay, '2500000000000000000')
    assert.equal((await read('status', id)).status.sealPot, '2500000000000000000')
    const cents = await deployTrialToken(client, { decimals: word(6), symbol: text('CENT') })
    await callTrialToken(client, cents, 'mint', [client.account!.address, 10n ** 12n])
    const inCents = ['--token', cents, '--stake', '0', '--bounty', '0']
    assert.equal((await read(...create(...inCents, '--seal-pay', '0.000001'))).terms.sealPay, '1')
    const none = await read(...create('--seal-pay', '0', '--dry-run'))
    assert.equal(none.terms.sealPay, '0')
    // Nothing to pay and no token named: the terms name none.
    assert.equal((await read(...create('--stake', '0', '--bounty', '0', '--dry-run'))).terms.token, zeroAddress)
    await refused(
      exitCodes.usage,
      /--seal-pay: "0\.0000001" is no amount: CENT has 6 decimals/,
      ...create(...inCents, '--seal-pay', '0.0000001'),
    )
  })

  test('what is no amount, finer than the token, or more than terms or the creator hold is refused before anything is sent', async () => {
    for (const amount of ['-1', 'much', '1e3', '']) {
      await refused(
        exitCodes.usage,
        /--seal-pay.*It takes an amount from 0, such as 7 or 7\.5/,
        ...create(`--seal-pay=${amount}`),
      )
    }
    await refused(
      exitCodes.usage,
      /--seal-pay: .* TUTTI has 18 decimals/,
      ...create('--seal-pay', `0.${'0'.repeat(18)}1`),
    )
    await refused(exitCodes.noFunds, /holds .* TUTTI and needs 1,?000,?100 TUTTI/, ...create('--seal-pay', '1000000'))
    const most = 2n ** 128n / 10n ** 18n + 1n
    for (const more of [[], ['--dry-run']]) {
      await refused(
        exitCodes.usage,
        /sealPay is \d+; it must be an integer from 0 to 2\^128 − 1/,
        ...create('--seal-pay', String(most), ...more),
      )
    }
    await refused(
      exitCodes.usage,
      /There is no token at 0x0{40} .*no --seal-pay/,
      ...create('--token', zeroAddress, '--stake', '0', '--bounty', '0', '--seal-pay', '1'),
    )
    await refused(
      exitCodes.usage,
      /sealPay is above 0; a model in blobs is not sealed in code\. Use 0/,
      ...create('--path', 'blob', '--seal-pay', '1'),
    )
    assert.equal((await read(...create('--path', 'blob', '--seal-pay', '0', '--dry-run'))).terms.sealPay, '0')
  })

  test('a task file names it as terms.sealPay, in tokens; the option comes first', async () => {
    const { error } = await run('task', 'init', 'mine.csv', '--label', 'diagnosis', '--out', 'task.json').then(
      ({ code, stderr }) => ({ error: code === exitCodes.done ? undefined : stderr }),
    )
    assert.equal(error, undefined)
    const file = JSON.parse(readFileSync(join(cwd, 'task.json'), 'utf8'))
    const write = (sealPay: unknown) =>
      writeFileSync(join(cwd, 'paid.json'), JSON.stringify({ ...file, terms: { ...file.terms, members: 2, sealPay } }))
    const creating = ['create', '--task-file', 'paid.json', '--data', 'mine.csv', '--test-account', '0', '--dry-run']
    write('2.5')
    assert.equal((await read(...creating)).terms.sealPay, '2500000000000000000')
    assert.equal((await read(...creating, '--seal-pay', '1')).terms.sealPay, '1000000000000000000')
    write(3)
    assert.equal((await read(...creating)).terms.sealPay, '3000000000000000000')
    for (const wrong of [-1, 2.5, 'much', '-2']) {
      write(wrong)
      await refused(exitCodes.badInput, /sealPay/, ...creating)
    }
    write(`0.${'0'.repeat(18)}1`)
    await refused(exitCodes.usage, /terms\.sealPay: .* TUTTI has 18 decimals/, ...creating)
  })
})
