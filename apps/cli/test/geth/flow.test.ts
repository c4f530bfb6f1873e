/** Whole federations by the command line on go-ethereum, by the rules of Osaka and of Amsterdam, on both paths. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startGeth, whereGethIs } from '../../../../packages/chain/test/geth/geth.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti } from '../tutti.ts'

const data = fileURLToPath(new URL('../../../../packages/learn/datasets/digits.csv', import.meta.url))
const members = [1, 2, 3]

for (const fork of ['osaka', 'amsterdam'] as const) {
  describe(`federations by the rules of ${fork}`, whereGethIs(), () => {
    test('contracts are deployed, both paths train, are paid and verified', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'tutti-flow-'))
      const geth = await startGeth({ fork })
      const options = { cwd, env: { TUTTI_RPC: geth.rpcUrl } }
      const read = (...args: string[]) => readTutti(args, options)
      try {
        await read('deploy', '--demo-token', '--path', 'blob', '--test-account', '0')
        await read('mint', '1000', '--test-account', '0')
        for (const member of members) await read('mint', '100', '--test-account', String(member))
        for (const path of ['direct', 'blob'] as const) {
          const terms = ['--task', 'digits', '--path', path, '--members', '3', '--rounds', '2', '--join-seconds', '1']
          terms.push('--submit-seconds', '60', ...(path === 'blob' ? ['--challenge-seconds', '8'] : []))
          const { id, plan } = await read('create', ...terms, '--test-account', '0')
          assert.equal(plan.limits.rules, fork === 'osaka' ? 'Berlin to Osaka' : 'Amsterdam')
          const archiveOf = (member: number) => join(cwd, `${path}-${member}`, 'blobs')
          for (const member of members) await read('join', id, '--yes', '--test-account', String(member))
          const nodes = await Promise.all(
            members.map((member) => {
              const store = ['--store', join(cwd, `${path}-${member}`)]
              // go-ethereum gives no blobs back: members read each other's archives.
              const others = members.filter((other) => other !== member)
              const peers = path === 'blob' ? others.flatMap((other) => ['--peer-archive', archiveOf(other)]) : []
              const words = ['node', id, '--data', data, ...store, ...peers, '--test-account', String(member)]
              return runTutti([...words, '--json'], options)
            }),
          )
          for (const { code, stderr } of nodes) assert.equal(code, exitCodes.done, stderr.slice(-2_000))
          const { status } = await read('status', id)
          assert.deepEqual([status.isFinished, status.roundsSettled], [true, 2])
          const archive = path === 'blob' ? ['--archive', archiveOf(1)] : []
          assert.equal((await read('verify', id, ...archive)).isConsistent, true)
        }
      } finally {
        await geth.stop()
        rmSync(cwd, { recursive: true, force: true })
      }
    })
  })
}
