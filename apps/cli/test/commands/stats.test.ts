/** A statistics round of five members on a real chain, and its use: figures of all rows that nobody has seen together. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, createFederation, deployment, initialiseDirectModel, testAccounts } from '@tutti/chain'
import {
  buildStatisticsManifest,
  interpretStatistics,
  measureStatistics,
  planStatistics,
  proposeStatistics,
  readTable,
  type StatisticsManifest,
} from '@tutti/learn'
import { readTableFile, readTaskFile } from '@tutti/learn/node'
import { createStatisticsTrainer, joinFederation, runNode } from '@tutti/node'
import type { Hex } from 'viem'
import { statisticsLines } from '../../src/federation/statistics-lines.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const folder = fileURLToPath(new URL('../../../../examples/own-csv', import.meta.url))

/** What `stats show --json` prints. */
interface Shown {
  members: number
  rows: number
  epsilon: number | null
  columns: ({ name: string; mean: number; standardDeviation: number; minimum: number; maximum: number } & Record<
    string,
    unknown
  >)[]
}

test('quantiles have the digits that a bin carries, and those that share one are its edges', () => {
  const columns = [
    { kind: 'number' as const, name: 'CRP', unit: 'mg/L', minimum: 0, maximum: 1970, bins: 32 },
    { kind: 'number' as const, name: 'age', minimum: 0, maximum: 100, bins: 50 },
  ]
  const plan = { columns, bits: 8 as const, largestCount: 1_000, minimumMembers: 3 }
  const rows = Array.from({ length: 101 }, (_, row) => `${1 + row / 5},${row % 97}`)
  const statistics = interpretStatistics(measureStatistics(readTable(`CRP,age\n${rows.join('\n')}\n`), plan), plan, 3)
  const described = { name: 'ward', purpose: 'ranges', licence: 'CC0', contact: 'none', publicity: 'all' }
  const manifest: StatisticsManifest = { version: 1, kind: 'statistics', ...described, plan }
  const text = statisticsLines(manifest, statistics).join('\n').replaceAll(/ {2,}/g, '|')
  assert.match(text, /CRP\|101\|11\|[\d.]+\|0\|0 to 61\.6\|0 to 61\.6\|0 to 61\.6\|61\.6\|61\.6\|/)
  assert.match(text, /age\|101\|46\.1585\|[\d.]+\|0\|21\|47\|72\|98\|2\|/)
})

describe('statistics over the rows of five members', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-stats-'))
  const env: Record<string, string> = {}
  const members = [1, 2, 3, 4, 5]
  let chain: Running
  let id: Hex
  let shown: Shown
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const create = (...options: string[]) =>
    run('stats', 'create', '--task-file', 'task.yaml', '--test-account', '0', ...options)

  before(async () => {
    cpSync(join(folder, 'task.yaml'), join(cwd, 'task.yaml'))
    const lines = ['pumps.csv', 'north.csv', 'south.csv'].map((file) => {
      return readFileSync(join(folder, file), 'utf8').trim().split('\n')
    })
    const [header] = lines[0]!
    const rows = lines.flatMap((part) => part.slice(1))
    // Members of very different sizes.
    const ends = [0, 11, 40, 120, 250, rows.length]
    for (const member of members) {
      const part = rows.slice(ends[member - 1], ends[member])
      writeFileSync(join(cwd, `${member}.csv`), `${[header, ...part].join('\n')}\n`)
    }
    writeFileSync(join(cwd, 'all.csv'), `${[header, ...rows].join('\n')}\n`)
    chain = startTutti(['chain', '--port', '0', '--accounts', '8', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('few members are warned of, and fewer than three refused without a word of their own', async () => {
    const two = await create('--minimum-members', '2', '--dry-run')
    assert.equal(two.code, exitCodes.usage)
    assert.match(two.stderr, /--expose-few/)
    const exposed = await create('--minimum-members', '2', '--expose-few', '--epsilon', '0.5', '--dry-run')
    assert.equal(exposed.code, exitCodes.done, exposed.stderr)
    assert.match(exposed.stderr, /As few as 2 members may take part/)
    assert.match(exposed.stdout, /discrete Laplace noise, ε = 0.5 for a row/)
    assert.doesNotMatch(exposed.stderr, /exact counts/)
    assert.match(exposed.stdout, /quantiles are told to a bin: temperature [\d.]+ /)
    assert.doesNotMatch(exposed.stderr, /may fall into one bin/)
    const coarse = await create('--bins', '2', '--dry-run')
    assert.match(coarse.stderr, /Column "temperature": a bin is [\d.]+ wide .*raise --bins \(\d+ would do\)/)
  })

  test('five members join with rows that fit, the last is told line and column of what does not', async () => {
    const created = await create('--members', '5', '--bounty', '5', '--stake', '1', '--json')
    assert.equal(created.code, exitCodes.done, created.stderr)
    assert.match(created.stderr, /No noise: the exact counts and sums of every member are public/)
    id = JSON.parse(created.stdout).id
    writeFileSync(
      join(cwd, 'bad.csv'),
      'temperature,vibration,maker,hours,failed\n50,1,Arno,100,no\nhot,1,Arno,100,no\n',
    )
    const bad = await run('join', id, '--test-account', '5', '--data', 'bad.csv', '--yes')
    assert.equal(bad.code, exitCodes.badInput)
    assert.match(bad.stderr, /line 3, column "temperature": "hot" is not a number/)
    writeFileSync(join(cwd, 'few.csv'), 'temperature,vibration,maker,hours,failed\n50,1,Arno,100,no\n')
    const few = await run('stats', 'join', id, '--test-account', '1', '--data', 'few.csv', '--yes')
    assert.equal(few.code, exitCodes.badInput)
    assert.match(few.stderr, /counts and sums of 1 row would be public and tell single rows/)
    assert.equal((await read('stats', 'join', id, '--test-account', '1', '--data', '1.csv', '--yes')).isNew, true)
    for (const member of [2, 3, 4]) {
      const client = await connect({ rpcUrl: env.TUTTI_RPC!, account: testAccounts(6)[member]! })
      await joinFederation({ client, federationId: id, consent: ({ published }) => published.length > 0 })
    }
    const node = await run('node', id, '--test-account', '1', '--data', 'few.csv')
    assert.equal(node.code, exitCodes.badInput)
    assert.match(node.stderr, /--expose-few-rows/)
    const allowed = await run('node', id, '--test-account', '1', '--data', 'few.csv', '--expose-few-rows', '--dry-run')
    assert.equal(allowed.code, exitCodes.done, allowed.stderr)
    const last = await run('join', id, '--test-account', '5', '--data', '5.csv', '--yes')
    assert.equal(last.code, exitCodes.done, last.stderr)
    assert.match(last.stdout, /its own counts and sums, exactly, for everyone to read/)
    const early = await run('stats', 'show', id)
    assert.equal(early.code, exitCodes.answerIsNo)
    assert.match(early.stderr, /not over: phase \w+, 5 members so far/)
  })

  test('what they find together is the statistics of all rows, to the digit', async () => {
    const rpcUrl = env.TUTTI_RPC!
    const accounts = testAccounts(6)
    const others = [2, 3, 4, 5].map(async (member) =>
      runNode({
        client: await connect({ rpcUrl, account: accounts[member]! }),
        federationId: id,
        trainer: createStatisticsTrainer({ table: readTableFile(join(cwd, `${member}.csv`)) }),
        storeDirectory: join(cwd, 'stores'),
      }),
    )
    const [first, ...rest] = await Promise.all([read('node', id, '--test-account', '1', '--data', '1.csv'), ...others])
    assert.equal(first.roundsTaken, 1)
    for (const { roundsTaken } of rest) assert.equal(roundsTaken, 1)
    shown = await read('stats', 'show', id)
    const plan = planStatistics(readTaskFile(join(cwd, 'task.yaml')).data, { bits: 8, minimumMembers: 5 })
    const table = readTableFile(join(cwd, 'all.csv'))
    const pooled = interpretStatistics(measureStatistics(table, plan), plan, members.length)
    assert.equal(shown.members, 5)
    assert.equal(shown.rows, table.count)
    assert.equal(shown.epsilon, null)
    assert.equal(shown.columns.length, pooled.columns.length)
    for (const [index, column] of pooled.columns.entries()) {
      for (const [key, value] of Object.entries(column))
        assert.deepEqual(shown.columns[index]![key], value, column.name)
    }
    // The same once more, from the rows themselves, by the textbook.
    const { name, mean, standardDeviation, minimum, maximum } = shown.columns[0]!
    const place = table.columns.indexOf(name)
    const values = [...table.cells(place)].filter((cell) => cell !== '').map(Number)
    const average = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length
    const step = (maximum - minimum) / 65_535
    assert.ok(Math.abs(mean - average) < step)
    assert.ok(Math.abs(standardDeviation - Math.sqrt(variance)) < step)
    assert.equal((await read('verify', id)).isConsistent, true)
  })

  test('create takes the constants of a model from it, and models are asked for elsewhere', async () => {
    const options = ['--task-file', 'task.yaml', '--data', '3.csv', '--test-account', '0', '--dry-run']
    const before = readTaskFile(join(cwd, 'task.yaml')).data
    const { manifest } = await read('create', ...options, '--statistics', id)
    const { terms: counted } = await read('status', id)
    assert.deepEqual(manifest.statistics, { chainId: 31_337, id, manifestHash: counted.manifestHash })
    assert.equal('statistics' in (await read('create', ...options)).manifest, false)
    const { columns } = shown
    let changed = 0
    for (const [index, feature] of manifest.data.features.entries()) {
      if (feature.kind !== 'number') continue
      const column = columns[index]!
      assert.equal(feature.center, Number(column.mean.toPrecision(6)))
      assert.equal(feature.spread, Number(column.standardDeviation.toPrecision(6)))
      const written = before.features[index]!
      if (written.kind === 'number' && written.center !== feature.center) changed++
    }
    assert.ok(changed > 0)
    const wrong = await run('create', '--task', 'digits', '--statistics', id, '--test-account', '0')
    assert.equal(wrong.code, exitCodes.usage)
    assert.match(wrong.stderr, /--task-file/)
    const asked = await run('predict', id, '--data', '1.csv')
    assert.notEqual(asked.code, exitCodes.done)
    assert.match(asked.stderr, /statistics round: it has no model/)
  })

  test('join and status say which statistics round a federation was normalised by', async () => {
    const options = ['--task-file', 'task.yaml', '--data', '3.csv', '--test-account', '0']
    const { id: model } = await read('create', ...options, '--statistics', id)
    const named = new RegExp(`columns normalised by the statistics round ${id} on chain id 31337; see tutti stats show`)
    const joined = await run('join', model, '--test-account', '1', '--data', '1.csv', '--yes')
    assert.equal(joined.code, exitCodes.done, joined.stderr)
    assert.match(joined.stdout, named)
    assert.match((await run('status', model)).stdout, named)
    assert.equal((await read('status', model)).statistics.id, id)
    assert.equal((await read('status', id)).statistics, null)
  })

  test('a node sits a round out that others let begin with fewer members than the manifest demands', async () => {
    const client = await connect({ rpcUrl: env.TUTTI_RPC!, account: testAccounts(7)[6]! })
    const manifest = buildStatisticsManifest(readTaskFile(join(cwd, 'task.yaml')).data, {
      ...{ name: 'few', purpose: 'to expose', licence: 'none', contact: 'none', bins: 8, largestCount: 1_000 },
      ...{ minimumMembers: 5, exposesFew: false, epsilon: undefined },
    })
    const { directAggregator: aggregator, demoToken: token } = deployment()
    const choices = {
      members: 5,
      stake: 0n,
      bounty: 0n,
      joinSeconds: 0,
      submitSeconds: 2,
      isPrivateNetwork: true,
      aggregator,
      token,
    }
    const { terms, manifestBytes, setupBytes } = proposeStatistics(manifest, choices)
    // The contract keeps to the terms, which say 5 as the manifest does, unless a creator is up to something.
    assert.equal(terms.minimumUpdates, 5)
    const lax = { terms: { ...terms, minimumUpdates: 1 }, manifest: manifestBytes, setup: setupBytes }
    const { id: few } = await createFederation(client, lax)
    await initialiseDirectModel(client, { id: few })
    await joinFederation({ client, federationId: few, consent: () => true })
    const reasons: string[] = []
    const { roundsTaken } = await runNode({
      client,
      federationId: few,
      trainer: createStatisticsTrainer({ table: readTableFile(join(cwd, '1.csv')) }),
      storeDirectory: join(cwd, 'stores'),
      onEvent: (event) => {
        if (event.kind === 'sat-out') reasons.push(event.reason)
      },
    })
    assert.equal(roundsTaken, 0)
    assert.match(reasons.join(), /1 members take part; with fewer than 5 they expose each other/)
    const asked = await run('stats', 'show', few)
    assert.equal(asked.code, exitCodes.answerIsNo)
    assert.match(asked.stderr, /nothing was summed: 0 members took part, 1 were needed/)
  })
})
