/** A federation that nobody joins gives its bounty back, each command a process of its own on a real chain. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { whenOverdue } from '../../src/commands/abandon.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti, startTutti } from '../tutti.ts'

test('when an action is overdue is said as a time, and never where a phase ends by itself', () => {
  assert.match(whenOverdue('0xab', 1_800_000_000n, 1_799_999_990n), /from 2027-01-15T08:00:00 UTC on, in 10 s\.$/)
  assert.match(whenOverdue('0xab', (1n << 256n) - 1n, 1n), /ends by itself/)
})

test('the bounty of a federation that nobody joined goes back to its creator', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-abandon-'))
  const chain = startTutti(['chain', '--port', '0', '--accounts', '3', '--json'], { cwd })
  try {
    const { rpcUrl } = JSON.parse(await chain.until(/\}\n$/))
    const options = { cwd, env: { TUTTI_RPC: rpcUrl } }
    const terms = ['--task', 'breast-cancer', '--bounty', '7.5', '--idle-seconds', '3600', '--join-seconds', '60']
    const { id } = await readTutti(['create', ...terms, '--test-account', '0'], options)
    const dear = ['create', '--task', 'breast-cancer', '--bounty', '99999999', '--dry-run', '--test-account', '0']
    assert.match((await runTutti(dear, options)).stderr, /would stop there as yet\..*holds .* and needs 99,999,999/)
    const early = await runTutti(['abandon', id, '--test-account', '0', '--json'], options)
    assert.equal(early.code, exitCodes.refused, early.stderr)
    assert.match(early.stdout + early.stderr, /its next action is overdue from 2\d{3}-.* UTC on, in 3[\d]{3} s/)
    await advanceTime(await connect({ rpcUrl }), 3_700)
    await readTutti(['abandon', id, '--test-account', '2', '--dry-run'], options)
    const { owed } = await readTutti(['abandon', id, '--test-account', '0'], options)
    assert.equal(BigInt(owed), 7_500_000_000_000_000_000n)
    const { amount } = await readTutti(['claim', id, '--test-account', '0'], options)
    assert.equal(BigInt(amount), BigInt(owed))
    const late = await runTutti(['leave', id, '--test-account', '1', '--json'], options)
    assert.equal(late.code, exitCodes.refused)
    assert.match(JSON.parse(late.stdout).error.message, /finished: there is nothing to leave/)
    const again = await runTutti(['abandon', id, '--test-account', '0', '--json'], options)
    assert.equal(again.code, exitCodes.refused, again.stderr)
  } finally {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  }
})
