/** A simulation against a real federation: the same seeds, data and silences give the same words after each round. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gasReport, readEvents, readWords, replayBlobs } from '@tutti/chain'
import { loadKzg } from '@tutti/chain/kzg'
import { archiveSource } from '@tutti/chain/local'
import {
  BERLIN_PRICES,
  estimatePlayedRound,
  estimateStart,
  type Hex,
  keccak256,
  packGains,
  packModel,
  toHex,
} from '@tutti/core'
import { memberSeed, serializeManifest, toBaseWeights, toInitialLanes } from '@tutti/learn'
import { createTrainer } from '@tutti/learn/node'
import {
  roundingSeed,
  type SimulatedRound,
  SimulatedTrainingError,
  simulateFederation,
} from '../../src/simulate/federation.ts'
import { createResidualStore } from '../../src/simulate/residual-store.ts'
import { AbstentionError, type ModelTrainer } from '../../src/trainers/interface.ts'
import { createLocalTrainer } from '../../src/trainers/local.ts'
import { skipWindows, startBlobFederation } from '../blob-fixture.ts'
import { type Fixture, startFederation, stripes, stripesManifest } from '../fixture.ts'
import { start } from '../nodes.ts'
import { termsForTest } from '../terms.ts'

const seed = 5
const MEMBERS = 5
/** Has joined, and runs no node. */
const ABSENT = 4
/** Sits out every second round. */
const FITFUL = 1
const datasets = Array.from({ length: MEMBERS }, (_, member) => stripes(member + 1, 24 + 16 * member))

/** Runs the nodes of all members but one to the end. */
async function playOnChain(fixture: Fixture): Promise<void> {
  const nodes = datasets.map((dataset, member) => {
    if (member === ABSENT) return undefined
    const local = createLocalTrainer({ dataset, seed: memberSeed(seed, 0, member) })
    const fitful: ModelTrainer = {
      ...local,
      train: async (task) => {
        if (task.round % 2 === 1) throw new AbstentionError('a test')
        return local.train(task)
      },
    }
    const trainer = member === FITFUL ? fitful : local
    return start(fixture, member, { trainer, roundingSeed: roundingSeed(seed, member), staggerSeconds: 1 })
  })
  await Promise.all(nodes.map((node) => node?.done))
}

/** What a simulation must know of the chain: the randomness of each round, and who sent nothing. */
async function readCourse({ clients, federationId: id, terms }: Fixture) {
  const client = clients[0]!
  const range = { id, fromBlock: 0n }
  const [drawn, submitted, settled, failed] = await Promise.all([
    readEvents(client, { eventName: 'Drawn', ...range }),
    readEvents(client, { eventName: 'Submitted', ...range }),
    readEvents(client, { eventName: 'RoundSettled', ...range }),
    readEvents(client, { eventName: 'RoundFailed', ...range }),
  ])
  const memberOf = (address: Hex) =>
    clients.findIndex(({ account }) => account.address.toLowerCase() === address.toLowerCase())
  const sent = new Set(submitted.map(({ args }) => `${args.round}/${memberOf(args.member)}`))
  const ends = [...settled, ...failed].sort((a, b) => a.args.round - b.args.round)
  const models = await Promise.all(ends.map(({ blockNumber }) => readWords(client, { id, terms, blockNumber })))
  return {
    seedOf: (round: number) => drawn.find(({ args }) => args.round === round)!.args.seed,
    isSilent: (round: number, member: number) => !sent.has(`${round}/${member}`),
    isSettled: ends.map(({ eventName }) => eventName === 'RoundSettled'),
    words: models.map(({ words }) => toHex(words)),
  }
}

test('words of a simulation ≡ words of the chain, after each round', async () => {
  const terms = {
    cohortSize: 4,
    minimumUpdates: 3,
    rounds: 5,
    shardSize: 128,
    shardsPerMember: 1,
    joinSeconds: 0,
    bits: 2,
    gains: packGains([
      { fromRound: 0, gain: 2 },
      { fromRound: 3, gain: 1 },
    ]),
    submitSeconds: 6,
  }
  const { epochs: _, ...training } = stripesManifest().training
  const weighed = { ...training, steps: 7, weighting: { reference: 40, most: 2 } }
  const manifest = { ...stripesManifest(), training: weighed }
  const fixture = await startFederation({ members: MEMBERS, terms, manifest })
  const { terms: agreed } = fixture
  const trainer = await createTrainer(manifest.model, manifest.training)
  try {
    await playOnChain(fixture)
    const { words, isSettled, ...course } = await readCourse(fixture)
    assert.equal(words.length, 5)
    const lanes = toInitialLanes(manifest, agreed.laneBits)
    const options = { terms: agreed, manifest, trainer, members: datasets, lanes, seed, ...course }
    const simulated: string[] = []
    const rounds: SimulatedRound[] = []
    await simulateFederation({
      ...options,
      onRound: (round) => {
        simulated.push(toHex(packModel(round.lanes, agreed.laneBits)))
        rounds.push(round)
      },
    })
    assert.deepEqual(simulated, words)
    assert.deepEqual(
      rounds.map((round) => round.isSettled),
      isSettled,
    )
    assert.ok(new Set(words).size > 1)

    const { total } = await gasReport(fixture.clients[0]!, { id: fixture.federationId })
    const published = { path: 'direct' as const, publishedBytes: serializeManifest(manifest).length + 1_000 }
    const start = estimateStart(agreed, { ...published, members: MEMBERS, prices: BERLIN_PRICES })
    const bound = rounds.reduce(
      (sum, { cohort, updates, isSettled }) => {
        const shape = { members: MEMBERS, cohort: cohort.length, updates, isSettled }
        return sum + estimatePlayedRound(agreed, 'direct', shape, BERLIN_PRICES).gas
      },
      start.create + start.initialise + start.joins,
    )
    assert.ok(Number(total) < bound && bound < 5 * Number(total), `${total} gas was spent, the bound is ${bound}`)
  } finally {
    await trainer.release()
    await fixture.end()
  }
})

test('integers of a simulation ≡ those behind the commitments of the blob path', async () => {
  const fixture = await startBlobFederation({ members: 2 })
  const { manifest, terms, federationId: id, clients, storeDirectory } = fixture
  const trainer = await createTrainer(manifest.model, manifest.training)
  const archiveOf = (member: number) => join(storeDirectory, `blobs-${member}`)
  try {
    const members = datasets.slice(0, 2)
    const nodes = members.map((dataset, member) =>
      start(fixture, member, {
        trainer: createLocalTrainer({ dataset, seed: memberSeed(seed, 0, member) }),
        roundingSeed: roundingSeed(seed, member),
        archive: archiveOf(member),
        sidecarVersion: 0,
      }),
    )
    const end = skipWindows(fixture, nodes)
    await Promise.all(nodes.map(({ done }) => done))
    await end()
    const access = { kzg: await loadKzg(), sources: [archiveSource(archiveOf(0))] }
    const { model, isConsistent } = await replayBlobs(clients[0]!, { id, access })
    assert.ok(isConsistent)
    const base = toBaseWeights(manifest)
    const lanes = new Int32Array(terms.dimension)
    const seedOf = () => keccak256(new Uint8Array())
    assert.deepEqual(await simulateFederation({ terms, manifest, trainer, members, lanes, base, seed, seedOf }), model)
  } finally {
    await trainer.release()
    await fixture.end()
  }
})

const manifest = stripesManifest()
const simulatedTerms = termsForTest({
  manifestHash: keccak256(new TextEncoder().encode('a manifest')),
  dimension: 163,
  shardSize: 163,
  shardsPerMember: 1,
  cohortSize: 3,
  minimumUpdates: 2,
  rounds: 4,
  bits: 1,
  gains: packGains([{ fromRound: 0, gain: 1 }]),
})

async function simulate(change: Partial<Parameters<typeof simulateFederation>[0]> = {}) {
  const trainer = await createTrainer(manifest.model, manifest.training)
  const rounds: SimulatedRound[] = []
  try {
    const lanes = await simulateFederation({
      terms: simulatedTerms,
      manifest,
      trainer,
      members: datasets,
      lanes: toInitialLanes(manifest, simulatedTerms.laneBits),
      seed,
      seedOf: (round) => keccak256(Uint8Array.of(round)),
      onRound: (round) => void rounds.push({ ...round, lanes: round.lanes.slice() }),
      ...change,
    })
    return { lanes, rounds }
  } finally {
    await trainer.release()
  }
}

test('the same seed gives the same words, with residuals in memory or on disk; another seed gives others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-residuals-'))
  try {
    const { lanes, rounds } = await simulate()
    const residualStore = createResidualStore(directory)
    assert.deepEqual((await simulate({ residualStore })).lanes, lanes)
    residualStore.close()
    assert.deepEqual(readdirSync(directory), [])
    assert.notDeepEqual((await simulate({ seed: seed + 1 })).lanes, lanes)
    assert.deepEqual(
      rounds.map(({ cohort }) => new Set(cohort).size),
      [3, 3, 3, 3],
    )
    assert.ok(rounds.every(({ loss, quantisedLanes }) => Number.isFinite(loss) && quantisedLanes === 3 * 163))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('updates weigh by rows where the manifest says so, and steps are the same for all', async () => {
  const uneven = [stripes(1, 12), stripes(2, 48), stripes(3, 96)]
  const { lanes } = await simulate({ members: uneven })
  const training = { ...manifest.training, weighting: { reference: 48, most: 4 } }
  const weighed = await simulate({ members: uneven, manifest: { ...manifest, training } })
  assert.notDeepEqual(weighed.lanes, lanes)
  const even = [stripes(1), stripes(2), stripes(3)]
  const plain = await simulate({ members: even })
  assert.deepEqual((await simulate({ members: even, manifest: { ...manifest, training } })).lanes, plain.lanes)
  // 48 rows in batches of 8, three times.
  assert.deepEqual((await simulate({ members: even, how: { steps: 18 } })).lanes, plain.lanes)
  assert.notDeepEqual((await simulate({ members: even, how: { steps: 5 } })).lanes, plain.lanes)
})

test('a round with too few updates leaves the model as it is', async () => {
  const { rounds } = await simulate({ isSilent: (round, member) => round === 1 && member !== 0 })
  assert.deepEqual(
    rounds.map(({ isSettled }) => isSettled),
    [true, false, true, true],
  )
  assert.deepEqual(rounds[1]!.lanes, rounds[0]!.lanes)
})

test('training that fails names member and round, and an abort ends it with its reason', async () => {
  await assert.rejects(
    simulate({ how: { learningRate: 1e30 } }),
    (error) =>
      error instanceof SimulatedTrainingError && error.round === 0 && /Lower the learning rate/.test(error.message),
  )
  const controller = new AbortController()
  const reason = new Error('enough')
  await assert.rejects(simulate({ signal: controller.signal, onRound: () => controller.abort(reason) }), reason)
})
