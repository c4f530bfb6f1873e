/**
 * A small real federation on a real local chain: an MLP 16-8-3 (163 parameters, three shards) on three kinds of stripes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import {
  type ChainClient,
  connect,
  createFederation,
  deployContracts,
  initialiseDirectModel,
  mintDemoTokens,
  readEvents,
  withAccount,
} from '@tutti/chain'
import { type LocalChain, startLocalChain } from '@tutti/chain/local'
import { encodeSetup, fromSeed, type Hex, keccak256, packGains, type Terms } from '@tutti/core'
import { type Dataset, type Manifest, mlp, serializeManifest, tensorLayout, toSetup } from '@tutti/learn'
import { joinFederation } from '../src/joining/join.ts'

/** Everything a test works with; `end` stops the chain and removes the files. */
export interface Fixture {
  chain: LocalChain
  /** One client for each funded account; the first is the creator. */
  clients: (ChainClient & { account: NonNullable<ChainClient['account']> })[]
  federationId: Hex
  terms: Terms
  manifest: Manifest
  storeDirectory: string
  chainDirectory: string
  end(): Promise<void>
}

const model = mlp([16, 8, 3], 'softmax')

/** The manifest; `name` tells one from another. */
export function stripesManifest(name = 'stripes'): Manifest {
  return {
    version: 1,
    name,
    purpose: 'a test',
    licence: 'MIT',
    contact: 'none',
    publicity: 'updates and metrics',
    task: { kind: 'multi-class', metrics: ['accuracy'] },
    data: {
      version: 1,
      features: Array.from({ length: 16 }, (_, i) => ({
        name: `f${i}`,
        kind: 'number' as const,
        center: 0,
        spread: 1,
        missing: 'refuse' as const,
      })),
      label: { name: 'stripe', kind: 'class', classes: ['left', 'middle', 'right'] },
      inputZero: 0,
      inputScale: [1, 128],
    },
    model,
    tensors: tensorLayout(model).map(({ name: tensor, shape }) => ({ name: tensor, shape, step: [1, 128] })),
    initialisation: { kind: 'seeded', seed: `0x${'07'.repeat(32)}`, amplitudes: [40, 0, 40, 0] },
    network: {
      inputScale: [1, 128],
      inputZero: 0,
      layers: [
        { shift: 7, biasMultiplier: 128 },
        { shift: 0, biasMultiplier: 128 },
      ],
      outputMultiplier: '1000000000000',
      outputOffset: '0',
    },
    loss: {},
    training: { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 3, batchSize: 8, proximal: 0 },
  }
}

/** Stripes to the left, in the middle, to the right; `seed` makes members differ. */
export function stripes(seed: number, count = 48): Dataset {
  const random = fromSeed(seed)
  const inputs = new Uint8Array(count * 16)
  const labels = new Int32Array(count)
  for (let row = 0; row < count; row++) {
    const label = Math.floor(random() * 3)
    labels[row] = label
    for (let i = 0; i < 16; i++) {
      inputs[row * 16 + i] = Math.floor(random() * 40) + (Math.floor(i / 5.34) === label ? 90 : 0)
    }
  }
  return {
    count,
    features: 16,
    inputs,
    labels,
    inputZero: 0,
    inputScale: [1, 128],
    labelCenter: 0,
    labelSpread: 1,
  }
}

/** Starts a chain, deploys, creates the federation and has `members` accounts join it. */
export async function startFederation(options: {
  members: number
  accounts?: number
  terms?: Partial<Terms>
  joins?: boolean
  /** The stripes' unless another is given. */
  manifest?: Manifest
  /** Blocks come at this pace even when nothing happens. */
  blockMilliseconds?: number
}): Promise<Fixture> {
  const directory = mkdtempSync(joinPath(tmpdir(), 'tutti-node-'))
  const chainDirectory = joinPath(directory, 'chain')
  const chain = await startLocalChain({
    directory: chainDirectory,
    port: 0,
    accounts: options.accounts ?? options.members + 2,
  })
  const reader = await connect({ rpcUrl: chain.rpcUrl })
  const clients = chain.accounts.map((account) => ({ ...withAccount(reader, account), account }))
  const creator = clients[0]!
  const { directAggregator, demoToken } = await deployContracts(creator)
  const { manifest = stripesManifest() } = options
  const manifestBytes = serializeManifest(manifest)
  const setup = encodeSetup(toSetup(manifest))
  const miner = options.blockMilliseconds === undefined ? undefined : startMining(reader, options.blockMilliseconds)
  const zeroAddress: Hex = `0x${'00'.repeat(20)}`
  const terms: Terms = {
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setup),
    salt: `0x${'01'.repeat(32)}`,
    gains: packGains([{ fromRound: 0, gain: 1 }]),
    stake: 1_000n,
    bounty: 30_000n,
    keeperPay: 100n,
    joinSeconds: 60,
    commitSeconds: 0,
    idleSeconds: 100_000,
    aggregator: directAggregator,
    dimension: 163,
    shardSize: 64,
    rounds: 3,
    token: demoToken,
    cohortSize: options.members,
    minimumUpdates: Math.min(2, options.members),
    shardsPerMember: 3,
    endQuorum: 0,
    laneBits: 16,
    bits: 4,
    rule: 0,
    isPrivateNetwork: true,
    gate: zeroAddress,
    submitSeconds: 60,
    challengeSeconds: 0,
    keeperSeconds: 5,
    judge: zeroAddress,
    sealPay: 0n,
    ...options.terms,
  }
  for (const { account } of clients) await mintDemoTokens(creator, { to: account.address, amount: 100_000n })
  const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup })
  await initialiseDirectModel(creator, { id })
  if (options.joins !== false) {
    for (const client of clients.slice(0, options.members)) {
      await joinFederation({ client, federationId: id, consent: () => true })
    }
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
      clearInterval(miner)
      await chain.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function startMining({ public: client }: ChainClient, milliseconds: number): NodeJS.Timeout {
  const mine = () => client.request({ method: 'evm_mine' } as never)
  return setInterval(() => void mine().catch(() => undefined), milliseconds)
}

/** How often an account's update of a round was accepted. */
export async function countSubmissions(client: ChainClient, id: Hex, account: Hex, round: number): Promise<number> {
  const events = await readEvents(client, { eventName: 'Submitted', id, round, fromBlock: 0n })
  return events.filter(({ args }) => args.member.toLowerCase() === account.toLowerCase()).length
}
