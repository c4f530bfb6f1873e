/** The direct path: a node gets the model's words from wherever they are, believes only the chain's hash, and keeps them. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { directAggregatorAbi, readModelState, readWords } from '@tutti/chain'
import { concat, keccak256, toHex } from '@tutti/core'
import { encodeEventTopics } from 'viem'
import { type Behaviour, startEndpoint } from '../../../chain/test/endpoint.ts'
import { startFederation } from '../fixture.ts'
import { runAll, start } from '../nodes.ts'

const [modelLogged] = encodeEventTopics({ abi: directAggregatorAbi, eventName: 'ModelLogged' })

const isModelLogs = (method: string, params: unknown[]) =>
  method === 'eth_getLogs' && JSON.stringify(params).includes(modelLogged!)

test('a node keeps the words of the last two versions, and of the model that is finished', async () => {
  const fixture = await startFederation({ members: 3, terms: { rounds: 4 } })
  try {
    const { clients, federationId: id, storeDirectory } = fixture
    const summaries = await runAll(fixture)
    assert.deepEqual(
      summaries.map(({ roundsTaken }) => roundsTaken),
      [4, 4, 4],
    )
    const { hashes, version } = await readModelState(clients[0]!, { id })
    assert.equal(version, 4)
    const archive = join(storeDirectory, 'words')
    const files = readdirSync(archive)
    assert.ok(files.length <= 2 * hashes.length, `${files}`)
    const kept = hashes.map((hash) => Uint8Array.from(readFileSync(join(archive, `${hash}.words`))))
    assert.deepEqual(kept.map(keccak256), hashes)
    const { words } = await readWords(clients[0]!, { id })
    assert.equal(toHex(concat(kept)), toHex(words))
  } finally {
    await fixture.end()
  }
})

const behaviours: [string, Behaviour][] = [
  [
    'no longer has the logs of the model',
    { answer: ({ method, params }) => (isModelLogs(method, params) ? { result: [] } : undefined) },
  ],
  [
    'shows other words in them',
    {
      bend: ({ method, params }, result) =>
        isModelLogs(method, params)
          ? result.map((log: { data: string }) => ({ ...log, data: `${log.data.slice(0, -2)}77` }))
          : result,
    },
  ],
]
for (const [what, behaviour] of behaviours) {
  test(`behind an endpoint that ${what}, a node asks the next source and takes part in every round`, async () => {
    const fixture = await startFederation({ members: 2, terms: { rounds: 3, cohortSize: 2, minimumUpdates: 2 } })
    const endpoint = await startEndpoint(fixture.chain.rpcUrl, behaviour)
    try {
      const { storeDirectory } = fixture
      const client = await endpoint.connect(fixture.clients[1]!.account)
      const archives = [0, 1].map((member) => join(storeDirectory, `words-${member}`))
      const nodes = [
        start(fixture, 0, { archive: archives[0]! }),
        start(fixture, 1, { client, archive: archives[1]!, peerArchives: [archives[0]!] }),
      ]
      const summaries = await Promise.all(nodes.map(({ done }) => done))
      assert.deepEqual(
        summaries.map(({ roundsTaken }) => roundsTaken),
        [3, 3],
      )
    } finally {
      await endpoint.close()
      await fixture.end()
    }
  })
}

test('a damaged file of the archive is set aside and told of, and its words are had elsewhere', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1, cohortSize: 2, minimumUpdates: 2 } })
  try {
    const { hashes } = await readModelState(fixture.clients[0]!, { id: fixture.federationId })
    const archive = join(fixture.storeDirectory, 'words')
    mkdirSync(archive, { recursive: true })
    for (const hash of hashes) writeFileSync(join(archive, `${hash}.words`), 'no words')
    const nodes = [start(fixture, 0), start(fixture, 1)]
    const summaries = await Promise.all(nodes.map(({ done }) => done))
    assert.deepEqual(
      summaries.map(({ roundsTaken }) => roundsTaken),
      [1, 1],
    )
    const told = nodes.flatMap(({ events }) => events.filter(({ kind }) => kind === 'file-damaged'))
    assert.ok(told.length >= hashes.length)
  } finally {
    await fixture.end()
  }
})
