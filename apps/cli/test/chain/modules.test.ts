/** A federation with an aggregator that lies, under the manifest and terms of an honest one: nothing vouches for it. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type ChainClient,
  connect,
  createFederation,
  deployment,
  initialiseDirectModel,
  inspectModules,
  readManifest,
  sendCall,
  testAccounts,
  UnknownModulesError,
} from '@tutti/chain'
import { type Address, concat, getAddress, type Hex, numberToHex, pad, zeroAddress } from 'viem'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { compileContract } from '../compile.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('a federation whose aggregator lies', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-modules-'))
  const env: Record<string, string> = {}
  let chain: Running
  let client: ChainClient
  let honest: Hex
  let lying: Hex
  let liar: Address
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(join(cwd, 'a.csv'), `${[header, ...rows.slice(0, 60)].join('\n')}\n`)
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    client = await connect({ rpcUrl: env.TUTTI_RPC!, account: testAccounts(1)[0]! })
    const terms = ['--members', '2', '--rounds', '1', '--bounty', '0', '--stake', '0', '--test-account', '0']
    honest = (await read('create', '--task', 'breast-cancer', ...terms)).id
    liar = getAddress((await sendCall(client, { data: compileContract('LyingAggregator') })).receipt.contractAddress!)
    const { terms: agreed, manifest, setup } = await readManifest(client, { id: honest })
    const copy = { ...agreed, salt: numberToHex(7, { size: 32 }), aggregator: liar }
    lying = (await createFederation(client, { terms: copy, manifest, setup })).id
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('the own contracts are known; other aggregators, every gate and judge and other cores are not', async () => {
    const creation = await readManifest(client, { id: honest })
    const namesOf = async (terms: Partial<typeof creation.terms>, core = client.core) => {
      const modules = await inspectModules({ ...client, core }, { ...creation, terms: { ...creation.terms, ...terms } })
      return modules.map(({ name, isKnown }) => `${name} ${isKnown}`)
    }
    assert.deepEqual(await namesOf({}), ['core true', 'aggregator true'])
    assert.deepEqual(await namesOf({ aggregator: liar }), ['core true', 'aggregator false'])
    assert.deepEqual(await namesOf({ gate: liar, judge: liar }), [
      'core true',
      'aggregator true',
      'gate false',
      'judge false',
    ])
    assert.deepEqual(await namesOf({ gate: zeroAddress }, liar), ['core false', 'aggregator true'])
    // The blob path's aggregator keeps no integers: on the direct path it is as foreign as any.
    const blob = await inspectModules(client, { ...creation, setup: new Uint8Array(32) })
    assert.equal(blob[1]!.isKnown, false)
  })

  test('an address whose code is not there yet is not known', async () => {
    const creation = await readManifest(client, { id: honest })
    const { directAggregator } = deployment()
    const request = client.public.request as (call: { method: string; params: unknown[] }) => Promise<unknown>
    const code = await client.public.getCode({ address: directAggregator })
    await request({ method: 'anvil_setCode', params: [directAggregator, '0x'] })
    try {
      assert.equal((await inspectModules(client, creation))[1]!.isKnown, false)
    } finally {
      await request({ method: 'anvil_setCode', params: [directAggregator, code] })
    }
  })

  test('the error names each unknown module and the way on', () => {
    const error = new UnknownModulesError([{ name: 'judge', address: liar, isKnown: false }])
    assert.match(error.message, new RegExp(`not Tutti's: judge ${liar}\\. .*--unknown-modules`))
    assert.equal(error.isRetryable, false)
  })

  test('the contract passes the lie on, and every command that would vouch for it refuses', async () => {
    const example = ['--data', 'a.csv', '--row', '0']
    for (const args of [
      ['predict', lying, ...example],
      ['verify', lying],
      ['export', lying],
      ['model', 'pull', lying],
      ['model', 'checkpoint', lying, '--test-account', '1'],
      ['stats', 'show', lying],
      ['join', lying, '--yes', '--test-account', '1'],
      ['node', lying, '--data', 'a.csv', '--test-account', '1'],
      ['create', '--from', lying, '--test-account', '1', '--dry-run'],
      ['create', '--resume', lying, '--test-account', '1'],
    ]) {
      const { code, stdout, stderr } = await run(...args)
      assert.equal(code, exitCodes.refused, `${args.join(' ')}\n${stderr}`)
      assert.match(stderr, new RegExp(`not Tutti's: aggregator ${liar}.*--unknown-modules`, 'is'))
      assert.equal(stdout, '')
    }
    const refused = await run('predict', lying, ...example, '--json')
    assert.equal(JSON.parse(refused.stdout).error.name, 'UnknownModulesError')
    const willing = await run('predict', lying, ...example, '--sealed', '--unknown-modules')
    assert.equal(willing.code, exitCodes.done, willing.stderr)
    assert.match(willing.stdout, /12\.3450/)
    assert.match(willing.stdout, /in sealed code, by contracts that are not Tutti's: nothing checked it/)
    assert.match(willing.stderr, new RegExp(`Careful: .*aggregator ${liar}`, 'i'))
    const { modules } = await read('predict', lying, ...example, '--sealed', '--unknown-modules')
    assert.deepEqual(modules[1], { name: 'aggregator', address: liar, isKnown: false })
  })

  test('status and federations warn of it, and of the honest one say nothing', async () => {
    const warning = new RegExp(`Careful: .*aggregator ${liar}`, 'i')
    assert.match((await run('status', lying)).stdout, warning)
    const { stdout } = await run('status')
    assert.equal(stdout.match(/Careful/g)?.length, 1)
    assert.match(stdout, new RegExp(`^${lying}: Careful`, 'm'))
    assert.match((await run('federations')).stdout, warning)
    const shown = await run('status', honest)
    assert.doesNotMatch(shown.stdout + shown.stderr, /Careful/)
    const { code, stderr } = await run('predict', honest, '--data', 'a.csv', '--row', '0')
    assert.equal(code, exitCodes.done, stderr)
    assert.doesNotMatch(stderr, /Careful/)
    for (const [id, isKnown] of [
      [honest, true],
      [lying, false],
    ] as const) {
      const { modules } = await read('status', id)
      assert.equal(modules[1].isKnown, isKnown)
    }
  })

  test('an answer that is not what the words give is not shown: whoever asks is told so, whatever they trust', async () => {
    const { directAggregator } = deployment()
    const code = concat([compileContract('ForgingAggregator'), pad(directAggregator)])
    const forger = getAddress((await sendCall(client, { data: code })).receipt.contractAddress!)
    const { terms: agreed, manifest, setup } = await readManifest(client, { id: honest })
    const terms = { ...agreed, salt: numberToHex(8, { size: 32 }), aggregator: forger }
    const { id } = await createFederation(client, { terms, manifest, setup })
    await initialiseDirectModel(client, { id })
    const asked = [id, '--data', 'a.csv', '--unknown-modules']
    for (const args of [
      ['predict', ...asked, '--row', '0'],
      ['predict', ...asked, '--all', '--on-chain'],
      ['predict', ...asked, '--out', 'forged.csv', '--on-chain'],
      ['evaluate', ...asked, '--on-chain'],
    ]) {
      const { code: ended, stdout, stderr } = await run(...args)
      assert.equal(ended, exitCodes.answerIsNo, stderr)
      assert.doesNotMatch(stdout, /12\.345|malignant|accuracy/)
      assert.match(stderr, new RegExp(`aggregator ${forger} was handed the words of version 0, .* its answer is not`))
      assert.match(stderr, /Careful: /)
    }
    const failed = await run('predict', ...asked, '--row', '0', '--json')
    assert.equal(JSON.parse(failed.stdout).error.name, 'FalseAnswerError')
    assert.equal(existsSync(join(cwd, 'forged.csv')), false)
    // On this machine the same words answer as the honest federation's: they are the same.
    const computed = await read('evaluate', ...asked)
    const { accuracy } = await read('evaluate', honest, '--data', 'a.csv')
    assert.deepEqual([computed.answeredBy, computed.accuracy], ['this-machine', accuracy])
    // What it seals answers as it likes, and nobody here can tell.
    await read('seal', id, '--unknown-modules', '--test-account', '1')
    const sealed = await read('predict', ...asked, '--row', '0', '--sealed')
    assert.deepEqual([sealed.answeredBy, sealed.version, sealed.modules[1].isKnown], ['sealed-code', 0, false])
    const { stdout } = await run('predict', ...asked, '--row', '0', '--sealed', '0')
    assert.match(stdout, /from version 0, in sealed code, by contracts that are not Tutti's: nothing checked it/)
  })
})
