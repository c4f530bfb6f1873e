/** A round whose members take no actions for pay goes on by somebody else's, each command a process of its own. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti, startTutti } from '../tutti.ts'

const dataset = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

test('a stranger keeps a federation going, and is paid', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-keep-'))
  const chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
  const nodes: ReturnType<typeof startTutti>[] = []
  try {
    const { rpcUrl } = JSON.parse(await chain.until(/\}\n$/))
    const options = { cwd, env: { TUTTI_RPC: rpcUrl } }
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', '2', '--bounty', '40']
    const { id } = await readTutti(['create', ...terms, '--test-account', '0'], options)
    const keep = (...words: string[]) => readTutti(['keep', id, '--test-account', '3', ...words], options)
    const kinds = (taken: { kind: string }[]) => taken.map(({ kind }) => kind)

    const early = await runTutti(['keep', id, '--test-account', '3'], options)
    assert.equal(early.code, exitCodes.done, early.stderr)
    assert.match(early.stdout, /No action is due: 0x\w+ waits for members/)

    for (const account of ['1', '2']) await readTutti(['join', id, '--test-account', account, '--yes'], options)
    assert.deepEqual((await keep('--dry-run')).due, { kind: 'open' })
    const opened = await keep()
    assert.deepEqual(kinds(opened.taken), ['open'])
    assert.match(opened.phase, /commit|submit/)

    for (const account of ['1', '2']) {
      const words = [
        'node',
        id,
        '--test-account',
        account,
        '--data',
        dataset,
        '--no-keeper',
        '--store',
        `store-${account}`,
      ]
      nodes.push(startTutti(words, options))
    }
    const seen: string[] = []
    let state = await keep()
    const end = Date.now() + 90_000
    while (state.phase !== 'finished' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      state = await keep()
      seen.push(...kinds(state.taken))
    }
    assert.equal(state.phase, 'finished')
    assert.equal(seen.filter((kind) => kind === 'aggregate').length, 2, seen.join())
    assert.ok(BigInt(state.owed) > 0n)
    const { amount } = await readTutti(['claim', id, '--test-account', '3'], options)
    assert.equal(amount, state.owed)
    const over = await runTutti(['keep', id, '--test-account', '3'], options)
    assert.match(over.stdout, /is finished: there is nothing to keep/)
    for (const node of nodes) await node.ended
  } finally {
    for (const { process } of nodes) process.kill('SIGINT')
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  }
})
