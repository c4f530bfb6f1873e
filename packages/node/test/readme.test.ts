/** The example of the README runs as it stands there, on a real chain. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as node from '../src/index.ts'
import { startFederation, stripes } from './fixture.ts'

test('a member joins and takes part to the end, as the README shows', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, block] = /^```ts\n([\s\S]*?)^```$/m.exec(text)!
  const [, names, code] = /^import \{ (.*) \} from '@tutti\/node'\n([\s\S]*)$/.exec(block!)!
  const terms = { rounds: 1, minimumUpdates: 1, cohortSize: 1 }
  const fixture = await startFederation({ members: 1, joins: false, terms })
  const asked: string[] = []
  const given = {
    client: fixture.clients[0]!,
    federationId: fixture.federationId,
    storeDirectory: fixture.storeDirectory,
    dataset: stripes(1),
    ask: (published: string[]) => asked.push(...published) > 0,
    console: { log: () => undefined },
  }
  try {
    const parameters = `{ ${names} }, { ${Object.keys(given).join(', ')} }`
    const run = new Function(`return async (${parameters}) => {\n${code}\nreturn summary }`)()
    const summary = (await run(node, given)) as node.NodeSummary
    assert.deepEqual([summary.reason, summary.submitted], ['the federation is finished', 1])
    assert.match(asked.join(), /update of every round/)
  } finally {
    await fixture.end()
  }
})
