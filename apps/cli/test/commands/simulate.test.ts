/** `tutti simulate`, run as a user does, and its parts. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Dataset, exportOnnx, initialWeights } from '@tutti/learn'
import { digitsSchema, loadTask } from '@tutti/learn/node'
import fc from 'fast-check'
import { choosePartition, divideRows, PARTITIONS, readRows } from '../../src/simulate/rows.ts'
import { toSettings } from '../../src/simulate/sweep.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti, startTutti } from '../tutti.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tutti-simulate-'))
after(() => rmSync(cwd, { recursive: true, force: true }))
const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))
const small = ['simulate', '--task', 'breast-cancer', '--rounds', '2', '--members', '6', '--cohort', '3']

test('the same seed gives the same text, to the word; another seed another model', async () => {
  const options = { cwd }
  const first = await readTutti([...small, '--dropout', '0.2', '--baseline'], options)
  assert.deepEqual(await readTutti([...small, '--dropout', '0.2', '--baseline'], options), first)
  const other = await readTutti([...small, '--seed', '2'], options)
  assert.notEqual(other.modelHash, first.modelHash)
  assert.deepEqual(
    first.rounds.map(({ round, cohort }: { round: number; cohort: number }) => [round, cohort]),
    [
      [0, 3],
      [1, 3],
    ],
  )
  for (const { metrics, clampedShare, gas } of first.rounds) {
    assert.ok(metrics.loss > 0 && metrics.accuracy > 0.3 && clampedShare >= 0 && gas > 1_000_000)
  }
  assert.ok(first.pooled.accuracy > 0.8 && first.onChain.accuracy > 0.3)
  const { create, initialise, joins, rounds, gas } = first.cost
  assert.equal(create + initialise + joins + rounds, gas)
})

test('several files are a member each; a sweep compares in one table, and says what cannot be played', async () => {
  const [header, ...lines] = readFileSync(table, 'utf8').trim().split('\n')
  const files = ['north.csv', 'south.csv'].map((name, part) => {
    const rows = lines.filter((_, index) => index % 2 === part)
    writeFileSync(join(cwd, name), `${[header, ...rows].join('\n')}\n`)
    return name
  })
  const data = files.flatMap((file) => ['--data', file])
  const base = ['simulate', '--task', 'breast-cancer', ...data, '--rounds', '1', '--holdout', '0.25']
  const { code, stdout } = await runTutti([...base, '--sweep', 'bits=2,4', '--sweep', 'learning-rate=0.1,1e30'], {
    cwd,
  })
  assert.equal(code, exitCodes.done)
  assert.match(stdout, /bits 2, learning-rate 0\.1 +accuracy +[\d.]+% +balanced +[\d.]+% +loss/)
  assert.match(stdout, /bits 4, learning-rate 0\.1 /)
  assert.match(stdout, /bits 2, learning-rate 1e\+30: .*Lower the learning rate/)
  assert.match(stdout, /the commonest class for every row: accuracy 6\d\.\d%/)
  const one = await readTutti([...base, '--gas-price', '2', '--coin-price', '1000'], { cwd })
  assert.equal(one.members, 2)
  assert.ok(Math.abs(one.heldOut - 0.25 * lines.length) <= 2)
  assert.equal(BigInt(one.cost.cost.all), BigInt(one.cost.gas) * 2_000_000_000n)
})

test('a task file for more members than there are files trains: half of those who play are enough', async () => {
  const [header, ...lines] = readFileSync(table, 'utf8').trim().split('\n')
  for (const part of [0, 1, 2]) {
    const rows = lines.filter((_, index) => index % 3 === part)
    writeFileSync(join(cwd, `clinic${part}.csv`), `${[header, ...rows].join('\n')}\n`)
  }
  const label = header!.split(',').at(-1)!
  await runTutti(['task', 'init', 'clinic0.csv', '--label', label, '--out', 'clinics.json'], { cwd })
  const data = [0, 1, 2].flatMap((part) => ['--data', `clinic${part}.csv`])
  const played = ['simulate', '--task-file', 'clinics.json', ...data, '--rounds', '1']
  const { terms, rounds } = await readTutti(played, { cwd })
  assert.deepEqual([terms.cohortSize, terms.minimumUpdates, rounds[0].isSettled], [8, 2, true])
  const { stdout } = await runTutti(played, { cwd })
  assert.match(stdout, /at most 3 a round, at least 2 updates[\s\S]*the terms let 8 train in a round; 3 are played/)
  const task = JSON.parse(readFileSync(join(cwd, 'clinics.json'), 'utf8'))
  writeFileSync(join(cwd, 'four.json'), JSON.stringify({ ...task, terms: { ...task.terms, minimumUpdates: 4 } }))
  for (const asked of [
    ['--task-file', 'four.json'],
    ['--task-file', 'clinics.json', '--minimum-updates', '4'],
  ]) {
    const { code, stderr } = await runTutti(['simulate', ...asked, ...data, '--rounds', '1'], { cwd })
    assert.equal(code, exitCodes.usage)
    assert.match(stderr, /at most 3 updates, and 4 are needed.*--minimum-updates 2/)
  }
  const { code } = await runTutti(
    ['simulate', '--task-file', 'four.json', ...data, '--rounds', '1', '--minimum-updates', '3'],
    { cwd },
  )
  assert.equal(code, exitCodes.done)
})

test('figures of unequal classes say what the commonest class alone would reach', async () => {
  const rows = Array.from({ length: 400 }, (_, row) => `${row % 7},${row % 11},${row % 50 === 0 ? 'fraud' : 'fine'}`)
  writeFileSync(join(cwd, 'bank.csv'), `a,b,y\n${rows.join('\n')}\n`)
  await runTutti(['task', 'init', 'bank.csv', '--label', 'y', '--out', 'bank.json'], { cwd })
  const played = ['simulate', '--task-file', 'bank.json', '--data', 'bank.csv', '--members', '2', '--rounds', '2']
  const { stdout } = await runTutti([...played, '--partition', 'iid'], { cwd })
  assert.match(stdout, /round +1 .*accuracy +9\d\.\d% {2}balanced +5\d\.\d%/)
  assert.match(stdout, /the last model +accuracy 9\d\.\d%, balanced [\d.]+%, macro F1 0\.\d{3}, AUROC 0\.\d{3}/)
  assert.match(stdout, /the best by balanced accuracy, of round \d/)
  assert.match(stdout, /the commonest class for every row +accuracy 9[78]\.\d%/)
})

test('a thousand members with a row each, or so, play a sampled cohort', async () => {
  const terms = ['--members', '1000', '--cohort', '8', '--partition', 'iid', '--rounds', '1', '--bits', '1']
  const { members, examples, rounds } = await readTutti(['simulate', '--task', 'digits', ...terms], { cwd })
  assert.deepEqual([members, examples.least, examples.most], [1_000, 1, 2])
  assert.deepEqual([rounds[0].cohort, rounds[0].updates], [8, 8])
})

test('an ONNX model, steps, weights by rows, and the fees of a chain', async () => {
  const { model, schema } = loadTask('breast-cancer')
  writeFileSync(join(cwd, 'mine.onnx'), exportOnnx({ model, data: schema }, initialWeights(model, 5)))
  const chain = startTutti(['chain', '--port', '0', '--accounts', '2', '--json'], { cwd })
  try {
    const { rpcUrl } = JSON.parse(await chain.until(/\}\n$/))
    const source = ['--task', 'breast-cancer', '--path', 'blob', '--base-model', 'mine.onnx', '--train', '*']
    const work = ['--steps', '9', '--example-weight', '2', '--members', '3', '--rounds', '2', '--rpc', rpcUrl]
    const { training, terms, rounds, cost } = await readTutti(['simulate', ...source, ...work], { cwd })
    assert.deepEqual([training.steps, training.epochs, training.weighting.most], [9, undefined, 2])
    assert.deepEqual([terms.laneBits, terms.bits, rounds.length], [24, 8, 2])
    assert.equal(cost.blobGas, 2 * 3 * 131_072)
    assert.ok(BigInt(cost.cost.all) > BigInt(cost.gas))
    const direct = ['simulate', '--task', 'breast-cancer', '--rounds', '1', '--members', '3', '--rpc', rpcUrl]
    const { stdout } = await runTutti(direct, { cwd })
    assert.match(
      stdout,
      /at most:[\s\S]*Estimated by the chain.s rules \(Berlin to Osaka\)[\s\S]*in money: [\d.]+ of the chain's coin/,
    )
  } finally {
    chain.process.kill('SIGINT')
    await chain.ended
  }
})

test('what cannot be is refused with what to do', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runTutti(['simulate', ...args], { cwd })
    assert.equal(code, exitCodes.usage)
    return stderr
  }
  assert.match(await refused(), /--task NAME or --task-file PATH/)
  assert.match(await refused('--task', 'digits', '--members', '1001'), /up to 1,000 members/)
  assert.match(await refused('--task', 'digits', '--epochs', '1', '--steps', '1'), /give one of them/)
  assert.match(await refused('--task', 'digits', '--sweep', 'depth=2'), /there are members, cohort/)
  assert.match(await refused('--task', 'digits', '--partition', 'file', '--members', '3'), /1 file for 3 members/)
})

test('Ctrl-C prints what was reached', async () => {
  const run = startTutti(['simulate', '--task', 'digits', '--rounds', '1000', '--members', '4'], { cwd })
  await run.until(/round +2 /)
  run.process.kill('SIGINT')
  const { code, stdout } = await run.ended
  assert.equal(code, exitCodes.interrupted)
  assert.match(stdout, /Interrupted after \d+ of 1,000 rounds\.[\s\S]*the last model +accuracy[\s\S]*gas in all/)
})

test('a sweep is every combination of its values, and refuses what it cannot read', () => {
  assert.deepEqual(toSettings([]), [{}])
  assert.deepEqual(toSettings(['bits=1,2', 'dropout=0,0.5']), [
    { bits: 1, dropout: 0 },
    { bits: 1, dropout: 0.5 },
    { bits: 2, dropout: 0 },
    { bits: 2, dropout: 0.5 },
  ])
  for (const [sweeps, message] of [
    [['bits=0'], /whole numbers from 1/],
    [['bits='], /whole numbers/],
    [['dropout=1'], /shares from 0 to below 1/],
    [['alpha=-1'], /numbers above 0/],
    [['bits=1', 'bits=2'], /swept twice/],
    [['seed=1,2,3,4,5,6,7,8,9', 'rounds=1,2,3,4,5,6,7,8'], /72 simulations; at most 64/],
  ] as const) {
    assert.throws(() => toSettings(sweeps), message)
  }
})

/** Rows whose first byte is their number. */
function rowsOf(count: number, classes: number): Dataset {
  const inputs = Uint8Array.from({ length: count }, (_, row) => row)
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes)
  const bytes = { inputZero: 0, inputScale: [1, 1] as [number, number], labelCenter: 0, labelSpread: 1 }
  return { count, features: 1, inputs, labels, ...bytes }
}

test('members together hold every row once, as views of one array', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 24, max: 250 }),
      fc.nat(99),
      (members, count, seed) => {
        for (const partition of PARTITIONS) {
          if (partition === 'file') continue
          const rows = { train: [rowsOf(count, 3)], heldOut: rowsOf(1, 3) }
          const parts = divideRows(rows, { members, partition, alpha: 0.1, seed })
          assert.equal(parts.length, members)
          assert.deepEqual(
            parts.flatMap(({ inputs }) => [...inputs]).sort((a, b) => a - b),
            [...rows.train[0]!.inputs],
          )
          for (const { inputs, labels, count: own } of parts) {
            assert.ok(own >= 1 && inputs.buffer === parts[0]!.inputs.buffer)
            for (let row = 0; row < own; row++) assert.equal(labels[row], inputs[row]! % 3)
          }
        }
      },
    ),
    { numRuns: 40 },
  )
  const measured = { ...rowsOf(30, 3), labels: new Float64Array(30) }
  const rows = { train: [measured], heldOut: measured }
  assert.equal(choosePartition(undefined, rows), 'iid')
  assert.throws(() => divideRows(rows, { members: 2, partition: 'labels', alpha: 1, seed: 1 }), /use --partition iid/)
  assert.throws(() => divideRows(rows, { members: 31, partition: 'iid', alpha: 1, seed: 1 }), /cannot give each/)
})

test('a task of one’s own needs rows', async () => {
  const task = { schema: digitsSchema() } as Parameters<typeof readRows>[0]['task']
  await assert.rejects(readRows({ task }, { data: [], holdout: 0.2, seed: 1 }), /name a CSV of yours with --data/)
})
