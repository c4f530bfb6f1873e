/** A file of one's own as base, ONNX or safetensors: create, join, node, export, predict, on the blob path. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ChainClient, connect, readPhase } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import {
  encodeExample,
  exportOnnx,
  exportSafetensors,
  type ImportedModel,
  importOnnx,
  initialWeights,
  type ModelSpec,
} from '@tutti/learn'
import { createTrainer, loadTask, readTableFile } from '@tutti/learn/node'
import type { Hex } from 'viem'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a model of one’s own', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-cli-onnx-'))
  const env: Record<string, string> = {}
  const task = loadTask('breast-cancer')
  const { model, schema } = task
  const file = exportOnnx({ model, data: schema }, initialWeights(model, 5))
  let chain: Running
  let client: ChainClient
  let id: Hex
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const founding = ['create', '--task', 'breast-cancer', '--members', '1', '--rounds', '1', '--test-account', '0']

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'a.csv'), `${[header, ...rows.slice(0, 200)].join('\n')}\n`)
    writeFileSync(join(cwd, 'mine.onnx'), file)
    chain = startTutti(['chain', '--port', '0', '--accounts', '3', '--json'], { cwd })
    const ready = JSON.parse(await chain.until(/\}\n$/))
    env.TUTTI_RPC = ready.rpcUrl
    client = await connect({ rpcUrl: ready.rpcUrl })
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('create takes the tensors named, and refuses what it cannot train, by name', async () => {
    const direct = await run(...founding, '--base-model', 'mine.onnx')
    assert.equal(direct.code, exitCodes.usage)
    assert.match(direct.stderr, /add --path blob/)
    const wrong = await run(...founding, '--path', 'blob', '--base-model', 'mine.onnx', '--train', 'head.*')
    assert.equal(wrong.code, exitCodes.badInput)
    assert.match(wrong.stderr, /no tensor of floats is named "head\.\*"; it has "layer0\.weight"/)
    const made = await read(...founding, '--path', 'blob', '--base-model', 'mine.onnx', '--train', 'layer1.*')
    assert.deepEqual(
      made.manifest.model.tensors.map(({ name }: { name: string }) => name),
      ['layer1.weight', 'layer1.bias'],
    )
    assert.equal(made.terms.dimension, 17)
    id = made.id
  })

  test('a member trains it with the file and not without, and its export keeps what was frozen', async () => {
    assert.equal((await read('join', id, '--test-account', '1', '--data', 'a.csv', '--yes')).isNew, true)
    const without = await run('node', id, '--test-account', '1', '--data', 'a.csv')
    assert.equal(without.code, exitCodes.badInput)
    assert.match(without.stderr, /builds on a file with keccak256/)
    const args = ['node', id, '--test-account', '1', '--data', 'a.csv', '--base-model', 'mine.onnx']
    const node = startTutti(args, { cwd, env })
    await node.until(/decoded 1 blob, 0 updates out of bounds/)
    await advanceTime(client, 1)
    const { phase, endsAt } = await readPhase(client, { id })
    assert.equal(phase, 'challenge')
    await advanceTime(client, endsAt - Number((await client.public.getBlock()).timestamp))
    const { code, stderr } = await node.ended
    assert.equal(code, exitCodes.done, stderr)
    await read('export', id, '--base-model', 'mine.onnx', '--out', 'trained.onnx')
    const before = importOnnx(file, { output: 'logistic' })
    const trained = importOnnx(new Uint8Array(readFileSync(join(cwd, 'trained.onnx'))), { output: 'logistic' })
    const valuesOf = ({ tensors, weights }: typeof before, part: string) => {
      let offset = 0
      for (const { name, shape } of tensors) {
        const length = shape.reduce((product, size) => product * size, 1)
        if (name.endsWith(part)) return weights.slice(offset, offset + length)
        offset += length
      }
      return undefined
    }
    assert.deepEqual(valuesOf(trained, 'layer0.weight'), valuesOf(before, 'layer0.weight'))
    assert.notDeepEqual(valuesOf(trained, 'layer1.weight'), valuesOf(before, 'layer1.weight'))
  })

  test('predict answers from the pulled model and the file, as the exported model does, and from no other file', async () => {
    await read('model', 'pull', id, '--out', 'pulled.tutti')
    const args = ['predict', id, '--data', 'a.csv', '--row', '3', '--model', 'pulled.tutti']
    const without = await run(...args)
    assert.equal(without.code, exitCodes.badInput)
    assert.match(without.stderr, /none was given.*--base-model FILE/)
    const other = await run(...args, '--base-model', 'trained.onnx')
    assert.equal(other.code, exitCodes.badInput)
    assert.match(other.stderr, /The base file has keccak256/)
    const { outputs, isLocal } = await read(...args, '--base-model', 'mine.onnx')
    assert.equal(isLocal, true)
    const exported = importOnnx(new Uint8Array(readFileSync(join(cwd, 'trained.onnx'))), { output: 'logistic' })
    const expected = await answerOf(exported, exported.weights, 3)
    assert.ok(Math.abs(outputs[0] - expected) < 1e-4, `${outputs[0]} is not ${expected}`)
  })

  test('safetensors as base: predict adds the federation’s lanes to the file’s weights', async () => {
    const weights = initialWeights(model, 9)
    writeFileSync(join(cwd, 'base.safetensors'), exportSafetensors(model, weights))
    const made = await read(...founding, '--path', 'blob', '--base-model', 'base.safetensors')
    await read('model', 'pull', made.id, '--out', 'fresh.tutti')
    const args = ['predict', made.id, '--data', 'a.csv', '--row', '3', '--model', 'fresh.tutti']
    assert.equal((await run(...args)).code, exitCodes.badInput)
    const { outputs } = await read(...args, '--base-model', 'base.safetensors')
    const expected = await answerOf(model, weights, 3)
    assert.ok(Math.abs(outputs[0] - expected) < 1e-4, `${outputs[0]} is not ${expected}`)
    const stranger = await run(...args.slice(0, -1), 'pulled.tutti', '--base-model', 'base.safetensors')
    assert.equal(stranger.code, exitCodes.badInput)
    assert.match(stranger.stderr, /the model of another federation/)
  })

  /** What a model's trainer answers to a row of the table: the output before the logistic function. */
  async function answerOf(asked: ModelSpec | ImportedModel, weights: Float32Array, row: number): Promise<number> {
    const inputs = encodeExample(schema, readTableFile(join(cwd, 'a.csv')).values(row))
    const { inputZero, inputScale } = schema
    const single = { count: 1, features: inputs.length, inputs, inputZero, inputScale, labels: new Int32Array(1) }
    const trainer = await createTrainer(asked, task.training, {})
    try {
      return (await trainer.predict(weights, { ...single, labelCenter: 0, labelSpread: 1 }))[0]!
    } finally {
      await trainer.release()
    }
  }
})
