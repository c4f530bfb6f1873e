/** The local chain's command. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { runTutti, startTutti } from '../tutti.ts'

test('two chains do not keep their state in one directory, and one that has ended leaves it to the next', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-chain-'))
  const words = ['chain', '--port', '0', '--accounts', '2', '--json']
  try {
    for (let run = 0; run < 2; run++) {
      const chain = startTutti(words, { cwd })
      await chain.until(/\}\n$/)
      const second = await runTutti(words, { cwd })
      assert.equal(second.code, exitCodes.failed)
      assert.match(JSON.parse(second.stdout).error.message, /Another local chain keeps its state in .*--directory/)
      chain.process.kill('SIGINT')
      await chain.ended
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})
