/** `tutti model check`: what of a file would be trained, what would not, and whether training starts. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti } from '../tutti.ts'

const fixtures = fileURLToPath(new URL('../../../../packages/learn/test/fixtures/matrix/', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'tutti-model-check-'))
after(() => rmSync(cwd, { recursive: true, force: true }))

test('model check reads what PyTorch writes by default, and lists what is trained and what is not, with shapes', async () => {
  const file = join(fixtures, 'default/model.onnx')
  const { tensors, leftOut, notes, parameters } = await readTutti(['model', 'check', file], { cwd })
  const names = tensors.map(({ name }: { name: string }) => name)
  for (const name of [
    'tokens.weight',
    'places.weight',
    'blocks.1.second.weight',
    'blocks.0.mixed.weight',
    'last.bias',
  ]) {
    assert.ok(names.includes(name), name)
  }
  assert.ok(parameters > 1000)
  assert.deepEqual(
    leftOut.map(({ shape }: { shape: number[] }) => shape),
    [[1]],
  )
  assert.match(notes.join('\n'), /had merged .*"blocks\.0\.second\.weight".* trained apart/)
  const { code, stdout } = await runTutti(['model', 'check', file, '--train', 'head.*'], { cwd })
  assert.equal(code, exitCodes.done)
  assert.match(stdout, /head\.weight {2}\[3, 8\]/)
  assert.match(stdout, /blocks\.0\.mixed\.weight {2}\[24, 8\] {2}not among those that were named/)
})

test('a first file without its second is refused with what to do', async () => {
  copyFileSync(join(fixtures, 'default/model.onnx'), join(cwd, 'alone.onnx'))
  const { code, stderr } = await runTutti(['model', 'check', 'alone.onnx'], { cwd })
  assert.equal(code, exitCodes.badInput)
  assert.match(stderr, /"model\.onnx\.data", which is not beside it.*external_data=False/)
})

test('model check refuses a file whose outputs no task of that kind has', async () => {
  const file = join(fixtures, 'tied-batch.onnx')
  for (const output of ['logistic', 'linear']) {
    const { code, stdout, stderr } = await runTutti(['model', 'check', file, '--output', output], { cwd })
    assert.equal(code, exitCodes.badInput)
    assert.doesNotMatch(stdout, /can be trained/)
    assert.match(stderr, new RegExp(`"${output}" has 1 output, not 5\\. Choose another kind with --output`))
  }
  assert.equal((await runTutti(['model', 'check', file, '--output', 'multi-label'], { cwd })).code, exitCodes.done)
})
