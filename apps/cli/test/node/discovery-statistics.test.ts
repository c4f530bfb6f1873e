/** Nodes that find statistics rounds themselves: within a privacy budget, and without waiting for ever, on a real chain. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, demoToken, readStatus, testAccounts } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import type { Hex } from 'viem'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const folder = fileURLToPath(new URL('../../../../examples/own-csv', import.meta.url))

interface Listed {
  id: string
  kind: string
  schemaHash: string
  epsilon: number | null
  isWanted: boolean
  refusals: string[]
}

describe('tutti node without a federation, where there are statistics rounds', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-discovery-statistics-'))
  const env: Record<string, string> = {}
  const creators = testAccounts(6)
  const ids: Record<string, string> = {}
  let chain: Running
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const create = async (account: number, ...options: string[]) =>
    (await read('stats', 'create', '--task-file', 'task.yaml', '--test-account', `${account}`, ...options)).id as Hex
  const configure = (file: string, policy: object) => writeFileSync(join(cwd, file), JSON.stringify({ policy }))
  const node = (member: number, config: string, ...more: string[]) =>
    read(
      ...['node', '--config', config, '--data', `${member}.csv`, '--test-account', `${member}`],
      ...['--store', `store-${member}`, '--until-idle', ...more],
    )
  const list = async (...options: string[]) => {
    const { federations, privacy } = await read('federations', ...options)
    return { privacy, of: (id: string) => (federations as Listed[]).find((entry) => entry.id === id)! }
  }

  before(async () => {
    cpSync(join(folder, 'task.yaml'), join(cwd, 'task.yaml'))
    for (const [index, file] of ['pumps.csv', 'north.csv', 'south.csv'].entries()) {
      cpSync(join(folder, file), join(cwd, `${index + 1}.csv`))
    }
    chain = startTutti(['chain', '--port', '0', '--accounts', '6', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    const three = ['--members', '3', '--minimum-members', '3', '--stake', '1', '--submit-seconds', '120']
    ids.first = await create(0, ...three, '--epsilon', '1', '--bounty', '9')
    ids.second = await create(0, ...three, '--epsilon', '1', '--bounty', '6')
    ids.exact = await create(0, ...three, '--bounty', '90')
    configure('budget.json', {
      creators: creators[0]!.address,
      tokens: { [demoToken().address]: { maximumStake: 1 } },
      privacyEpsilon: 1.5,
    })
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('a statistics round is judged like a model: by data, schema, ε and trainer', async () => {
    const { of, privacy } = await list('--config', 'budget.json', '--data', '1.csv')
    assert.deepEqual(privacy, { budget: 1.5, spent: 0, left: 1.5 })
    const first = of(ids.first!)
    assert.deepEqual([first.kind, first.epsilon, first.isWanted, first.refusals], ['statistics', 1, true, []])
    const exact = of(ids.exact!)
    assert.deepEqual([exact.epsilon, exact.isWanted], [null, false])
    assert.match(exact.refusals.join(), /its manifest states no ε; policy\.privacyEpsilon allows 1\.5/)
    const { stdout } = await run('federations', '--config', 'budget.json', '--data', '1.csv')
    assert.match(stdout, /a statistics round, ε = 1 for a row/)
    assert.match(stdout, /a statistics round, without noise: exact figures of your rows become public/)
    assert.match(
      stdout,
      /Privacy budget of \.tutti\/nodes: ε = 1\.5, spent 0 in 0 federations of all chains, left 1\.5\./,
    )

    // The same columns are counted in all of them, and others are another schema.
    assert.equal(of(ids.second!).schemaHash, first.schemaHash)
    configure('schema.json', { tokens: { [demoToken().address]: { maximumStake: 1 } }, schemas: first.schemaHash })
    assert.equal((await list('--config', 'schema.json')).of(ids.exact!).isWanted, true)
    configure('other.json', { tokens: { [demoToken().address]: { maximumStake: 1 } }, schemas: `0x${'12'.repeat(32)}` })
    assert.match((await list('--config', 'other.json')).of(ids.first!).refusals.join(), /is not among policy\.schemas/)

    writeFileSync(join(cwd, 'hot.csv'), 'temperature,vibration,maker,hours,failed\nhot,1,Arno,100,no\n')
    const hot = (await list('--config', 'budget.json', '--data', 'hot.csv')).of(ids.first!)
    assert.match(hot.refusals.join(), /the data do not fit: .*"hot" is not a number/)
    configure('trainer.json', { tokens: { [demoToken().address]: { maximumStake: 1 } }, schemas: first.schemaHash })
    const dry = ['node', '--config', 'trainer.json', '--trainer', 'true', '--test-account', '1', '--dry-run']
    const { federations } = await read(...dry)
    assert.match(federations[0].refusals.join(), /it is a statistics round, and a trainer trains models/)
  })

  test('nodes serve what the budget allows to its end, and refuse the next one', async () => {
    const nodes = await Promise.all([1, 2, 3].map((member) => node(member, 'budget.json')))
    for (const { summaries } of nodes) {
      assert.deepEqual(
        summaries.map(({ federationId, roundsTaken }: { federationId: string; roundsTaken: number }) => [
          federationId,
          roundsTaken,
        ]),
        [[ids.first, 1]],
      )
      assert.ok(BigInt(summaries[0].claimed) > 3n * 10n ** 18n)
    }
    assert.equal((await read('stats', 'show', ids.first!)).epsilon, 1)
    assert.equal((await read('verify', ids.first!)).isConsistent, true)
    const options = ['--config', 'budget.json', '--store', 'store-1']
    const { of, privacy } = await list(...options)
    assert.deepEqual(privacy, { budget: 1.5, spent: 1, left: 0.5 })
    assert.match(
      of(ids.second!).refusals.join(),
      /its ε is 1; policy\.privacyEpsilon allows 1\.5, of which 0\.5 is left/,
    )
    // Started again it has counted nothing twice and still finds nothing; another store is other data.
    assert.deepEqual((await node(1, 'budget.json')).summaries, [])
    assert.equal(readdirSync(join(cwd, 'store-1', 'privacy')).length, 1)
    assert.equal((await list('--config', 'budget.json', '--store', 'store-9')).of(ids.second!).isWanted, true)
    assert.equal((await list(...options, '--privacy-epsilon', '2')).of(ids.second!).isWanted, true)
  })

  test('join and a node of one federation keep to the budget too, and a member over it leaves with its stake', async () => {
    const budget = ['--privacy-epsilon', '1.5', '--store', 'store-1']
    const account = ['--test-account', '1', '--data', '1.csv']
    const refused = await run('join', ids.second!, ...account, '--yes', ...budget)
    assert.equal(refused.code, exitCodes.refused)
    assert.match(refused.stderr, /privacy budget of these data .*: its ε is 1; .*of which 0\.5 is left/)
    assert.equal((await run('join', ids.second!, ...account, '--yes', '--config', 'budget.json', ...budget)).code, 21)
    assert.equal((await read('join', ids.second!, ...account, '--yes')).isNew, true)
    const single = await run('node', ids.second!, ...account, ...budget)
    assert.equal(single.code, exitCodes.refused)
    assert.match(single.stderr, /Raise the privacy budget of these data if you agree .*--leave-after 0/)
    const plan = await run('node', ids.second!, ...account, ...budget, '--dry-run')
    assert.match(plan.stdout, /Privacy budget of store-1: ε = 1\.5, spent 1 in 1 federation of all chains, left 0\.5\./)
    assert.match(plan.stdout, /It promises ε = 1 for a row of each member\.\nIt would send no update: its ε is 1;/)
    const plain = await read('node', ids.second!, ...account, ...budget, '--dry-run')
    assert.deepEqual([plain.epsilon, plain.privacy], [1, { budget: 1.5, spent: 1, left: 0.5 }])
    assert.match(plain.budgetRefusal, /its ε is 1/)
    const { summaries } = await node(1, 'budget.json')
    assert.deepEqual(
      summaries.map(({ federationId, submitted }: { federationId: string; submitted: number }) => [
        federationId,
        submitted,
      ]),
      [[ids.second, 0]],
    )
    assert.equal(BigInt(summaries[0].claimed), 10n ** 18n)
    assert.equal(readdirSync(join(cwd, 'store-1', 'privacy')).length, 1)
  })

  test('a damaged ledger is not an empty one', async () => {
    const directory = join(cwd, 'store-2', 'privacy')
    const [name] = readdirSync(directory)
    const path = join(directory, name!)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, 70))
    for (const args of [
      ['federations', '--config', 'budget.json', '--store', 'store-2'],
      [
        'node',
        '--config',
        'budget.json',
        '--data',
        '2.csv',
        '--test-account',
        '2',
        '--store',
        'store-2',
        '--until-idle',
      ],
    ]) {
      const { code, stderr } = await run(...args)
      assert.equal(code, exitCodes.badInput)
      assert.match(stderr, /Restore .*privacy ledger is damaged, so what was spent is not known/)
      assert.ok(stderr.includes(name!))
    }
    writeFileSync(path, whole)
    assert.deepEqual((await node(2, 'budget.json')).summaries, [])
  })

  test('a federation that never opens is left after the time its owner allows, and the next one served', async () => {
    const lonely = ['--members', '3', '--minimum-members', '3', '--join-seconds', '1', '--epsilon', '1']
    const never: Hex = await create(5, ...lonely, '--stake', '1', '--bounty', '90')
    const alone = ['--members', '1', '--minimum-members', '1', '--expose-few', '--epsilon', '1', '--bounty', '2']
    const served = await create(5, ...alone, '--submit-seconds', '60')
    configure('retry.json', {
      creators: creators[5]!.address,
      tokens: { [demoToken().address]: { maximumStake: 1 } },
      maximumWaitSeconds: 3_600,
    })
    const serving = node(4, 'retry.json', '--data', '1.csv')
    const client = await connect({ rpcUrl: env.TUTTI_RPC! })
    while ((await readStatus(client, { id: never })).members === 0) await new Promise((done) => setTimeout(done, 100))
    await advanceTime(client, 3_700)
    const { summaries } = await serving
    assert.deepEqual(
      summaries.map(({ federationId, roundsTaken, claimed }: Record<string, unknown>) => [
        federationId,
        roundsTaken,
        BigInt(claimed as string) > 0n,
      ]),
      [
        [never, 0, true],
        [served, 1, true],
      ],
    )
    const { of } = await list('--config', 'retry.json')
    assert.match(
      of(never).refusals.join(),
      /it has not opened: 0 members have joined, 3 are needed, and policy\.maximumWaitSeconds allows 3600/,
    )
    // Nothing was sent to the first, so nothing is spent on it.
    assert.equal(readdirSync(join(cwd, 'store-4', 'privacy')).length, 1)
  })
})
