import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseTaskFile, TaskFileError, toModel, toTaskKind } from '../../src/tasks/task-file.ts'
import { taskFileJsonSchema } from '../../src/tasks/task-file-schema.ts'
import { trainerSchema } from '../../src/training/trainer-protocol.ts'

const task = `version: 1
name: pumps
purpose: Tell pumps that will fail.
licence: CC0
contact: pumps@example.org
data:
  version: 1
  features:
    - { name: heat, kind: number, minimum: -20, maximum: 150, center: 60, spread: 12, missing: refuse }
    - { name: maker, kind: category, categories: [A, B, C], unknown: zero, missing: zero }
  label: { name: failed, kind: class, classes: ["no", "yes"] }
  inputZero: 128
  inputScale: [1, 32]
model:
  hidden: [8]
  output: logistic
training: { optimizer: sgd, learningRate: 0.1, momentum: 0, epochs: 5, batchSize: 10, proximal: 0 }
terms:
  members: 3
  stake: 2
  bounty: "7.5"
`

/** What is wrong with a text: key, line and message. */
function faultOf(text: string): { key: string; line: number | undefined; message: string } {
  try {
    parseTaskFile(text)
  } catch (error) {
    if (error instanceof TaskFileError) return { key: error.key, line: error.line, message: error.message }
    throw error
  }
  throw new Error('the text was accepted')
}

test('a task file gives the model that its data imply', () => {
  const file = parseTaskFile(task)
  assert.equal(toTaskKind(file), 'binary')
  assert.deepEqual(toModel(file), {
    inputs: 4,
    layers: [
      { kind: 'dense', outputs: 8, activation: 'relu' },
      { kind: 'dense', outputs: 1, activation: 'none' },
    ],
    output: 'logistic',
  })
  const linear = parseTaskFile(task.replace('hidden: [8]', 'hidden: []').replace('logistic', 'softmax'))
  assert.equal(toTaskKind(linear), 'multi-class')
  assert.deepEqual(toModel(linear).layers, [{ kind: 'dense', outputs: 2, activation: 'none' }])
})

test('the same task in JSON is the same task', () => {
  const file = parseTaskFile(task)
  assert.deepEqual(parseTaskFile(JSON.stringify(file)), file)
})

for (const [what, from, to, key, line, message] of [
  ['an unknown key', 'proximal: 0', 'proximal: 0, warmup: 3', 'training.warmup', 17, /no such key/],
  ['a value of another kind', 'learningRate: 0.1', 'learningRate: fast', 'training.learningRate', 17, /number/],
  ['a missing key', 'licence: CC0\n', '', 'licence', 1, /string/],
  ['a class that YAML reads as a number', '["no", "yes"]', '[0, 1]', 'data.label.classes[0]', 11, /in quotes/],
  ['a column named twice', 'name: maker', 'name: heat', 'data.features[1].name', 10, /named twice/],
  ['a range upside down', 'minimum: -20', 'minimum: 200', 'data.features[0].minimum', 9, /above maximum/],
  ['more classes than the output tells', '["no", "yes"]', '[a, b, c]', 'data.label.classes', 11, /2 classes, not 3/],
  ['a label of another kind', 'output: logistic', 'output: linear', 'data.label.kind', 11, /regression/],
  ['a metric of another task', 'terms:', 'metrics: [mae]\nterms:', 'metrics', 18, /binary task has no mae/],
  [
    'weights for other classes',
    'terms:',
    'loss: { classWeights: [1] }\nterms:',
    'loss.classWeights',
    18,
    /1 weights for 2/,
  ],
  ['an amount with an exponent', '"7.5"', '"7.5e3"', 'terms.bounty', 21, /amount of tokens/],
  ['bits that no contract knows', 'members: 3', 'bits: 3', 'terms.bits', 19, /./],
  ['a key that is there twice', 'data:', 'name: again\ndata:', 'name', 6, /there twice/],
  ['text that is no YAML', 'data:', 'data: [', '', 7, /not YAML or JSON/],
] as const) {
  test(`${what} is refused by key and line`, () => {
    const fault = faultOf(task.replace(from, to))
    assert.equal(fault.key, key, fault.message)
    assert.equal(fault.line, line, fault.message)
    assert.match(fault.message, message)
  })
}

test('aliases that multiply without end are refused', () => {
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`)
  assert.match(faultOf(`l0: &l0 [x]\n${levels.join('\n')}\n`).message, /alias/)
})

test('a text that is longer than any task file is refused before it is parsed', () => {
  assert.match(faultOf(`# ${'x'.repeat(1 << 20)}\n`).message, /characters are more than/)
})

test('keys without number take time by their number, not by its square', () => {
  const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n')
  const from = performance.now()
  assert.equal(faultOf(keys).key, 'version')
  // Each compared with each took a minute.
  assert.ok(performance.now() - from < 20_000)
})

test('the published JSON Schema is the one that the form gives', () => {
  const published = JSON.parse(readFileSync(new URL('../../task.schema.json', import.meta.url), 'utf8'))
  assert.deepEqual(published, JSON.parse(JSON.stringify(taskFileJsonSchema())))
})

test('the published schema of the trainer protocol is the one that its forms give', () => {
  const published = JSON.parse(readFileSync(new URL('../../trainer.schema.json', import.meta.url), 'utf8'))
  assert.deepEqual(published, JSON.parse(JSON.stringify(trainerSchema())))
  assert.deepEqual(Object.keys(published.$defs.metrics.properties), [
    'examples',
    'heldOut',
    'loss',
    'correct',
    'perClass',
  ])
})

test('every key of the schema is described, and the guide names those of the file and its terms', () => {
  const schema = taskFileJsonSchema() as { properties: Record<string, { description?: string; properties?: object }> }
  const guide = readFileSync(new URL('../../task-file.md', import.meta.url), 'utf8')
  for (const [key, { description, properties = {} }] of Object.entries(schema.properties)) {
    assert.ok(description, key)
    for (const name of [key, ...Object.keys(properties)]) assert.ok(guide.includes(`\`${name}\``), name)
  }
})
