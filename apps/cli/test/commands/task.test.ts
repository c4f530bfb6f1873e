/** A task of one's own on a real chain: from a CSV over a task file to a model that answers. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a task of one’s own', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-task-'))
  const env: Record<string, string> = {}
  let chain: Running
  let trained = ''
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const create = (...args: string[]) => ['create', '--task-file', 'task.yaml', '--test-account', '0', ...args]

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    const part = (from: number, to: number) => `${[header, ...rows.slice(from, to)].join('\n')}\n`
    writeFileSync(join(cwd, 'mine.csv'), part(0, 200))
    writeFileSync(join(cwd, 'a.csv'), part(200, 380))
    writeFileSync(join(cwd, 'b.csv'), part(380, 569))
    writeFileSync(join(cwd, 'bad.csv'), part(0, 5).replace(/^[\d.]+/m, 'wide'))
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('init writes a task file, says what it guessed, and overwrites nothing', async () => {
    const { code, stdout, stderr } = await run('task', 'init', 'mine.csv', '--label', 'diagnosis')
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stdout, /radius_mean: number, [\d.]+ to [\d.]+ seen/)
    assert.match(stdout, /diagnosis is to be predicted: benign \d+, malignant \d+ rows/)
    const written = readFileSync(join(cwd, 'task.yaml'), 'utf8')
    const again = await run('task', 'init', 'mine.csv', '--label', 'radius_mean')
    assert.equal(again.code, exitCodes.usage)
    assert.match(again.stderr, /task\.yaml exists.*--out/)
    assert.equal(readFileSync(join(cwd, 'task.yaml'), 'utf8'), written)
    const json = await read('task', 'init', 'mine.csv', '--label', 'diagnosis', '--out', 'task.json')
    assert.deepEqual(JSON.parse(readFileSync(join(cwd, 'task.json'), 'utf8')), json.task)
    assert.equal(
      (await run('task', 'init', 'mine.csv', '--label', 'colour', '--out', 'x.yaml')).code,
      exitCodes.badInput,
    )
  })

  test('check names key and line of a task file, line and column of rows', async () => {
    const fits = await run('task', 'check', 'task.yaml', '--data', 'a.csv')
    assert.equal(fits.code, exitCodes.done, fits.stderr)
    assert.match(fits.stdout, /a\.csv fits: 180 examples \(benign \d+, malignant \d+\)/)
    assert.equal((await read('task', 'check', 'task.json')).isFit, true)
    const bad = await run('task', 'check', 'task.yaml', '--data', 'bad.csv')
    assert.equal(bad.code, exitCodes.badInput)
    assert.match(bad.stderr, /line 2, column "radius_mean": "wide" is not a number/)
    const json = await run('task', 'check', 'task.yaml', '--data', 'bad.csv', '--json')
    assert.equal(json.code, exitCodes.badInput)
    assert.deepEqual(JSON.parse(json.stdout).faults[0].column, 'radius_mean')
    const text = readFileSync(join(cwd, 'task.yaml'), 'utf8').replace('epochs: 5', 'epochs: many')
    writeFileSync(join(cwd, 'broken.yaml'), text)
    const line = text.split('\n').findIndex((row) => row.includes('epochs')) + 1
    const broken = await run('task', 'check', 'broken.yaml')
    assert.equal(broken.code, exitCodes.badInput)
    assert.match(broken.stderr, new RegExp(`line ${line}, "training\\.epochs"`))
  })

  test('schema prints the published schema', async () => {
    const published = fileURLToPath(new URL('../../../../packages/learn/task.schema.json', import.meta.url))
    for (const options of [[], ['--json']]) {
      const { stdout } = await run('task', 'schema', ...options)
      assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(published, 'utf8')))
    }
  })

  test('create without data rehearses on made-up rows, says so, and repeats for a seed', async () => {
    const { code, stdout, stderr } = await run(...create('--dry-run'))
    assert.equal(code, exitCodes.done, stderr)
    assert.match(stderr, /made-up examples/)
    assert.match(stdout, /513 parameters in 1 shard/)
    const [first, second, other] = await Promise.all([
      read(...create('--dry-run', '--seed', '5')),
      read(...create('--dry-run', '--seed', '5')),
      read(...create('--dry-run', '--seed', '6')),
    ])
    assert.equal(first.rehearsal.source, 'made-up')
    assert.deepEqual(second.manifest, first.manifest)
    assert.notDeepEqual(other.manifest, first.manifest)
  })

  test('the file comes before the defaults, and what is given before the file', async () => {
    const text = readFileSync(join(cwd, 'task.yaml'), 'utf8')
    const terms = 'members: 3\n  rounds: 7\n  stake: "2.5"\n  keeperSeconds: 45\n  bounty: 21\n'
    const weighted = text.replace(
      /^terms:[\s\S]*$/m,
      `terms:\n  ${terms}loss: { classWeights: [1, 2] }\nmetrics: [auroc]\n`,
    )
    writeFileSync(join(cwd, 'terms.yaml'), weighted)
    const args = ['create', '--task-file', 'terms.yaml', '--data', 'mine.csv', '--test-account', '0', '--dry-run']
    const { terms: proposed, manifest, rehearsal } = await read(...args, '--rounds', '9')
    assert.deepEqual(
      [proposed.cohortSize, proposed.rounds, proposed.stake, proposed.keeperSeconds, proposed.bits, proposed.laneBits],
      [3, 9, '2500000000000000000', 45, 4, 16],
    )
    assert.deepEqual(manifest.loss, { classWeights: [1, 2] })
    assert.deepEqual(manifest.task.metrics, ['auroc'])
    assert.deepEqual(rehearsal, { source: 'own', examples: 200 })
  })

  test('where lanes of 16 bits could overflow, lanes of 32 are proposed, and the contract takes them', async () => {
    const wide = ['--bits', '8', '--members', '8', '--rounds', '30', '--data', 'mine.csv']
    const dry = await run(...create(...wide, '--dry-run'))
    assert.match(
      dry.stdout,
      /lanes of 32 bits are proposed, since lanes of 16 could overflow in 30 rounds of 8 members/,
    )
    const refused = await run(...create(...wide, '--lane-bits', '16'))
    assert.equal(refused.code, exitCodes.usage)
    assert.match(refused.stderr, /lane could reach.*lanes of 32 bits/)
    const { id, isWidened, terms } = await read(...create(...wide))
    assert.equal(isWidened, true)
    assert.equal(terms.laneBits, 32)
    assert.equal((await read('verify', id)).isConsistent, true)
  })

  test('two members with rows of their own train it, and the contract answers', async () => {
    const terms = ['--members', '2', '--rounds', '4', '--stake', '1', '--bounty', '4']
    const { id, rehearsal } = await read(...create('--data', 'mine.csv', ...terms))
    assert.equal(rehearsal.source, 'own')
    trained = id
    const bad = await run('join', id, '--test-account', '1', '--data', 'bad.csv', '--yes')
    assert.match(bad.stderr, /line 2, column "radius_mean"/)
    await read('join', id, '--test-account', '1', '--data', 'a.csv', '--yes')
    await read('join', id, '--test-account', '2', '--data', 'b.csv', '--yes')
    const ended = await Promise.all([
      run('node', id, '--test-account', '1', '--data', 'a.csv', '--holdout', '0.25'),
      run('node', id, '--test-account', '2', '--data', 'b.csv', '--test-data', 'mine.csv'),
    ])
    for (const [index, { code, stdout, stderr }] of ended.entries()) {
      assert.equal(code, exitCodes.done, stderr)
      assert.match(stdout + stderr, index === 0 ? /right.*/ : /the model had [\d.]+% of 200 held-out examples right/)
    }
    assert.match((await run('status', id)).stdout, /reported in round 4.*of the \d+ rows held out from training/)
    const first = await read('predict', id, '--data', 'mine.csv', '--row', '0')
    assert.equal(first.answer, 'malignant')
    const [benign, malignant] = first.probabilities
    assert.deepEqual([benign.name, malignant.name], ['benign', 'malignant'])
    assert.ok(malignant.probability > 0.5 && Math.abs(benign.probability + malignant.probability - 1) < 1e-12)
    assert.equal((await read('predict', id, '--data', 'mine.csv', '--row', '19')).answer, 'benign')
    assert.equal((await read('verify', id)).isConsistent, true)
  })

  test('evaluate judges by the twin as by the contract, by class with intervals; predict answers a whole table', async () => {
    const id = trained
    writeFileSync(
      join(cwd, 'few.csv'),
      `${readFileSync(join(cwd, 'a.csv'), 'utf8').split('\n').slice(0, 25).join('\n')}\n`,
    )
    const twin = await read('evaluate', id, '--data', 'few.csv')
    const contract = await read('evaluate', id, '--data', 'few.csv', '--on-chain')
    assert.deepEqual([twin.isLocal, contract.isLocal], [true, false])
    assert.deepEqual([twin.answeredBy, contract.answeredBy], ['this-machine', 'words'])
    assert.deepEqual([twin.version, contract.version], [4, 4])
    const whence = { isLocal: undefined, answeredBy: undefined }
    assert.deepEqual({ ...contract, ...whence }, { ...twin, ...whence })
    assert.equal(twin.examples, 24)
    assert.equal(twin.classes.length, 2)
    assert.equal(twin.classes[0].name, 'benign')
    assert.ok(twin.accuracy.lower < twin.accuracy.value && twin.accuracy.value <= twin.accuracy.upper)
    const shown = await run('evaluate', id, '--data', 'mine.csv')
    assert.equal(shown.code, exitCodes.done, shown.stderr)
    assert.match(shown.stdout, /on 200 labelled examples, with 95% intervals:/)
    assert.match(shown.stdout, /accuracy {9,}0\.\d{4} {2}\(0\.\d{3} to [01]\.\d{3}\)/)
    assert.match(shown.stdout, /benign +\d+ +\d+ +0\.\d{4}|benign +\d+ +\d+ +1\.0000/)
    assert.match(shown.stdout, /The commonest class for every example would be right in \d+\.\d%\./)
    // Rows to be answered need no label.
    const rows = readFileSync(join(cwd, 'few.csv'), 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'ask.csv'), `${rows.map((row) => row.slice(0, row.lastIndexOf(','))).join('\r\n')}\r\n`)
    const answered = await read('predict', id, '--data', 'ask.csv', '--out', 'answers.csv')
    assert.deepEqual([answered.out, answered.examples], ['answers.csv', 24])
    const lines = readFileSync(join(cwd, 'answers.csv'), 'utf8').trim().split('\r\n')
    assert.equal(lines[0], 'row,diagnosis,P(benign),P(malignant)')
    assert.equal(lines.length, 25)
    await read('predict', id, '--data', 'few.csv', '--out', 'beside.csv', '--with-inputs')
    const [names, first] = readFileSync(join(cwd, 'beside.csv'), 'utf8').split('\r\n')
    const given = readFileSync(join(cwd, 'few.csv'), 'utf8').split('\n')
    assert.equal(names, `row,${given[0]},answer: diagnosis,P(benign),P(malignant)`)
    assert.ok(first!.startsWith(`0,${given[1]},`), first)
    assert.equal((await run('predict', id, '--data', 'few.csv', '--with-inputs')).code, exitCodes.usage)
    const single = await read('predict', id, '--data', 'ask.csv', '--row', '7')
    assert.equal(single.class, ['benign', 'malignant'].indexOf(single.answer))
    const [row, answer, , probability] = lines[8]!.split(',')
    assert.deepEqual([row, answer], ['7', single.answer])
    assert.ok(Math.abs(Number(probability) - single.probabilities[1].probability) < 1e-5)
    const again = await run('predict', id, '--data', 'ask.csv', '--out', 'answers.csv')
    assert.equal(again.code, exitCodes.usage)
    assert.match(again.stderr, /answers\.csv exists.*--force/)
    const both = await run('predict', id, '--data', 'ask.csv', '--out', 'x.csv', '--all')
    assert.equal(both.code, exitCodes.usage)
    const unlabelled = await run('evaluate', id, '--data', 'ask.csv')
    assert.equal(unlabelled.code, exitCodes.badInput)
    assert.match(unlabelled.stderr, /column "diagnosis": the column is missing/)
  })

  test('describe says all that a member should know, and prints a CSV to fill in, which fits', async () => {
    const { stdout, code, stderr } = await run('describe', trained)
    assert.equal(code, exitCodes.done, stderr)
    for (const line of [
      /^mine\n/,
      / {2}radius_mean {2,}number {2,}[\d.]+ to [\d.]+ {2,}must not be missing/,
      /to be predicted:\n {2}diagnosis {2,}class {2,}benign, malignant/,
      / {2}stake 1 TUTTI, returned at the end/,
      / {2}about [\d,]+ gas a round, an update of [\d,]+ bytes:/,
      /What becomes public, for ever[\s\S]*of each class/,
    ])
      assert.match(stdout, line)
    const { columns, template } = await read('describe', trained)
    assert.equal(columns.length, 31)
    const printed = await run('describe', trained, '--csv-template')
    assert.equal(printed.stdout, template)
    assert.equal((await run('describe', trained, '--csv-template', 'fill.csv')).code, exitCodes.done)
    assert.equal((await run('describe', trained, '--csv-template', 'fill.csv')).code, exitCodes.usage)
    assert.equal((await read('task', 'check', 'task.yaml', '--data', 'fill.csv')).examples, 1)
  })

  test('join refuses a column of which nothing is known, unless told otherwise', async () => {
    const { id } = await read(
      ...create('--data', 'mine.csv', '--members', '2', '--rounds', '2', '--stake', '1', '--bounty', '2'),
    )
    const grams = readFileSync(join(cwd, 'a.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((row, index) => (index === 0 ? row : row.replace(/^([\d.]+)/, (cell) => String(Number(cell) + 40))))
    writeFileSync(join(cwd, 'other.csv'), `${grams.join('\n')}\n`)
    const args = ['join', id, '--test-account', '1', '--data', 'other.csv', '--yes']
    const refused = await run(...args)
    assert.equal(refused.code, exitCodes.badInput, refused.stdout)
    assert.match(refused.stderr, /not one value of 1 column is known:[\s\S]*"radius_mean": 180 far from the centre/)
    assert.equal((await run(...args, '--allow-unknown')).code, exitCodes.done)
  })

  test('a task file and another source together are refused', async () => {
    const both = await run(...create('--task', 'digits'))
    assert.equal(both.code, exitCodes.usage)
    assert.match(both.stderr, /--task and --task-file each say what to learn: give one of them/)
  })
})
