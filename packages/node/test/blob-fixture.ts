/**
 * A small real federation of the blob path: the MLP 16-8-3 of `fixture.ts` in one blob, its weights started from floats.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import {
  connect,
  createFederation,
  deployBlobAggregator,
  deployContracts,
  initialiseBlobModel,
  mintDemoTokens,
  readRound,
  withAccount,
} from '@tutti/chain'
import { advanceTime, startLocalChain } from '@tutti/chain/local'
import { encodeBlobSetup, keccak256, packGains, phaseEnds, type Terms } from '@tutti/core'
import { type Manifest, serializeManifest } from '@tutti/learn'
import { joinFederation } from '../src/joining/join.ts'
import type { NodeEvent } from '../src/status/events.ts'
import { type Fixture, stripesManifest } from './fixture.ts'

const zeroAddress = `0x${'00'.repeat(20)}` as const
const zeroHash = `0x${'00'.repeat(32)}` as const

/** The manifest of the stripes for weights that start from floats. */
export function blobManifest(): Manifest {
  const { network: _, ...manifest } = stripesManifest()
  return { ...manifest, version: 2, initialisation: { kind: 'float', seed: `0x${'07'.repeat(32)}` } }
}

/** Starts a chain, deploys, creates the federation and has the first `members` accounts join it. */
export async function startBlobFederation(options: { members: number; terms?: Partial<Terms> }): Promise<Fixture> {
  const { members } = options
  const directory = mkdtempSync(joinPath(tmpdir(), 'tutti-blob-'))
  const chainDirectory = joinPath(directory, 'chain')
  const chain = await startLocalChain({ directory: chainDirectory, port: 0, accounts: members + 2 })
  const reader = await connect({ rpcUrl: chain.rpcUrl, receiptTimeoutMs: 120_000 })
  const clients = chain.accounts.map((account) => ({ ...withAccount(reader, account), account }))
  const creator = clients[0]!
  const { demoToken } = await deployContracts(creator)
  const { address: aggregator } = await deployBlobAggregator(creator)
  const manifest = blobManifest()
  const manifestBytes = serializeManifest(manifest)
  const setup = encodeBlobSetup({ baseModelHash: zeroHash })
  const terms: Terms = {
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setup),
    salt: zeroHash,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 1_000n,
    bounty: 30_000n,
    keeperPay: 100n,
    joinSeconds: 60,
    commitSeconds: 0,
    idleSeconds: 1_000_000,
    aggregator,
    dimension: 163,
    shardSize: 163,
    rounds: 2,
    token: demoToken,
    cohortSize: members,
    minimumUpdates: 1,
    shardsPerMember: 1,
    endQuorum: 0,
    laneBits: 24,
    bits: 8,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 3_600,
    challengeSeconds: 3_600,
    keeperSeconds: 5,
    judge: zeroAddress,
    sealPay: 0n,
    ...options.terms,
  }
  for (const { account } of clients) await mintDemoTokens(creator, { to: account.address, amount: 100_000n })
  const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup })
  await initialiseBlobModel(creator, { id })
  for (const client of clients.slice(0, members)) {
    await joinFederation({ client, federationId: id, consent: () => true })
  }
  return {
    chain,
    clients,
    federationId: id,
    terms,
    manifest,
    storeDirectory: joinPath(directory, 'stores'),
    chainDirectory,
    end: async () => {
      await chain.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/**
 * Moves the chain past each challenge window as soon as every watcher has looked through the round and no fault that was
 * found still counts. Ends with the returned function.
 */
export function skipWindows(
  { clients, federationId: id, terms }: Fixture,
  watchers: readonly { events: readonly NodeEvent[] }[],
): () => Promise<void> {
  const client = clients.at(-1)!
  const seen = (round: number) => (event: NodeEvent) =>
    event.kind === 'checked' && event.round === round && event.missing === 0
  let isOver = false
  const attend = async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const round = await readRound(client, { id })
      const hasAll = watchers.every(({ events }) => events.some(seen(round.number)))
      const standing = watchers
        .flatMap(({ events }) => events)
        .filter((event) => event.kind === 'fault-found' && event.round === round.number)
        .some((event) => event.kind === 'fault-found' && ((round.submitted >> BigInt(event.position)) & 1n) === 1n)
      if (!hasAll || standing || round.startedAt === 0) continue
      const { timestamp } = await client.public.getBlock()
      const left = phaseEnds(round, terms).challengeEnd - Number(timestamp)
      if (left > 0) await advanceTime(client, left)
    }
  }
  const done = attend().catch(() => undefined)
  return async () => {
    isOver = true
    await done
  }
}
