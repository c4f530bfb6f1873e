import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readHistory } from '@tutti/chain'
import { trainerMetricsSchema, trainerRoundSchema } from '@tutti/learn'
import fc from 'fast-check'
import { splitCommandLine } from '../../src/settings/split-command-line.ts'
import { type CommandTrainerOptions, createCommandTrainer, type RoundFile } from '../../src/trainers/command.ts'
import { parseTrainerMetrics } from '../../src/trainers/metrics-file.ts'
import { countSubmissions, startFederation, stripesManifest } from '../fixture.ts'
import { start } from '../nodes.ts'

const script = fileURLToPath(new URL('../script-trainer.js', import.meta.url))
const federationId = `0x${'ab'.repeat(32)}` as const
const root = mkdtempSync(join(tmpdir(), 'tutti-trainer-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** Trains one round of the stripes with the script. */
async function train(mode: string, change: Partial<CommandTrainerOptions> = {}, signal?: AbortSignal) {
  const directory = mkdtempSync(join(root, 'member-'))
  const words = [process.execPath, script, mode]
  const trainer = createCommandTrainer({ words, federationId, directory, ...change })
  const weights = Float32Array.from({ length: 163 }, (_, i) => i / 100)
  const task = { weights, manifest: stripesManifest(), round: 7, signal: signal ?? new AbortController().signal }
  return { directory, weights, result: trainer.train(task) }
}

const isAlive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('a command is given the model and the round, and its weights and metrics come back', async () => {
  process.env.TUTTI_PRIVATE_KEY = 'secret'
  try {
    const { directory, weights, result } = await train('well', { data: 'my.csv', seed: 40 })
    const { weights: trained, metrics } = await result
    assert.deepEqual(
      trained,
      weights.map((weight) => Math.fround(weight + 0.02)),
    )
    assert.deepEqual(metrics, { examples: 48, loss: 0.5 })
    const [name = ''] = readdirSync(directory)
    const round = JSON.parse(readFileSync(join(directory, name, 'round.json'), 'utf8')) as RoundFile
    assert.deepEqual(trainerRoundSchema.safeParse(round).error, undefined)
    assert.deepEqual([round.round, round.seed, round.federationId], [7, 47, federationId])
    assert.equal(round.data, join(process.cwd(), 'my.csv'))
    assert.deepEqual(round.manifest, stripesManifest())
    const log = readFileSync(join(directory, name, 'trainer.log'), 'utf8')
    assert.equal(log, 'training round 7, key undefined, true\n')
  } finally {
    delete process.env.TUTTI_PRIVATE_KEY
  }
})

test('a command that fails is told of with its last words and the path of its log', async () => {
  const { result } = await train('fails')
  await assert.rejects(result, (error: Error & { logPath: string }) => {
    assert.equal(error.name, 'TrainerExitError')
    assert.match(error.message, /ended with code 3; nothing was sent.*out of \[31mmemory/)
    assert.ok(error.message.includes(error.logPath) && readFileSync(error.logPath, 'utf8').includes('memory'))
    return true
  })
})

test('what is no model or no metrics of this federation is refused by name', async () => {
  for (const [mode, message] of [
    ['not-finite', /value 3 of tensor "layer0.bias" is NaN/],
    ['transposed', /tensor "layer0.weight" has shape \[16,8\], the model expects \[8,16\]/],
    ['half', /tensor "layer\d\.\w+" ends after the file|tensor "layer/],
    ['silent', /it wrote no trained.safetensors/],
    ['no-metrics', /it wrote no metrics.json/],
    ['no-examples', /metrics.json: "examples" must be a whole number/],
    ['nan-loss', /metrics.json: it is not JSON/],
  ] as const) {
    const { result } = await train(mode)
    await assert.rejects(result, { name: 'TrainerOutputError', message }, mode)
  }
})

test('a program that is not there is told of', async () => {
  const { result } = await train('well', { words: ['/nowhere/train'] })
  await assert.rejects(result, { name: 'TrainerStartError', message: /\/nowhere\/train.*ENOENT/ })
})

test('the time given to a command is what is left of the round, at most the limit', async () => {
  for (const [secondsLeft, limitSeconds, expected] of [
    [90.5, undefined, 90.5],
    [90.5, 30, 30],
    [undefined, undefined, 3600],
  ] as const) {
    const directory = mkdtempSync(join(root, 'left-'))
    const limit = limitSeconds === undefined ? {} : { limitSeconds }
    const trainer = createCommandTrainer({
      words: [process.execPath, script, 'well'],
      federationId,
      directory,
      ...limit,
    })
    const left = secondsLeft === undefined ? {} : { secondsLeft }
    const { signal } = new AbortController()
    await trainer.train({ weights: new Float32Array(163), manifest: stripesManifest(), round: 0, ...left, signal })
    const [name = ''] = readdirSync(directory)
    const { limitSeconds: given } = JSON.parse(readFileSync(join(directory, name, 'round.json'), 'utf8')) as RoundFile
    assert.equal(given, expected)
  }
})

test('a command past its time limit ends with all that it started', async () => {
  const words = ['sh', '-c', 'sleep 1000 & echo $! > "$0.pid"; wait']
  const { directory, result } = await train('', { words, limitSeconds: 1.5 })
  await assert.rejects(result, { name: 'TrainerTimeError', message: /longer than 1.5 s/ })
  const [name = ''] = readdirSync(directory)
  const pid = Number(readFileSync(join(directory, name, 'round.json.pid'), 'utf8'))
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
})

test('an abort ends the command with all that it started, and throws its reason', async () => {
  const stop = new AbortController()
  const { directory, result } = await train('hangs', {}, stop.signal)
  const pidFile = () => join(directory, readdirSync(directory)[0] ?? '', 'round.json.pid')
  while (!existsSync(pidFile()) || readFileSync(pidFile(), 'utf8') === '') {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  stop.abort(new Error('the round is over'))
  await assert.rejects(result, /the round is over/)
  const pid = Number(readFileSync(pidFile(), 'utf8'))
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
})

test('directories of past rounds do not pile up', async () => {
  const directory = mkdtempSync(join(root, 'member-'))
  const words = [process.execPath, script, 'well']
  const trainer = createCommandTrainer({ words, federationId, directory, keepsDirectories: 1 })
  const { signal } = new AbortController()
  for (const round of [0, 1, 2]) {
    await trainer.train({ weights: new Float32Array(163), manifest: stripesManifest(), round, signal })
  }
  assert.equal(readdirSync(directory).length, 2)
})

test('words are split as a shell does, and what needs a shell is refused', () => {
  assert.deepEqual(splitCommandLine(`python3  'my train.py' --name "a \\"b\\" \\c" d\\ e ''`), [
    'python3',
    'my train.py',
    '--name',
    'a "b" \\c',
    'd e',
    '',
  ])
  for (const line of [
    'a | b',
    'a > b',
    'a && b',
    'echo $HOME',
    'echo "$HOME"',
    '`a`',
    "a 'b",
    'a "b',
    'a \\',
    '',
    '  ',
  ]) {
    assert.throws(() => splitCommandLine(line), { name: 'CommandLineError' }, line)
  }
  assert.deepEqual(splitCommandLine("sh -c 'a | b > c'"), ['sh', '-c', 'a | b > c'])
})

test('splitCommandLine(quoted words joined by spaces) ≡ the words', () => {
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (first, rest) => {
      assert.deepEqual(splitCommandLine([first, ...rest].map(quote).join(' ')), [first, ...rest])
    }),
  )
})

test('metrics name the key that does not fit', () => {
  const parse = (value: unknown) => parseTrainerMetrics(JSON.stringify(value), stripesManifest())
  assert.deepEqual(parse({ examples: 3, correct: 2, perClass: [1, 1, 1] }), {
    examples: 3,
    correct: 2,
    perClass: [1, 1, 1],
  })
  for (const [value, key] of [
    [[], /object/],
    [{ examples: 1.5 }, /examples/],
    [{ examples: 3, correct: 4 }, /correct/],
    [{ examples: 3, loss: 'low' }, /loss/],
    [{ examples: 3, perClass: [1, 2] }, /perClass.*3 whole numbers/],
  ] as const) {
    assert.throws(() => parse(value), { name: 'TrainerMetricsError', message: key })
  }
})

test('the published schema of metrics takes what the node reads, and nothing that it refuses', () => {
  const manifest = stripesManifest()
  const number = fc.oneof(fc.nat(5), fc.double(), fc.constantFrom(null, undefined, '1', -1, [1]))
  const record = fc.record(
    {
      examples: fc.oneof(fc.nat(9), number),
      heldOut: number,
      loss: number,
      correct: number,
      perClass: fc.oneof(fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }), number),
      other: number,
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(record, (value) => {
      const text = JSON.stringify(value)
      const isOfForm = trainerMetricsSchema.safeParse(JSON.parse(text)).success
      let isRead = true
      try {
        parseTrainerMetrics(text, manifest)
      } catch {
        isRead = false
      }
      // The node knows more than a schema can say: how many classes there are, and how many answers can be right.
      assert.ok(!isRead || isOfForm, text)
      if (isOfForm && !isRead) {
        const { correct, perClass } = JSON.parse(text)
        assert.ok(correct != null || perClass != null, text)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a member with a trainer of its own takes part on the chain beside one without', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 2 } })
  try {
    const { federationId: id, clients } = fixture
    const trainer = createCommandTrainer({
      words: [process.execPath, script, 'well'],
      federationId: id,
      directory: join(root, 'chain'),
    })
    const nodes = [start(fixture, 0, { trainer }), start(fixture, 1)]
    const [own] = await Promise.all(nodes.map(({ done }) => done))
    assert.deepEqual([own!.roundsTaken, own!.submitted], [2, 2])
    assert.deepEqual(
      (await readHistory(clients[0]!, { id })).map(({ updates }) => updates),
      [2, 2],
    )
    for (const round of [0, 1])
      assert.equal(await countSubmissions(clients[0]!, id, clients[0]!.account.address, round), 1)
    assert.equal(readdirSync(join(root, 'chain')).length, 2)
  } finally {
    await fixture.end()
  }
})

test('a trainer that takes longer than the round costs the round and not the node', async () => {
  const fixture = await startFederation({ members: 1, terms: { rounds: 2, submitSeconds: 3, minimumUpdates: 1 } })
  try {
    const directory = join(root, 'late')
    const trainer = createCommandTrainer({
      words: [process.execPath, script, 'hangs'],
      federationId: fixture.federationId,
      directory,
    })
    const stop = new AbortController()
    const node = start(fixture, 0, { trainer, signal: stop.signal })
    while (!node.kinds().includes('sat-out')) await new Promise((resolve) => setTimeout(resolve, 50))
    stop.abort()
    assert.equal((await node.done).reason, 'stopped')
    const satOut = node.events.find(({ kind }) => kind === 'sat-out')
    assert.match((satOut as { reason: string }).reason, /longer than the submission/)
  } finally {
    await fixture.end()
  }
})

test('a node that is stopped while its trainer runs ends it, and all that it started, and sends nothing', async () => {
  const fixture = await startFederation({ members: 1, terms: { minimumUpdates: 1 } })
  try {
    const directory = join(root, 'stopped')
    const words = ['sh', '-c', 'sleep 1000 & echo $! > "$0.pid"; wait']
    const { federationId, clients } = fixture
    const trainer = createCommandTrainer({ words, federationId, directory })
    const stop = new AbortController()
    const node = start(fixture, 0, { trainer, signal: stop.signal })
    const pidFile = () =>
      existsSync(directory) ? join(directory, readdirSync(directory)[0] ?? '', 'round.json.pid') : directory
    const isStarted = () => pidFile() !== directory && existsSync(pidFile()) && readFileSync(pidFile(), 'utf8') !== ''
    while (!isStarted()) await new Promise((resolve) => setTimeout(resolve, 20))
    const pid = Number(readFileSync(pidFile(), 'utf8'))
    assert.ok(isAlive(pid))
    stop.abort()
    assert.equal((await node.done).reason, 'stopped')
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(await countSubmissions(clients[0]!, federationId, clients[0]!.account.address, 0), 0)
  } finally {
    await fixture.end()
  }
})
