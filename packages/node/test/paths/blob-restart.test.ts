/** A node of the blob path that is stopped and started again after each round, whole and with its files damaged. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { storeDirectory } from '../../src/disk/store.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import { damages } from '../damages.ts'
import { start } from '../nodes.ts'

test('a node that is restarted after each round goes on, with whatever file damaged, and says what it did', async () => {
  // The first restarts find everything whole, the next each a damaged model, the last ones a damaged blob.
  const restarts: { file?: 'model' | 'blob'; damage?: (content: Uint8Array) => Uint8Array }[] = [
    {},
    {},
    ...damages.map(([, damage]) => ({ file: 'model' as const, damage })),
    ...damages.slice(-3).map(([, damage]) => ({ file: 'blob' as const, damage })),
  ]
  const rounds = restarts.length + 1
  const fixture = await startBlobFederation({ members: 1, terms: { rounds } })
  try {
    const { federationId, storeDirectory: root, clients } = fixture
    const { account, chainId } = clients[0]!
    const directory = storeDirectory({ root, chainId, federationId, account: account.address })
    const archive = join(root, 'blobs')
    const events: NodeEvent[] = []
    const end = skipWindows(fixture, [{ events }])
    for (let round = 0; round < rounds; round++) {
      const stop = new AbortController()
      const from = events.length
      const node = start(fixture, 0, {
        sidecarVersion: 0,
        archive,
        signal: stop.signal,
        onEvent: (event) => {
          events.push(event)
          if (event.kind === 'round-settled' && event.round === round && round < rounds - 1) stop.abort()
        },
      })
      const summary = await node.done
      assert.equal(summary.roundsTaken, 1, `round ${round}`)
      const [synced] = events.slice(from).filter((event) => event.kind === 'model-synced')
      const told = events.slice(from).filter((event) => event.kind === 'file-damaged')
      const before = round === 0 ? {} : restarts[round - 1]!
      // From a whole file only the last round is added; without one every round since the start.
      const isAnew = before.file === 'model' && before.damage !== undefined
      assert.equal(synced?.blobs, isAnew || round === 0 ? round : 1, `round ${round}`)
      assert.equal(
        told.length,
        before.file === undefined ? 0 : 1,
        `round ${round}: ${told.map(({ message }) => message)}`,
      )
      const { file, damage } = restarts[round] ?? {}
      if (file === undefined || damage === undefined) continue
      const path = file === 'model' ? join(directory, 'model.bin') : join(archive, newest(archive))
      writeFileSync(path, damage(readFileSync(path)))
    }
    await end()
    assert.equal(existsSync(join(directory, 'model.bin')), true)
  } finally {
    await fixture.end()
  }
})

/** The blob that was kept last, of the round that was settled last: the next start needs it. */
function newest(archive: string): string {
  const kept = readdirSync(archive).filter((name) => name.endsWith('.blob'))
  const ages = kept.map((name) => [name, statSync(join(archive, name)).mtimeMs] as const)
  return ages.sort(([, a], [, b]) => b - a)[0]![0]
}
