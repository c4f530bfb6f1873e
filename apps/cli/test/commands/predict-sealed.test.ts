/** `--sealed [VERSION]` of predict and evaluate: where nothing is sealed, of the newest, of an older, of one that is not. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  aggregateDirect,
  type ChainClient,
  join,
  mintDemoTokens,
  openRound,
  readManifest,
  readPhase,
  submitDirect,
  withAccount,
} from '@tutti/chain'
import { advanceTime, type LocalChain } from '@tutti/chain/local'
import type { Hex } from 'viem'
import { someUpdate, startFixture } from '../../../../packages/chain/test/fixture.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

describe('answers from sealed code', () => {
  const cwd = mkdtempSync(joinPath(tmpdir(), 'tutti-sealed-'))
  const env: Record<string, string> = {}
  let chain: LocalChain
  let client: ChainClient
  let id: Hex
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const predict = (...more: string[]) => ['predict', id, '--data', 'a.csv', '--row', '0', ...more]
  const seal = () => read('seal', id, '--test-account', '7')
  const play = async (round: number) => {
    const { terms } = await readManifest(client, { id })
    // Whom the contract chose for each action does not come: its time passes.
    await advanceTime(client, terms.keeperSeconds + 1)
    if ((await readPhase(client, { id })).phase !== 'submit') await openRound(client, { id })
    for (const [index, account] of chain.accounts.slice(1, 3).entries()) {
      const { payload } = someUpdate(terms, 3 * round + index)
      await submitDirect(withAccount(client, account), { id, round, payloads: [payload] })
    }
    await advanceTime(client, terms.keeperSeconds + 1)
    await aggregateDirect(client, { id, round, shard: 0 })
  }

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    writeFileSync(joinPath(cwd, 'a.csv'), `${[header, ...rows.slice(0, 30)].join('\n')}\n`)
    ;({ chain, client } = await startFixture())
    env.TUTTI_RPC = chain.rpcUrl
    await mintDemoTokens(client, { to: client.account!.address, amount: 10n ** 21n })
    const terms = ['--members', '2', '--minimum-updates', '2', '--rounds', '3', '--stake', '0', '--join-seconds', '0']
    id = (await read('create', '--task', 'breast-cancer', ...terms, '--test-account', '0')).id
    for (const account of chain.accounts.slice(1, 3)) await join(withAccount(client, account), { id })
    await play(0)
  })
  after(async () => {
    await chain.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('where nothing is sealed, words answer, and whoever asks sealed code is told how to have it', async () => {
    const answer = await read(...predict())
    assert.deepEqual([answer.answeredBy, answer.version, answer.isLocal], ['words', 1, false])
    for (const sealed of [['--sealed'], ['--sealed', '0'], ['--sealed', '1']]) {
      for (const args of [predict(...sealed), ['evaluate', id, '--data', 'a.csv', ...sealed]]) {
        const { code, stdout, stderr } = await run(...args)
        assert.equal(code, exitCodes.refused, stderr)
        assert.match(stderr, /No version of this model is in code yet: anyone may seal it \(.*seal ID\)/)
        assert.doesNotMatch(stdout, /benign|malignant/)
      }
    }
    assert.equal(JSON.parse((await run(...predict('--sealed', '--json'))).stdout).error.name, 'ContractError')
  })

  test('sealed code and words of one version give one answer, and each says where it comes from', async () => {
    await seal()
    const words = await read(...predict())
    const sealed = await read(...predict('--sealed'))
    assert.deepEqual([words.answeredBy, sealed.answeredBy], ['words', 'sealed-code'])
    assert.deepEqual({ ...sealed, answeredBy: 'words' }, words)
    assert.deepEqual(await read(...predict('--sealed', '1')), sealed)
    assert.match((await run(...predict())).stdout, /by the contract from version 1, whose words it was handed; this/)
    assert.match((await run(...predict('--sealed'))).stdout, /by the contract from version 1, in sealed code$/m)
    const computed = await read('predict', id, '--data', 'a.csv', '--all')
    const asked = await read('predict', id, '--data', 'a.csv', '--all', '--sealed')
    assert.deepEqual([computed.answeredBy, computed.version], ['this-machine', 1])
    assert.deepEqual([asked.answeredBy, asked.version, asked.isLocal], ['sealed-code', 1, false])
    assert.deepEqual(asked.figures, computed.figures)
  })

  test('when the model goes on, sealed code answers as before, and older versions stay to be asked', async () => {
    const before = await read(...predict('--sealed'))
    await play(1)
    const behind = await read(...predict('--sealed'))
    assert.deepEqual(behind, { ...before, round: 2 })
    const now = await read(...predict())
    assert.equal(now.version, 2)
    assert.notDeepEqual(now.outputs, behind.outputs)
    const early = await run(...predict('--sealed', '2'))
    assert.equal(early.code, exitCodes.refused)
    assert.match(early.stderr, /VersionNotSealed.*This version is not in code; ask a version that is, or the newest/)
    await seal()
    assert.deepEqual((await read(...predict('--sealed'))).outputs, now.outputs)
    assert.deepEqual((await read(...predict('--sealed', '1'))).outputs, before.outputs)
    const older = await read('evaluate', id, '--data', 'a.csv', '--sealed', '1')
    assert.deepEqual([older.answeredBy, older.version], ['sealed-code', 1])
    const replayed = await read('evaluate', id, '--data', 'a.csv', '--round', '1')
    assert.deepEqual([replayed.answeredBy, replayed.version], ['this-machine', 1])
    assert.deepEqual(older.accuracy, replayed.accuracy)
  })

  test('versions that were never sealed, or are none, are refused, and so is --round beside --sealed', async () => {
    for (const version of ['0', '3', '4294967295']) {
      const { code, stderr } = await run(...predict('--sealed', version))
      assert.equal(code, exitCodes.refused, stderr)
      assert.match(stderr, /VersionNotSealed/)
    }
    for (const version of ['-1', '1.5', 'new', '4294967296']) {
      const { code, stderr } = await run(...predict(`--sealed=${version}`))
      assert.equal(code, exitCodes.usage, stderr)
      assert.match(stderr, /--sealed/)
    }
    const both = await run(...predict('--sealed', '--round', '1'))
    assert.equal(both.code, exitCodes.usage, both.stderr)
    assert.match(both.stderr, /Leave --on-chain and --sealed out, or --round/)
  })
})
