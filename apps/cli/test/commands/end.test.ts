/** Ending a federation early by its members' votes, each command a process of its own on a real chain. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { votesNeeded } from '../../src/commands/end.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti, startTutti } from '../tutti.ts'

const dataset = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

test('as few votes end a federation as reach the quorum', () => {
  assert.deepEqual(
    [2, 3, 8].map((members) => votesNeeded(6_667, members)),
    [2, 3, 6],
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 5_000 }), (quorum, members) => {
      const votes = votesNeeded(quorum, members)
      assert.ok(votes * 10_000 >= quorum * members && (votes - 1) * 10_000 < quorum * members)
    }),
  )
})

test('members vote, and the round in progress is the last', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-end-'))
  const chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
  let node: ReturnType<typeof startTutti> | undefined
  try {
    const { rpcUrl } = JSON.parse(await chain.until(/\}\n$/))
    const options = { cwd, env: { TUTTI_RPC: rpcUrl } }
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', '5']
    const { id } = await readTutti(['create', ...terms, '--test-account', '0'], options)
    for (const account of ['1', '2']) await readTutti(['join', id, '--test-account', account, '--yes'], options)
    const early = await runTutti(['end', id, '--test-account', '1'], options)
    assert.equal(early.code, exitCodes.refused)
    assert.match(early.stderr, /No round of 0x\w+ has opened yet, so there is nothing to end\. .*tutti leave 0x/)
    node = startTutti(['node', id, '--test-account', '1', '--data', dataset], options)
    await node.until(/sent [\d,]+ bytes/)
    const stranger = await runTutti(['end', id, '--test-account', '3', '--json'], options)
    assert.equal(stranger.code, exitCodes.refused)
    assert.equal((await readTutti(['end', id, '--test-account', '1', '--dry-run'], options)).round, 0)
    const first = await readTutti(['end', id, '--test-account', '1'], options)
    assert.deepEqual([first.votes, first.needed, first.isEnding], [1, 2, false])
    const twice = await runTutti(['end', id, '--test-account', '1', '--json'], options)
    assert.equal(twice.code, exitCodes.refused)
    const second = await runTutti(['end', id, '--test-account', '2'], options)
    assert.match(second.stdout, /voted: round 1 is the last/)
    const summary = await readTutti(['node', id, '--test-account', '2', '--data', dataset], options)
    assert.equal(summary.roundsTaken, 1)
    await node.ended
    const { phase, status } = await readTutti(['status', id], options)
    assert.deepEqual([phase, status.roundsSettled], ['finished', 1])
  } finally {
    node?.process.kill('SIGINT')
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  }
})
