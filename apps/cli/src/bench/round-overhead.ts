/**
 * `round.seconds.PARAMETERS`: what a round of eight members takes beside training, on a local chain, their nodes in threads;
 * beside Flower with as many clients in the same run, where it is installed. `round.scale`: the largest model's over the
 * smallest one's.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFederation, initialiseDirectModel } from '@tutti/chain'
import { countParameters, mlp, proposeFromManifest } from '@tutti/learn'
import { loadTask, proposeFederation } from '@tutti/learn/node'
import { joinMembers, prepareDemo } from '../demo/preparation.ts'
import { playRounds } from '../demo/rounds.ts'
import type { BenchFigure } from './figure.ts'
import { deployFlower, findFlower, simulateFlower } from './flower.ts'

const MEMBERS = 8
const ROUNDS = 4
/** Widths of the hidden layer between 64 pixels and 10 digits: 2,410, 50,260 and 199,960 parameters. */
const WIDTHS = [32, 670, 2_666]
/** 83 times the parameters may take so many times the seconds. */
const MOST_SCALE = 6

/** Measures the figures; some minutes, most of them Flower's. */
export async function benchRoundOverhead(options: { onProgress: (line: string) => void }): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = []
  for (const width of WIDTHS) figures.push(await measureWidth(width, options.onProgress))
  return [...figures, toScale(figures)]
}

/** What the largest model takes over what the smallest does: the machine's speed falls out of it. */
function toScale(figures: readonly BenchFigure[]): BenchFigure {
  const [least, most] = [figures[0]!, figures.at(-1)!]
  return {
    id: 'round.scale',
    value: Math.round((100 * most.value!) / least.value!) / 100,
    unit: 'times',
    limit: MOST_SCALE,
    bound: 'atMost',
    baseline: null,
    note: `${most.id} over ${least.id}`,
  }
}

async function measureWidth(width: number, onProgress: (line: string) => void): Promise<BenchFigure> {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-bench-overhead-'))
  try {
    const model = mlp([64, width, 10], 'softmax')
    const parameters = countParameters(model)
    onProgress(`${parameters} parameters: rounds on a chain…`)
    const seconds = await playIdle(model, join(directory, 'demo'), onProgress)
    const beside = await measureFlower(parameters, directory, onProgress)
    return {
      id: `round.seconds.${parameters}`,
      value: Math.round(100 * seconds) / 100,
      unit: 's a round',
      limit: null,
      bound: 'atMost',
      baseline: beside,
      note: `${MEMBERS} members, ${ROUNDS} rounds, without the time in which somebody trains`,
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Seconds of a round beside training. */
async function playIdle(model: ReturnType<typeof mlp>, directory: string, onProgress: (line: string) => void) {
  const digits = loadTask('digits', { seed: 1 })
  const task = { ...digits, model, training: { ...digits.training, epochs: 1 } }
  const prepared = await prepareDemo(task, {
    members: MEMBERS,
    rounds: ROUNDS,
    alpha: 100,
    seed: 1,
    directory,
    onProgress,
  })
  try {
    const { chain, creator, addresses, datasets, bounty } = prepared
    const choices = {
      ...{ aggregator: addresses.directAggregator, token: addresses.demoToken, isPrivateNetwork: true },
      ...{
        members: MEMBERS,
        rounds: ROUNDS,
        bits: 2 as const,
        laneBits: task.terms.laneBits,
        bounty,
        stake: 0n,
        seed: 1,
      },
    }
    const { manifest } = await proposeFederation({ ...task, contact: 'none: a benchmark' }, datasets[0]!, choices)
    const { terms, manifestBytes, setupBytes: setup } = proposeFromManifest(manifest, choices)
    const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup })
    await initialiseDirectModel(creator, { id })
    const members = await joinMembers(prepared, id, onProgress)
    const { signal } = new AbortController()
    const place = { rpcUrl: chain.rpcUrl, chainId: creator.chainId, core: creator.core, id, terms }
    const report = await playRounds({
      ...place,
      members,
      storeDirectory: join(directory, 'nodes'),
      seed: 1,
      signal,
      onProgress,
    })
    return (report.seconds - report.trainingSeconds) / ROUNDS
  } finally {
    await prepared.chain.stop()
  }
}

/** What Flower takes for the same, in words; why it was not measured, where it was not. */
async function measureFlower(
  parameters: number,
  directory: string,
  onProgress: (line: string) => void,
): Promise<string> {
  const flower = findFlower()
  if (flower === undefined) return 'nothing: Flower is not installed (pip install "flwr[simulation]")'
  const options = { parameters, clients: MEMBERS, rounds: ROUNDS, directory }
  const tell = async (what: string, measure: () => Promise<number>) => {
    onProgress(`${parameters} parameters: Flower’s ${what}…`)
    return measure().then(
      (seconds) => `${what} ${seconds.toFixed(2)} s`,
      (error: Error) => `${what} failed (${error.message.split('\n')[0]!.slice(0, 120)})`,
    )
  }
  const parts = [
    await tell('deployment', () => deployFlower(flower, options)),
    flower.hasSimulation
      ? await tell('simulation', () => simulateFlower(flower, options))
      : 'no simulation: ray is not installed',
  ]
  return `Flower ${flower.version} in the same run: ${parts.join(', ')}`
}
