/** The program in docs/trainer.md, run as it stands there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createCommandTrainer } from '../../src/trainers/command.ts'
import { stripesManifest } from '../fixture.ts'

const root = mkdtempSync(join(tmpdir(), 'tutti-trainer-page-'))
after(() => rmSync(root, { recursive: true, force: true }))
const skip = spawnSync('python3', ['--version']).status === 0 ? false : 'no python3 on this machine'

test('the least that works gives the model back as it came', { skip }, async () => {
  const page = readFileSync(new URL('../../../../docs/trainer.md', import.meta.url), 'utf8')
  const program = join(root, 'least.py')
  writeFileSync(program, /```python\n([\s\S]*?)```/.exec(page)![1]!)
  const words = ['python3', program]
  const trainer = createCommandTrainer({ words, federationId: '0xab', directory: join(root, 'rounds') })
  const weights = Float32Array.from({ length: 163 }, (_, index) => Math.cos(index))
  const manifest = stripesManifest()
  const trained = await trainer.train({ weights, manifest, round: 0, signal: new AbortController().signal })
  assert.deepEqual(trained.weights, weights)
  assert.deepEqual(trained.metrics, { examples: 100 })
})
