import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, readSubmissions } from '@tutti/chain'
import { advanceTime } from '@tutti/chain/local'
import { toHex } from '@tutti/core'
import { parseTransaction } from 'viem'
import { storeDirectory } from '../../src/disk/store.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import type { Trainer } from '../../src/trainers/interface.ts'
import { createLocalTrainer } from '../../src/trainers/local.ts'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import { type Fixture, stripes } from '../fixture.ts'
import { runUntilKilled } from '../kill.ts'
import { start } from '../nodes.ts'

type Running = ReturnType<typeof start>

const archiveOf = (fixture: Fixture, member: number) => join(fixture.storeDirectory, `blobs-${member}`)
/** A node whose blobs are its own, as on a machine of its own; with the quicker proofs of version 0. */
const startNode = (fixture: Fixture, member: number, change: Parameters<typeof start>[2] = {}): Running =>
  start(fixture, member, { archive: archiveOf(fixture, member), sidecarVersion: 0, ...change })
const isChecked = (round: number) => (event: NodeEvent) => event.kind === 'checked' && event.round === round
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('a node killed before it hears of what it signed submits its blobs exactly once, in the transaction that it had signed', async () => {
  const fixture = await startBlobFederation({ members: 1, terms: { rounds: 1 } })
  try {
    const { federationId, clients } = fixture
    const left = await runUntilKilled(fixture, 'signed')
    const hash = left.flatMap((path) => /attempt-([0-9a-f]+)/.exec(path)?.[1] ?? [])
    assert.equal(hash.length, 1)

    const again = start(fixture, 0, { sidecarVersion: 0 })
    const end = skipWindows(fixture, [again])
    const summary = await again.done
    await end()
    assert.equal(summary.roundsTaken, 1)
    assert.equal(again.kinds().includes('training-started'), false)
    const submissions = await readSubmissions(clients[0]!, { id: federationId, round: 0 })
    assert.deepEqual(
      submissions.map(({ transactionHash }) => transactionHash),
      hash.map((digits) => `0x${digits}`),
    )
  } finally {
    await fixture.end()
  }
})

test('a submission that is stuck is replaced under its nonce at twice its fees, and counts once', async () => {
  const fixture = await startBlobFederation({ members: 1, terms: { rounds: 1 } })
  try {
    const { federationId: id, storeDirectory: root, clients } = fixture
    const client = clients[0]!
    const setAutomine = (isOn: boolean) => client.public.request({ method: 'evm_setAutomine', params: [isOn] } as never)
    const inner = createLocalTrainer({ dataset: stripes(1) })
    const trainer: Trainer = {
      ...inner,
      train: async (task) => {
        const trained = await inner.train(task)
        await setAutomine(false)
        return trained
      },
    }
    const node = startNode(fixture, 0, { trainer, replaceAfterSeconds: 1 })
    const end = skipWindows(fixture, [node])
    const directory = storeDirectory({
      root,
      chainId: client.chainId,
      federationId: id,
      account: client.account.address,
    })
    const attempts = () => readdirSync(`${directory}/round-0`).filter((name) => name.startsWith('attempt-'))
    const isKnown = (hash: string) =>
      client.public.getTransaction({ hash: hash as `0x${string}` }).then(
        () => true,
        () => false,
      )
    const original = () => node.events.find((event) => event.kind === 'sent')?.hash
    await until(async () => {
      if (original() === undefined) return false
      const others = attempts()
        .map((name) => `0x${name.slice('attempt-'.length, -'.bin'.length)}`)
        .filter((hash) => hash !== original())
      return (await Promise.all(others.map(isKnown))).includes(true)
    })
    await setAutomine(true)
    await client.public.request({ method: 'evm_mine', params: [] } as never)
    assert.equal((await node.done).roundsTaken, 1)
    await end()
    const submissions = await readSubmissions(client, { id, round: 0 })
    assert.equal(submissions.length, 1)
    assert.notEqual(submissions[0]!.transactionHash, original())
    const mined = await client.public.getTransaction({ hash: submissions[0]!.transactionHash })
    const kept = readFileSync(`${directory}/round-0/attempt-${original()!.slice(2)}.bin`)
    const signed = parseTransaction(toHex(kept) as `0x03${string}`)
    assert.equal(mined.nonce, signed.nonce)
    assert.ok(
      mined.maxFeePerGas! >= 2n * signed.maxFeePerGas! && mined.maxFeePerBlobGas! >= 2n * signed.maxFeePerBlobGas!,
    )
  } finally {
    await fixture.end()
  }
})

/** A real chain behind a wire on which it has forgotten all blobs, as public chains do after some weeks; logs stay. */
async function startForgetfulRelay(rpcUrl: string) {
  type Request = { id: number; method: string }
  const forget = async (request: Request) => {
    if (request.method === 'anvil_getBlobsByTransactionHash') return { jsonrpc: '2.0', id: request.id, result: null }
    const headers = { 'content-type': 'application/json' }
    return (await fetch(rpcUrl, { method: 'POST', headers, body: JSON.stringify(request) })).json()
  }
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Request | Request[]
    const answer = Array.isArray(body) ? await Promise.all(body.map(forget)) : await forget(body)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() }
}

test('a newcomer to whom the chain gives no blobs any more says which it lacks, and takes part once a peer gives them', async () => {
  // A short window, since missing blobs are looked for again ten times a window.
  const fixture = await startBlobFederation({ members: 2, terms: { challengeSeconds: 20 } })
  const relay = await startForgetfulRelay(fixture.chain.rpcUrl)
  const peers = mkdtempSync(join(tmpdir(), 'tutti-peer-'))
  try {
    const { clients, federationId: id, terms } = fixture
    const client = clients[0]!
    const first = startNode(fixture, 0)
    await until(() => first.kinds().includes('submitted'))
    await advanceTime(client, terms.submitSeconds)
    await until(() => first.kinds().includes('checked'))
    await advanceTime(client, terms.challengeSeconds)
    await until(() => first.events.some((event) => event.kind === 'round-opened' && event.round === 1))

    const { account } = clients[1]!
    const late = startNode(fixture, 1, {
      client: await connect({ rpcUrl: relay.url, account, receiptTimeoutMs: 120_000 }),
      peerArchives: [peers],
    })
    await until(() => late.kinds().includes('blobs-missing'))
    const [submission] = await readSubmissions(client, { id, round: 0 })
    const missing = late.events.find((event) => event.kind === 'blobs-missing')
    assert.equal(missing?.blobs, 1)
    const hash = toHex(submission!.payloads[0]!)
    assert.match(missing.message, new RegExp(`\\n  round 1, shard 0, member ${client.account.address}: ${hash}`))
    assert.match(
      missing.message,
      /^1 blob missing\. Name the archive .* \(--peer-archive DIRECTORY\) or a beacon node \(--beacon URL\)\.\n/,
    )

    // What the first member hands over as it goes, the late one finds there.
    const share = () => {
      for (const file of readdirSync(archiveOf(fixture, 0)).filter((name) => name.endsWith('.blob'))) {
        copyFileSync(join(archiveOf(fixture, 0), file), join(peers, file))
      }
    }
    // It looks again and again, and says it once.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    assert.equal(late.events.filter((event) => event.kind === 'blobs-missing').length, 1)
    share()
    await until(() => late.kinds().includes('submitted') && first.events.filter(isChecked(1)).length > 0)
    share()
    const end = skipWindows(fixture, [first, late])
    const [, summary] = await Promise.all([first.done, late.done])
    await end()
    assert.equal(summary.roundsTaken, 1)
    const synced = late.events.find((event) => event.kind === 'model-synced')
    assert.equal(synced?.blobs, 1)
  } finally {
    rmSync(peers, { recursive: true })
    relay.stop()
    await fixture.end()
  }
})
