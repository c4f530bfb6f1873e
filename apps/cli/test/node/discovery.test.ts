/** Nodes that find their federations themselves, on a real chain with three of which the owners' policy allows one. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { demoToken, testAccounts } from '@tutti/chain'
import { describeState } from '../../src/node/view.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runBriefly, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('tutti node without a federation', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-discovery-'))
  const env: Record<string, string> = {}
  const creator = testAccounts(1)[0]!.address
  let chain: Running
  const ids: Record<string, string> = {}
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'a.csv'), `${[header, ...rows.slice(0, 100)].join('\n')}\n`)
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    const create = async (task: string, account: string, stake: string, bounty: string) => {
      const terms = ['--members', '2', '--rounds', '2', '--bounty', bounty, '--stake', stake]
      return (await read('create', '--task', task, ...terms, '--test-account', account)).id as string
    }
    ids.dear = await create('breast-cancer', '0', '9', '40')
    ids.good = await create('breast-cancer', '0', '1', '4')
    ids.strange = await create('digits', '3', '1', '0.4')
    const limits = { minimumReward: '0.5', maximumStake: 2, tokensPerMegagas: '0.000001' }
    const policy = { creators: creator, tokens: { [demoToken().address]: limits } }
    writeFileSync(join(cwd, 'node.json'), JSON.stringify({ data: 'a.csv', policy }))
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('--dry-run judges every federation with its reasons, and sends nothing', async () => {
    const { federations, wouldJoin } = await read('node', '--config', 'node.json', '--test-account', '1', '--dry-run')
    assert.equal(wouldJoin, ids.good)
    const of = (id: string) => federations.find((entry: { id: string }) => entry.id === id)
    assert.deepEqual(of(ids.good!).refusals, [])
    assert.deepEqual(of(ids.dear!).refusals, ['its stake is 9 TUTTI; maximumStake allows 2 TUTTI'])
    const reasons = of(ids.strange!).refusals.join('\n')
    for (const reason of [
      /is not among policy\.creators/,
      /the data do not fit/,
      /minimumReward asks for 0\.5 TUTTI/,
    ]) {
      assert.match(reasons, reason)
    }
    const { stdout } = await run('node', '--config', 'node.json', '--test-account', '1', '--dry-run')
    assert.match(stdout, new RegExp(`${ids.good} is allowed`))
    assert.match(stdout, new RegExp(`${ids.dear} is refused\\n.*\\n    because its stake is 9 TUTTI`))
    assert.match(
      stdout,
      new RegExp(`Now it would join .*${ids.good}: of those allowed it is the best paid\\.\nNothing was sent\\.`),
    )
    assert.equal((await read('status', ids.good!)).members.length ?? 0, 0)
  })

  test('flags override the policy of the file, and federations lists without an account', async () => {
    const { federations } = await read('federations', '--config', 'node.json', '--maximum-stake', '20')
    const wanted = federations.filter(({ isWanted }: { isWanted: boolean }) => isWanted)
    // The dearer one pays more, and comes first.
    assert.deepEqual(
      wanted.map(({ id }: { id: string }) => id),
      [ids.dear, ids.good],
    )
  })

  test('settings that make no sense end the command and name the key', async () => {
    writeFileSync(join(cwd, 'bad.json'), JSON.stringify({ policy: { maximumSteak: 1 } }))
    for (const [args, message] of [
      [['--config', 'bad.json', '--data', 'a.csv'], /bad\.json: "policy\.maximumSteak": there is no such key/],
      [['--data', 'a.csv', '--minimum-reward', 'much'], /"policy\.minimumReward": give tokens a round/],
      [['--trainer', 'node x', '--discover'], /"schemas" in the policy/],
      [['--data', 'a.csv'], /Name the federation/],
      [[ids.good!, '--data', 'a.csv', '--discover'], /not both/],
    ] as const) {
      const ended = await runBriefly(['node', ...args], { cwd, env })
      assert.match(ended.stderr, message)
      assert.equal(ended.code, exitCodes.usage)
    }
  })

  test('two nodes find the one allowed, join, train, keep, claim, and find nothing more to do', async () => {
    const nodes = await Promise.all(
      ['1', '2'].map((account) =>
        read('node', '--config', 'node.json', '--test-account', account, '--store', `store-${account}`, '--until-idle'),
      ),
    )
    for (const { summaries } of nodes) {
      assert.deepEqual(
        summaries.map(({ federationId, roundsTaken }: { federationId: string; roundsTaken: number }) => [
          federationId,
          roundsTaken,
        ]),
        [[ids.good, 2]],
      )
      assert.ok(BigInt(summaries[0].claimed) > 10n ** 18n)
    }
    assert.equal((await read('verify', ids.good!)).isConsistent, true)
    for (const id of [ids.dear!, ids.strange!]) assert.equal((await read('status', id)).roundsClosed ?? 0, 0)
    assert.ok(readdirSync(join(cwd, 'store-1')).some((name) => name.startsWith('federations-')))
    // Found again from disk, and nothing is left to do.
    const again = await read(
      'node',
      '--config',
      'node.json',
      '--test-account',
      '1',
      '--store',
      'store-1',
      '--until-idle',
    )
    assert.deepEqual(again.summaries, [])
  })
})

test('the line at the foot of the terminal says where the node stands', () => {
  const state = {
    round: 2,
    rounds: 30,
    phase: 'submit',
    endsAt: 112,
    doing: 'training',
    taken: 2,
    gas: 1234567n,
    token: demoToken(),
  }
  assert.equal(
    describeState({ ...state, earned: 15n * 10n ** 17n }, 100.5),
    'round 3 of 30 · submit, 12 s left · training · 2 taken · earned 1.5 TUTTI · 1,234,567 gas',
  )
  assert.match(describeState({ ...state, rounds: 0, earned: 0n }, 0), /^reading the chain · /)
})
