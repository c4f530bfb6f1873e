/** Limits that operators of go-ethereum set: ordinary refusals are followed where they can be, and said where not. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { callToInitialise, connect, createFederation, readStatus, sendCall } from '@tutti/chain'
import { encodeSetup, keccak256 } from '@tutti/core'
import { benchSetup, benchTerms } from '../../../../packages/chain/src/bench/federation.ts'
import { whereGethIs } from '../../../../packages/chain/test/geth/geth.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { startTrial, type Trial } from './federation.ts'

const members = [1, 2]
const data = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

/** No message holds the path of an endpoint, which may be a key, or a signed transaction. */
function assertIsClean(text: string): void {
  assert.doesNotMatch(text, /secret/)
  assert.doesNotMatch(text, /0x[0-9a-f]{300}/i)
}

describe('a client with limits', whereGethIs(), () => {
  let trial: Trial
  before(async () => {
    trial = await startTrial()
  })
  after(() => trial.end())

  const tryAll = async (id: string) => {
    for (const words of [
      ['status', id],
      ['predict', id, '--data', data, '--row', '0'],
      ['verify', id],
    ]) {
      const { code, stderr } = await trial.run([...words, '--json'])
      assert.equal(code, exitCodes.done, `${words[0]}: ${stderr}`)
    }
  }

  test('one request a batch, a cap on fees and a dear pool: federations are created, trained, read and verified', async () => {
    const floor = '3000000000'
    await trial.geth.restart(['--rpc.batch-request-limit', '1', '--rpc.txfeecap', '0.05', '--txpool.pricelimit', floor])
    const id = await trial.found(members, ['--rounds', '2'])
    const nodes = members.map((member) => trial.serve(id, member))
    for (const { ended } of nodes) {
      const { code, stderr } = await ended
      assert.equal(code, exitCodes.done, stderr.slice(-3_000))
      assertIsClean(stderr)
    }
    await tryAll(id)
    await trial.geth.restart(['--rpc.batch-request-limit', '4'])
    await tryAll(id)
  })

  test('a cap on fees that nothing passes leaves nodes alive, is told once, and ends commands with a sentence', async () => {
    await trial.geth.restart([])
    const id = await trial.found(members, ['--rounds', '1'])
    // A thousand wei: below what any transaction costs at the base fee of 7 wei that an idle chain comes down to.
    await trial.geth.restart(['--rpc.txfeecap', '0.000000000000001'])
    const nodes = members.map((member) => trial.serve(id, member, [], `${trial.geth.rpcUrl}/?key=secret`))
    await Promise.any(nodes.map(({ told }) => told(({ kind }) => kind === 'held-back')))
    const words = ['mint', '1', '--test-account', '0', '--json']
    const { code, stdout, stderr } = await trial.run(words, `${trial.geth.rpcUrl}/?key=secret`)
    assert.equal(code, exitCodes.endpointRefused, stderr)
    assertIsClean(stdout + stderr)
    assert.match(stdout + stderr, /by a rule of its own: .*exceeds the configured cap/)
    await trial.geth.restart([])
    for (const { ended } of nodes) {
      const { code: end, stderr: told } = await ended
      assert.equal(end, exitCodes.done, told.slice(-3_000))
      assertIsClean(told)
    }
    for (const { events } of nodes) {
      const said = events.flatMap((event) => (event.kind === 'held-back' ? [event.message] : []))
      assert.equal(new Set(said).size, said.length, said.join('\n'))
    }
  })

  test('a cap on the gas of calls is named before anything is sent, and is no matter where nothing is left to initialise', async () => {
    // A creation takes a million.
    await trial.geth.restart(['--rpc.gascap', '900000'])
    const nonce = () => trial.ask<string>('eth_getTransactionCount', trial.geth.accounts[0]!.address, 'latest')
    const before = await nonce()
    const words = ['create', '--task', 'digits', '--members', '2', '--test-account', '0', '--json']
    const { code, stdout, stderr } = await trial.run(words)
    assert.equal(code, exitCodes.endpointRefused, stdout + stderr)
    assert.match(stdout + stderr, /--rpc\.gascap/)
    assertIsClean(stdout + stderr)
    assert.equal(await nonce(), before)
    await trial.geth.restart([])
    const { id } = await trial.read(words.slice(0, -1))
    await trial.geth.restart(['--rpc.gascap', '900000'])
    const resumed = await trial.run(['create', '--resume', id, '--test-account', '0', '--json'])
    assert.ok(resumed.code === exitCodes.done, resumed.stdout + resumed.stderr)
  })

  test('a model half written is finished, from any account, once the endpoint gives a try enough gas', async () => {
    await trial.geth.restart([])
    const client = await connect({ rpcUrl: trial.geth.rpcUrl, account: trial.geth.accounts[0]! })
    const manifest = new TextEncoder().encode('{"name":"half written"}')
    const layers = [{ inputs: 784, outputs: 32, biasMultiplier: 1, shift: 0 }]
    const setup = benchSetup(layers)
    const dimension = 785 * 32
    const sizes = { dimension, shardSize: 12_800, cohortSize: 2, stake: 0n, bounty: 0n, keeperPay: 0n }
    const terms = benchTerms({ ...sizes, manifestHash: keccak256(manifest) }, setup)
    const { id } = await createFederation(client, { terms, manifest, setup: encodeSetup(setup) })
    await sendCall(client, callToInitialise(client, { id, shard: 1 }))
    // The shard that is left takes 0.4 million.
    await trial.geth.restart(['--rpc.gascap', '300000'])
    const words = ['create', '--resume', id, '--test-account', '3', '--json']
    const { code, stdout, stderr } = await trial.run(words)
    assert.equal(code, exitCodes.endpointRefused, stdout + stderr)
    assert.match(stdout + stderr, /its initial model is not whole.*--rpc\.gascap.*tutti create --resume/s)
    await trial.geth.restart([])
    assert.equal((await trial.read(words.slice(0, -1))).isNew, true)
    assert.equal((await readStatus(client, { id })).isInitialised, true)
  })
})
