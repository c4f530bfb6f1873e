/** The example of a trainer in R, run as an owner runs it; a federation with it is in its README, whose commands are run. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCommandTrainer } from '../../src/trainers/command.ts'
import { stripes, stripesManifest } from '../fixture.ts'
import { expectAgreement, pathOfExample, root, writeCsv } from '../trainer-examples.ts'

const skip = spawnSync('Rscript', ['--version']).status === 0 ? false : 'no Rscript here (Debian: r-base-core)'
const words = ['Rscript', pathOfExample('r-trainer/train.R')]

for (const output of ['softmax', 'logistic', 'multi-label', 'linear'] as const) {
  test(`R and the built-in trainer agree: ${output}`, { skip }, () => expectAgreement(words, output))
}

test('data that do not fit are told of by line and column, through the log', { skip }, async () => {
  const manifest = stripesManifest()
  const data = writeCsv(stripes(1, 2), manifest, () => 'upside down')
  const trainer = createCommandTrainer({ words, federationId: '0xab', directory: join(root, 'unfit'), data })
  const task = { weights: new Float32Array(163), manifest, round: 0, signal: new AbortController().signal }
  await assert.rejects(trainer.train(task), {
    name: 'TrainerExitError',
    message: /ended with code 1.*line 2, column "stripe": this is none of the classes/,
  })
})

test('its JSON reads what JSON has, and writes numbers', { skip }, () => {
  const [file, back] = [join(root, 'in.json'), join(root, 'out.json')]
  writeFileSync(file, '{"a": [1, -2.5e3, []], "ü\\u00e9\\n\\"": null, "c": {"d": true, "e": "x,]"}}')
  const code = `source('${pathOfExample('r-trainer/json.R')}')
    found <- parse_json(paste(readLines('${file}', warn = FALSE, encoding = 'UTF-8'), collapse = '\\n'))
    stopifnot(identical(found$a, list(1, -2500, list())), identical(names(found)[2], '\\u00fc\\u00e9\\n"'))
    stopifnot(is.null(found[[2]]), length(found) == 3, identical(found$c, list(d = TRUE, e = 'x,]')))
    write_json(list(n = 1e9, x = 0.125, each = 7), '${back}', arrays = 'each')`
  const { status, stderr } = spawnSync('Rscript', ['-e', code], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.deepEqual(JSON.parse(readFileSync(back, 'utf8')), { n: 1e9, x: 0.125, each: [7] })
})
