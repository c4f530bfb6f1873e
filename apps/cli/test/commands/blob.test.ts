/** The command line on the blob path: create, node, status, verify, model pull, export, predict, model checkpoint. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  aggregateBlobs,
  bundleBlobs,
  type ChainClient,
  callToSubmitBlobs,
  connect,
  keepBundle,
  openRound,
  readPhase,
  sendBlobCall,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { loadKzg } from '@tutti/chain/kzg'
import { advanceTime, openBlobArchive } from '@tutti/chain/local'
import { packBlobs, toBytes32 } from '@tutti/core'
import type { Hex } from 'viem'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a federation in blobs by hand', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-cli-blob-'))
  const env: Record<string, string> = {}
  let chain: Running
  let client: ChainClient
  let id: Hex
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'a.csv'), `${[header, ...rows.slice(0, 200)].join('\n')}\n`)
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

  test('create says how the model lies in blobs, and what a member is told is their size', async () => {
    const terms = ['--path', 'blob', '--task', 'breast-cancer', '--members', '1', '--rounds', '1']
    const dry = await run('create', ...terms, '--test-account', '0', '--dry-run')
    assert.equal(dry.code, exitCodes.done, dry.stderr)
    assert.match(dry.stdout, /513 parameters in 1 blob of 40,960, 1 shard/)
    assert.match(dry.stdout, /faults can be proven for 10,800 seconds/)
    id = (await read('create', ...terms, '--test-account', '0')).id
    const shown = await run('join', id, '--test-account', '1', '--data', 'a.csv')
    assert.match(shown.stdout, /1 blob of 131072 bytes, which the chain forgets/)
    assert.equal((await read('join', id, '--test-account', '1', '--data', 'a.csv', '--yes')).isNew, true)
  })

  test('a node takes part to the end; its archive proves the chain’s commitment', async () => {
    const node = startTutti(['node', id, '--test-account', '1', '--data', 'a.csv'], { cwd, env })
    await node.until(/sent 1 blob for [\d,]+ gas/)
    await node.until(/decoded 1 blob, 0 updates out of bounds/)
    // The phase ends a second after the last act, and no block has come since.
    await advanceTime(client, 1)
    const { phase, endsAt } = await readPhase(client, { id })
    assert.equal(phase, 'challenge')
    await advanceTime(client, endsAt - Number((await client.public.getBlock()).timestamp))
    const { code, stderr } = await node.ended
    assert.equal(code, exitCodes.done, stderr)
    const status = await run('status', id)
    assert.match(status.stdout, /path\s+blob: the contract holds the commitments of 1 blob in 1 shard;/)
    const verified = await run('verify', id)
    assert.equal(verified.code, exitCodes.done, verified.stderr)
    assert.match(verified.stdout, /^Consistent: .* 1 accepted update of 1 round, recomputed from 1 blob\.\n$/)
  })

  test('the contract does not answer, a pulled model does, and so does an export of it', async () => {
    const refused = await run('predict', id, '--data', 'a.csv')
    assert.equal(refused.code, exitCodes.usage)
    assert.match(refused.stderr, /holds the commitment .* cannot answer/)
    const pulled = await read('model', 'pull', id, '--out', 'm.tutti')
    assert.deepEqual([pulled.parameters, pulled.blobs], [513, 1])
    const local = await read('predict', id, '--data', 'a.csv', '--model', 'm.tutti')
    assert.equal(local.isLocal, true)
    assert.match(local.answer, /^(benign|malignant)$/)
    assert.equal((await read('export', id, '--format', 'safetensors', '--model', 'm.tutti')).parameters, 513)
    // A user who says where the blobs are needs no file.
    const fromBlobs = await read('predict', id, '--data', 'a.csv', '--archive', join('.tutti', 'nodes', 'blobs'))
    assert.deepEqual(fromBlobs, local)
    const wrong = await run('predict', id, '--data', 'a.csv', '--model', 'a.csv')
    assert.equal(wrong.code, exitCodes.badInput)
  })

  test('a checkpoint is enough for a newcomer', async () => {
    const { posted } = await read('model', 'checkpoint', id, '--test-account', '2')
    assert.deepEqual(
      posted.map((part: { shard: number; blobs: number }) => [part.shard, part.blobs]),
      [[0, 1]],
    )
    // Without the archive, the updates would come from the chain too; the checkpoint is what is read.
    renameSync(join(cwd, '.tutti', 'nodes', 'blobs'), join(cwd, 'elsewhere'))
    const pulled = await read('model', 'pull', id, '--archive', 'fresh', '--peer-archive', 'elsewhere')
    assert.equal(pulled.blobs, 1)
  })

  test('a fault that nobody challenged is named by verify, with an exit code of its own, by status and by model pull', async () => {
    const terms = ['--path', 'blob', '--task', 'breast-cancer', '--members', '1', '--rounds', '1']
    const { id: faulty } = await read('create', ...terms, '--test-account', '0')
    await read('join', faulty, '--test-account', '1', '--data', 'a.csv', '--yes')
    const cheat = withAccount(client, testAccounts(2)[1]!)
    await openRound(cheat, { id: faulty })
    const kzg = await loadKzg()
    const [blob] = packBlobs(new Int32Array(513), { laneBits: 24 })
    blob!.set(toBytes32(1n << 250n), 32 * 3)
    const bundle = await bundleBlobs(kzg, [blob!])
    const call = callToSubmitBlobs(cheat, { id: faulty, round: 0, bundle })
    await sendBlobCall(cheat, call, { kzg, version: 0 })
    const archive = await openBlobArchive({ directory: join(cwd, 'blobs'), kzg })
    await keepBundle(archive, bundle)
    for (let phase = 'submit'; phase !== 'aggregate'; ) {
      const { endsAt, ...now } = await readPhase(client, { id: faulty })
      phase = now.phase
      if (phase !== 'aggregate') await advanceTime(client, endsAt - Number((await client.public.getBlock()).timestamp))
    }
    await aggregateBlobs(cheat, { id: faulty, round: 0, shard: 0, access: { kzg, archive, sources: [] } })

    const named = new RegExp(
      `1 update out of bounds, of ${cheat.account!.address} in round 1, shard 0 \\(packing in word 3`,
    )
    const verified = await run('verify', faulty, '--archive', 'blobs')
    assert.equal(verified.code, exitCodes.faultStands, verified.stderr)
    assert.match(verified.stdout, named)
    const plain = await run('verify', faulty, '--archive', 'blobs', '--json')
    assert.equal(plain.code, exitCodes.faultStands)
    const { isConsistent, hasModel, faults } = JSON.parse(plain.stdout)
    assert.deepEqual([isConsistent, hasModel, faults.length, faults[0].member], [true, true, 1, cheat.account!.address])
    assert.match((await run('status', faulty, '--archive', 'blobs')).stdout, named)
    assert.equal((await read('status', faulty, '--archive', 'blobs')).standingFaults.faults[0].word, 3)
    const pulled = await run('model', 'pull', faulty, '--archive', 'blobs', '--out', 'faulty.tutti')
    assert.equal(pulled.code, exitCodes.done, pulled.stderr)
    assert.match(pulled.stdout, named)
    const answered = await read('predict', faulty, '--data', 'a.csv', '--model', 'faulty.tutti', '--archive', 'blobs')
    assert.equal(answered.isLocal, true)
  })
})
