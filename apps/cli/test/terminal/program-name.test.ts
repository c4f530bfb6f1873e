import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameProgram, programName } from '../../src/terminal/program-name.ts'

test('commands that are proposed start as the program was started', () => {
  assert.equal(programName({ npm_lifecycle_event: 'tutti' }), 'npm run tutti --')
  assert.equal(programName({ npm_lifecycle_event: 'demo' }), 'npm run tutti --')
  assert.equal(programName({ npm_lifecycle_event: 'npx' }), 'npx tutti')
  assert.equal(programName({}), 'tutti')
  const hint = 'Next: tutti node 0x12 --data FILE. `tutti task init` writes one.'
  assert.equal(
    nameProgram(hint, 'npm run tutti --'),
    'Next: npm run tutti -- node 0x12 --data FILE. `npm run tutti -- task init` writes one.',
  )
  assert.equal(nameProgram(hint, 'tutti'), hint)
})

test('the name elsewhere stays: of files, of the program itself, and where it is proposed in full', () => {
  const text = 'tutti: 7.5 TUTTI in .tutti/nodes, model-1234.tutti or Tutti itself; npm run tutti -- claim ID'
  assert.equal(nameProgram(text, 'npx tutti'), text)
})
