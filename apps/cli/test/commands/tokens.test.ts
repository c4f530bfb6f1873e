/** Federations in tokens of 0, 6, 18 and 27 decimals, from the task file to the claim: nothing takes them for 18. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ChainClient, connect, readBalance, testAccounts } from '@tutti/chain'
import type { Address } from 'viem'
import { callTrialToken, deployTrialToken, text, word } from '../../../../packages/chain/test/trial-token.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('tokens of other decimals than 18', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-tokens-'))
  const env: Record<string, string> = {}
  let chain: Running
  let client: ChainClient
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const deploy = async (decimals: number, symbol: string): Promise<Address> => {
    const token = await deployTrialToken(client, { decimals: word(decimals), symbol: text(symbol) })
    for (const { address } of testAccounts(3)) await callTrialToken(client, token, 'mint', [address, 10n ** 34n])
    return token
  }
  const create = (token: string, ...more: string[]) =>
    read(
      ...['create', '--task', 'breast-cancer', '--members', '2', '--rounds', '1', '--token', token],
      ...['--stake', '2', '--bounty', '7', '--test-account', '0', ...more],
    )

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'a.csv'), `${[header, ...rows.slice(0, 60)].join('\n')}\n`)
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    client = await connect({ rpcUrl: env.TUTTI_RPC!, account: testAccounts(1)[0]! })
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('a federation takes and shows what was meant, whatever the decimals', async () => {
    for (const decimals of [0, 6, 18, 27]) {
      const token = await deploy(decimals, 'TRY')
      const unit = 10n ** BigInt(decimals)
      const before = await readBalance(client, { token, account: testAccounts(1)[0]!.address })
      const { id, terms } = await create(token)
      assert.deepEqual([BigInt(terms.stake), BigInt(terms.bounty)], [2n * unit, 7n * unit])
      const after = await readBalance(client, { token, account: testAccounts(1)[0]!.address })
      assert.equal(before - after, 7n * unit)
      const { stdout } = await run('status', id)
      assert.match(stdout, /^ +stake +2 TRY$/m)
      assert.match(stdout, /^ +bounty +7 TRY, of which 7 TRY unspent$/m)
      assert.match(stdout, new RegExp(`^ +token +TRY, ${decimals} decimals, ${token}$`, 'im'))
      const { stdout: consent } = await run('join', id, '--test-account', '1')
      assert.match(consent, /^Stake: 2 TRY, returned at the end\./m)
      assert.match(consent, new RegExp(`^Token: TRY, ${decimals} decimals, ${token}\\.$`, 'im'))
    }
  })

  test('amounts that the token has not are refused before anything is sent, by option and by file', async () => {
    const token = await deploy(6, 'CENT')
    const finer = await run(
      'create',
      '--task',
      'digits',
      '--token',
      token,
      '--stake',
      '0',
      '--bounty',
      '0.0000001',
      '--test-account',
      '0',
    )
    assert.equal(finer.code, exitCodes.usage)
    assert.match(finer.stderr, /--bounty: "0\.0000001" is no amount: CENT has 6 decimals, and the amount has more/)
    const silent = await run('create', '--task', 'digits', '--token', token, '--test-account', '0')
    assert.equal(silent.code, exitCodes.usage)
    assert.match(silent.stderr, /With --token, give --stake and --bounty/)
  })

  test('a policy speaks of the tokens that it lists, in their units, and refuses the others', async () => {
    const token = await deploy(6, 'CENT')
    const { id } = await create(token, '--bounty', '0', '--stake', '800')
    const configure = (tokens: object) => writeFileSync(join(cwd, 'node.json'), JSON.stringify({ policy: { tokens } }))
    const refusals = async (...more: string[]) => {
      const { federations } = await read('federations', '--config', 'node.json', ...more)
      return federations.find((entry: { id: string }) => entry.id === id).refusals
    }
    configure({ [token]: { maximumStake: '0.001' } })
    assert.deepEqual(await refusals(), ['its stake is 800 CENT; maximumStake allows 0.001 CENT'])
    configure({ [token]: { maximumStake: 800 } })
    assert.deepEqual(await refusals(), [])
    configure({ [token]: { maximumStake: 800, decimals: 18 } })
    assert.match((await refusals())[0], /says that it has 6 decimals; policy\.tokens says 18/)
    // Flags without --token speak of the only token of the file, or of the demo token.
    configure({ [token]: { maximumStake: 800 } })
    assert.deepEqual(await refusals('--maximum-stake', '1'), ['its stake is 800 CENT; maximumStake allows 1 CENT'])
    configure({})
    assert.match((await refusals('--maximum-stake', '900'))[0], /is not among policy\.tokens/)
    assert.deepEqual(await refusals('--maximum-stake', '900', '--token', token), [])
  })

  test('a node earns and claims in the token of its federation, in text and JSON', async () => {
    const token = await deploy(6, 'CENT')
    const { id } = await create(token)
    for (const account of ['1', '2']) {
      await read('join', id, '--yes', '--test-account', account, '--data', 'a.csv')
    }
    const [first, second] = await Promise.all([
      run('node', id, '--data', 'a.csv', '--test-account', '1', '--store', 's1'),
      read('node', id, '--data', 'a.csv', '--test-account', '2', '--store', 's2'),
    ])
    assert.match(first!.stdout, /^Took part in 1 round, .* earned 3\.\d+ CENT, claimed 5\.\d+ CENT, used/m)
    assert.match(first!.stdout, /claimed 5\.\d+ CENT$/m)
    assert.deepEqual([second.token.decimals, second.token.symbol], [6, 'CENT'])
    assert.ok(BigInt(second.claimed) > 5_000_000n && BigInt(second.claimed) < 6_000_000n)
  })

  test('of a token that refuses a member its node says so once and ends; the claim goes to another account', async () => {
    const token = await deploy(6, 'CENT')
    const { id } = await create(token)
    for (const account of ['1', '2']) {
      await read('join', id, '--yes', '--test-account', account, '--data', 'a.csv')
    }
    const { address } = testAccounts(2)[1]!
    await callTrialToken(client, token, 'refuse', [address, true])
    const [refused, other] = await Promise.all([
      run('node', id, '--data', 'a.csv', '--test-account', '1', '--store', 's3'),
      read('node', id, '--data', 'a.csv', '--test-account', '2', '--store', 's4'),
    ])
    assert.equal(refused!.code, exitCodes.refused)
    assert.match(refused!.stderr, new RegExp(`CENT .* refuses to pay ${address}.*tutti claim ${id} --to ADDRESS`))
    assert.doesNotMatch(refused!.stdout, /somebody else was first to claim/)
    assert.ok(BigInt(other.claimed) > 5_000_000n)
    const recipient = `0x${'5a'.repeat(20)}` as const
    const { amount } = await read('claim', id, '--test-account', '1', '--to', recipient)
    assert.ok(BigInt(amount) > 5_000_000n)
    assert.equal(await readBalance(client, { token, account: recipient }), BigInt(amount))
  })
})
