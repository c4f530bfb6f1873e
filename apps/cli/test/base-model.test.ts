/** An ONNX file of one's own on the command line: create, join, node, export, on the blob path. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ChainClient, connect, readPhase } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { exportOnnx, importOnnx, initialWeights, loadTask } from '@tutti/learn'
import type { Hex } from 'viem'
import { exitCodes } from '../src/exit-codes.ts'
import { type Running, runTutti, startTutti } from './tutti.ts'

const table = fileURLToPath(new URL('../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a model of one’s own', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-cli-onnx-'))
  const env: Record<string, string> = {}
  const { model, schema } = loadTask('breast-cancer')
  const file = exportOnnx({ model, data: schema }, initialWeights(model, 5))
  let chain: Running
  let client: ChainClient
  let id: Hex
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--json')
    assert.equal(code, exitCodes.done, stderr)
    return JSON.parse(stdout)
  }
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
    await node.until(/decoded 1 blobs, 0 updates break their bounds/)
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
})
