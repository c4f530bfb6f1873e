/** The command line on a real chain: from `tutti chain` to `tutti export`, each command a process of its own. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a federation by hand', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-cli-'))
  const env: Record<string, string> = {}
  let chain: Running
  let id: string
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    const part = (from: number, to: number) => `${[header, ...rows.slice(from, to)].join('\n')}\n`
    writeFileSync(join(cwd, 'a.csv'), part(0, 200))
    writeFileSync(join(cwd, 'b.csv'), part(200, 400))
    writeFileSync(join(cwd, 'bad.csv'), part(0, 5).replace(/^[\d.]+/m, 'wide'))
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    const ready = JSON.parse(await chain.until(/\}\n$/))
    env.TUTTI_RPC = ready.rpcUrl
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('create says what the terms allow, and creates', async () => {
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', '3', '--bounty', '7.5', '--stake', '2']
    const dry = await run('create', ...terms, '--test-account', '0', '--dry-run')
    assert.equal(dry.code, exitCodes.done, dry.stderr)
    assert.match(dry.stdout, /513 parameters in 1 shard/)
    assert.match(dry.stdout, /Nothing was sent/)
    const created = await read('create', ...terms, '--test-account', '0')
    id = created.id
    assert.match(id, /^0x[0-9a-f]{64}$/)
    assert.equal(created.terms.bounty, '7500000000000000000')
    assert.equal((await read('status')).federations[0].id, id)
  })

  test('join names line and column of what does not fit, and asks for consent', async () => {
    const bad = await run('join', id, '--test-account', '1', '--data', 'bad.csv', '--yes')
    assert.equal(bad.code, exitCodes.badInput)
    assert.match(bad.stderr, /line 2, column "radius_mean": "wide" is not a number/)
    const silent = await run('join', id, '--test-account', '1', '--data', 'a.csv')
    assert.equal(silent.code, exitCodes.noConsent)
    assert.match(silent.stdout, /becomes public, for ever/)
    assert.equal((await read('status', id)).status.members, 0)
    assert.equal((await read('join', id, '--test-account', '1', '--data', 'a.csv', '--yes')).isNew, true)
    assert.equal((await read('join', id, '--test-account', '1', '--yes')).isNew, false)
    assert.equal((await read('join', id, '--test-account', '2', '--data', 'b.csv', '--yes')).isNew, true)
  })

  test('nodes train to the end, and every token is paid out', async () => {
    const ended = await Promise.all([
      read('node', id, '--test-account', '1', '--data', 'a.csv'),
      read('node', id, '--test-account', '2', '--data', 'b.csv'),
    ])
    for (const summary of ended) assert.equal(summary.roundsTaken, 3)
    const { phase, status, reported } = await read('status', id)
    assert.deepEqual([reported.round, reported.members], [2, 2])
    assert.ok(reported.examples > 2 && reported.accuracy > 0.5 && reported.clampedShare < 0.5)
    assert.match((await run('status', id)).stdout, /reported in round 3, by the members themselves: 2 members trained/)
    assert.equal(phase, 'finished')
    assert.equal(status.roundsSettled, 3)
    assert.equal(status.staked, '0')
    const claimed = ended.reduce((sum, summary) => sum + BigInt(summary.claimed), 0n)
    assert.equal(claimed + BigInt(status.owed), 4n * 10n ** 18n + 7_500_000_000_000_000_000n)
  })

  test('predict answers by the contract, verify replays, export writes', async () => {
    const answer = await read('predict', id, '--data', 'a.csv', '--row', '0')
    assert.equal(answer.answer, 'malignant')
    const encoded = await read('encode', id, '--data', 'a.csv', '--row', '0')
    assert.equal(encoded.input, answer.input)
    assert.equal(encoded.input.length, 2 + 2 * 30)
    const values = Object.fromEntries(
      encoded.columns.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
    const byRow = await run('encode', id, '--row', JSON.stringify(values))
    assert.equal(byRow.stdout, `${answer.input}\n`, byRow.stderr)
    assert.deepEqual(encoded.taken, [])
    const far = JSON.stringify({ ...values, radius_mean: 900 })
    for (const args of [
      ['encode', id, '--row', far],
      ['predict', id, '--input', far],
    ]) {
      const { stdout, stderr } = await run(...args)
      assert.match(stderr, /^Note: column "radius_mean": 900 is far from the centre; it is taken for the nearest/m)
      assert.doesNotMatch(stdout, /Note/)
      assert.equal((await read(...args)).taken[0].clipped, 1)
    }
    assert.match((await run('encode', id, '--columns')).stdout, /^0x01[0-9a-f]{1054}\n$/)
    assert.equal((await run('predict', id)).code, exitCodes.usage)
    assert.equal((await run('predict', id, '--data', 'a.csv', '--row', '999')).code, exitCodes.badInput)
    const judged = await read('predict', id, '--data', 'a.csv', '--all')
    assert.deepEqual(Object.keys(judged.figures), ['accuracy', 'balanced-accuracy', 'f1', 'auroc'])
    assert.ok(judged.examples > 1 && judged.figures.accuracy > 0.5 && judged.figures.accuracy <= 1)
    assert.match(
      (await run('predict', id, '--data', 'a.csv', '--all')).stdout,
      /labelled examples:\n {2}accuracy +[01]\./,
    )
    assert.equal((await run('predict', id, '--all')).code, exitCodes.usage)
    assert.match((await run('status', id)).stdout, /judged by accuracy, balanced-accuracy, f1, auroc/)
    assert.equal((await read('verify', id)).isConsistent, true)
    await read('export', id, '--out', 'm.onnx')
    await read('export', id, '--format', 'safetensors', '--out', 'm.safetensors')
    assert.ok(existsSync(join(cwd, 'm.onnx')))
    assert.match(readFileSync(join(cwd, 'm.onnx.md'), 'utf8'), /made-up rows its answers differ from the contract/)
    assert.equal(readFileSync(join(cwd, 'm.safetensors')).readBigUInt64LE(0) > 0n, true)
  })

  test('create --from continues another model, word by word', async () => {
    const created = await read(
      'create',
      '--from',
      id,
      '--members',
      '2',
      '--rounds',
      '1',
      '--test-account',
      '0',
      '--bounty',
      '0',
    )
    const [before, now] = await Promise.all([
      read('predict', id, '--data', 'b.csv'),
      read('predict', created.id, '--data', 'b.csv'),
    ])
    assert.deepEqual(now.outputs, before.outputs)
    assert.equal((await read('verify', created.id)).isConsistent, true)
  })

  test('wrong calls end with the exit code of their kind and say what to do', async () => {
    const unknown = `0x${'1'.repeat(64)}`
    for (const [args, code, message] of [
      [['verify', '0x12'], exitCodes.usage, /64 hexadecimal digits/],
      [['status', unknown], exitCodes.usage, /./],
      [['create', '--task', 'digits'], exitCodes.noKey, /--keystore FILE/],
      [['create', '--test-account', '0'], exitCodes.usage, /--task NAME/],
      [['status', '--rpc', 'http://127.0.0.1:1'], exitCodes.unreachable, /No answer/],
      [['node', id, '--test-account', '3', '--data', 'a.csv'], exitCodes.refused, /member/i],
      [['join', id, '--test-account', '3', '--yes'], exitCodes.refused, /finished/],
      [
        ['predict', id, '--input', '{"radius":1}'],
        exitCodes.usage,
        /the model takes no "radius"; it takes radius_mean/,
      ],
      [['encode', id], exitCodes.usage, /--row '\{"column": value\}'/],
      [['encode', id, '--row', '3'], exitCodes.usage, /name it with --data/],
      [['encode', id, '--row', '{"radius":1}'], exitCodes.usage, /--row: the model takes no "radius"/],
      [
        ['encode', id, '--row', '{}'],
        exitCodes.badInput,
        /--row does not fit:\n {2}"radius_mean": the value is missing\.\n(?: {2}".*\n)* {2}"fractal_dimension_worst": the value is missing\./,
      ],
      [['encode', id, '--columns', '--row', '1'], exitCodes.usage, /leave --row and --data out/],
      [['bench', 'luck'], exitCodes.usage, /accuracy/],
    ] as const) {
      const ended = await run(...args)
      assert.match(ended.stderr, message, args.join(' '))
      if (args[0] !== 'status' || args.length > 2) assert.equal(ended.code, code, args.join(' '))
      else assert.notEqual(ended.code, exitCodes.done)
    }
  })
})

describe('the demo', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-demo-'))
  after(() => rmSync(cwd, { recursive: true, force: true }))

  test('runs a federation to its end and prints one object', async () => {
    const args = ['demo', '--members', '3', '--rounds', '2', '--task', 'breast-cancer', '--json']
    const { code, stdout, stderr } = await runTutti(args, { cwd })
    assert.equal(code, exitCodes.done, stderr)
    const result = JSON.parse(stdout)
    assert.equal(result.verified, true)
    assert.equal(result.roundsSettled, 2)
    assert.equal(result.accuracy.alone.length, 3)
    for (const share of [result.accuracy.onChain, result.accuracy.fedAvg, result.accuracy.pooled]) {
      assert.ok(share > 0.5 && share <= 1)
    }
    const { bounty, stakes, members, refund, heldByContract } = result.rewards
    const paid = members.reduce((sum: bigint, member: { claimed: string }) => sum + BigInt(member.claimed), 0n)
    assert.equal(BigInt(bounty) + BigInt(stakes), paid + BigInt(refund))
    assert.equal(BigInt(heldByContract), 0n)
    // What each was paid is what the chain logged, no matter who took the action that paid it: the stake comes back, and no more.
    for (const { rewards, keeperPay, stakeReturned, claimed } of members) {
      assert.equal(BigInt(stakeReturned), BigInt(stakes) / 3n)
      assert.equal(BigInt(rewards) + BigInt(keeperPay) + BigInt(stakeReturned), BigInt(claimed))
    }
  })

  test('Ctrl-C ends it, the chain with it, with its own exit code', async () => {
    const demo = startTutti(['demo', '--rounds', '200', '--directory', 'stopped'], { cwd })
    await new Promise<void>((resolve) => {
      let text = ''
      demo.process.stderr?.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (/round \d+\/200/.test(text)) resolve()
      })
    })
    demo.process.kill('SIGINT')
    const { code, stderr } = await demo.ended
    assert.equal(code, exitCodes.interrupted, stderr)
    assert.match(stderr, /stopping the members and the chain/)
  })
})
