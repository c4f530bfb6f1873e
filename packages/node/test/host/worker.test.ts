import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '@tutti/core'
import { type MemberWorker, MemberWorkerError, startMemberWorker } from '../../src/host/worker.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { type Fixture, startFederation, stripes } from '../fixture.ts'

function startWorker(fixture: Fixture, index: number, onEvent?: (event: NodeEvent) => void): MemberWorker {
  const { chain, federationId, storeDirectory, clients } = fixture
  const { account, chainId } = clients[index]!
  const { privateKey } = (account as unknown as { getHdKey(): { privateKey: Uint8Array } }).getHdKey()
  return startMemberWorker({
    rpcUrl: chain.rpcUrl,
    chainId,
    federationId,
    privateKey: toHex(privateKey),
    account: account.address,
    storeDirectory,
    trainer: { dataset: stripes(index + 1) },
    node: { staggerSeconds: 2 },
    ...(onEvent === undefined ? {} : { onEvent }),
  })
}

test('members in threads of their own train a federation to its end, from any directory', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 2 } })
  const before = process.cwd()
  try {
    process.chdir('/')
    const events: NodeEvent[] = []
    const workers = [0, 1].map((index) => startWorker(fixture, index, (event) => events.push(event)))
    const summaries = await Promise.all(workers.map(({ done }) => done))
    assert.deepEqual(
      summaries.map(({ roundsTaken }) => roundsTaken),
      [2, 2],
    )
    assert.equal(new Set(events.map(({ account }) => account)).size, 2)
    assert.equal(events.filter(({ kind }) => kind === 'submitted').length, 4)
  } finally {
    process.chdir(before)
    await fixture.end()
  }
})

test('a worker that is asked to stop ends in peace, and another one can take its place', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1 } })
  try {
    let tellSubmitted: () => void = () => undefined
    const isSubmitted = new Promise<void>((resolve) => {
      tellSubmitted = resolve
    })
    const first = startWorker(fixture, 0, ({ kind }) => {
      if (kind === 'submitted') tellSubmitted()
    })
    await isSubmitted
    await first.stop()
    assert.equal((await first.done).reason, 'stopped')
    const workers = [0, 1].map((index) => startWorker(fixture, index))
    const summaries = await Promise.all(workers.map(({ done }) => done))
    assert.deepEqual(
      summaries.map(({ roundsTaken }) => roundsTaken),
      [1, 1],
    )
  } finally {
    await fixture.end()
  }
})

test('what ends a worker is told with its name, and whether to try again', async () => {
  const fixture = await startFederation({ members: 1 })
  try {
    const worker = startWorker(fixture, 1)
    await assert.rejects(worker.done, (error: unknown) => {
      assert.ok(error instanceof MemberWorkerError)
      assert.deepEqual([error.causeName, error.isRetryable], ['NotAMemberError', false])
      return true
    })
  } finally {
    await fixture.end()
  }
})
