/** A federation seen from outside: its rounds as figures, its log, and the models of earlier rounds. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { noToken } from '@tutti/core'
import type { MeasuredRows } from '@tutti/node'
import { describeHistory, findBest, type HistoryLine, toHistoryCsv } from '../../src/federation/round-history.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))
const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a federation from outside', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-history-'))
  const env: Record<string, string> = {}
  let chain: Running
  let id = ''
  const rounds = 2
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })

  before(async () => {
    chain = startTutti(['chain', '--port', '0', '--accounts', '3', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', String(rounds), '--bounty', '4']
    ;({ id } = await read('create', ...terms, '--test-account', '0'))
    for (const member of ['1', '2']) await read('join', id, '--yes', '--test-account', member)
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('log follows it from its creation to its end, in words and as lines of JSON', async () => {
    const following = startTutti(['log', id, '--json'], { cwd, env })
    await following.until(/"event":"Joined".*\n.*"event":"Joined"/s)
    const nodes = ['1', '2'].map((member) =>
      startTutti(
        [
          'node',
          id,
          '--data',
          table,
          ...(member === '1' ? ['--holdout', '0.25'] : []),
          '--test-account',
          member,
          '--json',
        ],
        { cwd, env },
      ),
    )
    for (const node of nodes)
      assert.equal((await node.ended).code, exitCodes.done, (await node.ended).stderr.slice(-2_000))
    const { code, stdout } = await following.ended
    assert.equal(code, exitCodes.done)
    const events = linesOf(stdout)
    const count = (event: string) => events.filter((entry) => entry.event === event).length
    assert.deepEqual([count('Created'), count('Joined'), count('Submitted')], [1, 2, 2 * rounds])
    assert.deepEqual([count('RoundSettled'), count('Finished')], [rounds, 1])
    const blocks = events.map(({ block }) => Number(block))
    assert.deepEqual(
      blocks,
      blocks.toSorted((a, b) => a - b),
    )
    const words = await run('log', id, '--from', '2', '--no-follow')
    assert.match(
      words.stdout,
      /round 2: 0x\w{40} submitted [\d,]+ bytes; it reports [\d,]+ examples, loss [\d.]+, [\d.]+% right/,
    )
    assert.equal(
      words.stdout.match(/it reports [\d,]+ examples, loss [\d.]+, [\d.]+% right, of [\d,]+ rows held out/g)?.length,
      1,
    )
    assert.match(words.stdout, /round 2: settled with 2 updates; 2 TUTTI were paid/)
    assert.doesNotMatch(words.stdout, /round 1:|joined/)
  })

  test('log ends with Ctrl-C, and waits at a chain that is away', async () => {
    const open = (await read('create', '--task', 'breast-cancer', '--members', '2', '--test-account', '0')).id
    const following = startTutti(['log', open], { cwd, env })
    await following.until(/created by 0x/)
    following.process.kill('SIGINT')
    assert.equal((await following.ended).code, exitCodes.interrupted)
  })

  test('status --history gives each round by member and weighted, with what was paid and used', async () => {
    const { code, stdout } = await run('status', id, '--history', '--json')
    assert.equal(code, exitCodes.done)
    const lines: (HistoryLine & { isBest: boolean })[] = linesOf(stdout)
    assert.equal(lines.length, 3 * rounds)
    const { status } = await read('status', id)
    let paid = 0n
    for (let round = 0; round < rounds; round++) {
      const members = lines.filter((line) => line.round === round && line.kind === 'member')
      const all = lines.find((line) => line.round === round && line.kind === 'round')!
      assert.deepEqual([all.state, all.updates, members.length], ['settled', 2, 2])
      const sumOf = (of: (line: HistoryLine) => number | null) => members.reduce((sum, line) => sum + of(line)!, 0)
      const heldOut = sumOf((line) => line.heldOut)
      assert.deepEqual([all.examples, all.heldOut], [sumOf(({ examples }) => examples), heldOut])
      assert.deepEqual([all.measuredOn, all.measuredBy], ['held-out', 1])
      // The figures of one member are of rows that it trained on, so the mean is the other's alone.
      const holdingOut = members.filter((line) => line.measuredOn === 'held-out')
      assert.deepEqual(
        [holdingOut.length, holdingOut[0]!.heldOut, holdingOut[0]!.loss, holdingOut[0]!.accuracy],
        [1, heldOut, all.loss, all.accuracy],
      )
      assert.equal(
        BigInt(all.gasUsed!),
        members.reduce((sum, line) => sum + BigInt(line.gasUsed!), 0n),
      )
      assert.ok(BigInt(members[0]!.gasUsed!) > 21_000n)
      paid += BigInt(all.reward) + BigInt(all.keeperPay)
    }
    assert.ok(paid > 0n && paid <= 4n * 10n ** 18n)
    assert.equal(status.roundsSettled, rounds)
    assert.equal(lines.filter(({ isBest }) => isBest).length, 1)
    const csv = (await run('status', id, '--history', '--csv', '-')).stdout
    const rows = csv.trimEnd().split('\r\n')
    assert.equal(
      rows[0],
      'round,member,state,updates,examples,held_out,measured_on,measured_by,loss,accuracy,clamped_share,reward,keeper_pay,gas_used',
    )
    assert.equal(rows.length, 1 + lines.length)
    const written = await read('status', id, '--history', '--csv', 'history.csv')
    assert.deepEqual([written.rounds, readFileSync(join(cwd, 'history.csv'), 'utf8')], [rounds, csv])
    const people = (await run('status', id, '--history')).stdout
    assert.match(people, /round 1, settled: 2 updates +[\d,]+ +[\d,]+ +[\d.]+ +[\d.]+%/)
    assert.match(people, /examples +held out +loss/)
    assert.match(
      people,
      /Loss and share right are of held-out rows, weighted by those\.\nMembers whose figures are of the other/,
    )
    assert.match(people, /Best so far: .*--round \d of export and predict/)
    assert.equal((await run('status', id, '--csv', 'x.csv')).code, exitCodes.usage)
  })

  test('export and predict give the model of any round, which is the chain’s own where it still has it', async () => {
    const weights = async (...args: string[]) => {
      await read('export', id, '--format', 'safetensors', '--out', 'model', '--force', ...args)
      return readFileSync(join(cwd, 'model'))
    }
    const [latest, last, first, none] = [
      await weights(),
      await weights('--round', '2'),
      await weights('--round', '1'),
      await weights('--round', '0'),
    ]
    assert.deepEqual(last, latest)
    assert.notDeepEqual(first, latest)
    assert.notDeepEqual(none, first)
    const ask = (...args: string[]) => read('predict', id, '--data', table, '--row', '3', ...args)
    const [now, then, before] = [await ask(), await ask('--round', '2'), await ask('--round', '0')]
    assert.deepEqual(then.probabilities, now.probabilities)
    assert.notDeepEqual(before.probabilities, now.probabilities)
    const judged = await read('predict', id, '--data', table, '--all', '--round', '1')
    assert.ok(judged.figures.accuracy > 0.3)
    const ahead = await run('export', id, '--round', '3', '--out', 'never')
    assert.equal(ahead.code, exitCodes.usage)
    assert.match(ahead.stderr, /Round 3 is not over: rounds 1 to 2 are over/)
  })
})

test('the best round is the one of the highest accuracy, or the least loss; CSV has nothing where nothing was reported', () => {
  const line = (
    round: number,
    accuracy: number | null,
    loss: number | null,
    measuredOn: MeasuredRows = 'held-out',
  ): HistoryLine => ({
    kind: 'round',
    round,
    state: 'settled',
    member: null,
    updates: 1,
    examples: null,
    heldOut: null,
    measuredOn: accuracy === null && loss === null ? null : measuredOn,
    measuredBy: 1,
    loss,
    accuracy,
    clampedShare: null,
    reward: 7n,
    keeperPay: 0n,
    gasUsed: null,
  })
  assert.equal(findBest([line(0, 0.5, 1), line(1, 0.9, 3), line(2, 0.9, 0.1)])?.round, 1)
  assert.equal(findBest([line(0, null, 2), line(1, null, 1), line(2, null, null)])?.round, 1)
  assert.equal(findBest([line(0, null, null)]), undefined)
  assert.equal(toHistoryCsv([line(0, null, 0.25)]).split('\r\n')[1], '0,all,settled,1,,,held-out,1,0.25,,,7,0,')
  // Figures of rows that were trained on are no better for being higher: only rounds of one kind are compared.
  const mixed = [line(0, 0.99, 0.1, 'training'), line(1, 0.6, 1), line(2, 0.7, 1)]
  assert.equal(findBest(mixed)?.round, 2)
  assert.match(describeHistory(mixed, noToken).join('\n'), /Best so far of the 2 rounds with figures of held-out rows:/)
  assert.match(describeHistory(mixed, noToken).join('\n'), /held-out rows in round 2, 3, .*\n.*trained on in round 1,/)
})
