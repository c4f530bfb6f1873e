/**
 * `tutti bench blob`, the part that trains: the CNN of McMahan et al. 2017 among four members on MNIST, through the chain
 * and in floating point, its time by what it went into, and the memory of one node in a process of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MemberProcess, startMemberProcess } from '@tutti/node'
import { startInThread } from '../demo/members.ts'
import { type BlobDemoResult, type RoundSplit, runBlobDemo } from '../demo/run-blob.ts'
import type { BenchFigure } from './figure.ts'

/** What the training part needs. */
export interface BlobTrainingOptions {
  /** Folder of the four IDX files of MNIST; without it the digits' MLP is trained in its place, and the figures say so. */
  dataPath?: string
  rounds: number
  seed: number
  onProgress: (line: string) => void
}

const MEMBERS = 4
const GAP_LIMIT = 0.5
const MEMORY_LIMIT = 1.5
const GIGABYTE = 1e9

const notes: Record<keyof RoundSplit, string> = {
  training: 'one local epoch in ONNX Runtime, one thread a member',
  packing: 'integers into field elements',
  committing: 'KZG commitments',
  proving: '128 cell proofs a blob: sidecars of version 1',
  checking: 'the blobs of the others fetched, verified and decoded',
  chain: 'the model put together and verified, signing, sending, inclusion',
}

/** Trains through the chain and in floating point; minutes, and longer on a busy machine. */
export async function benchBlobTraining(options: BlobTrainingOptions): Promise<BenchFigure[]> {
  const { dataPath, rounds, seed, onProgress } = options
  const directory = mkdtempSync(join(tmpdir(), 'tutti-bench-'))
  let measured: MemberProcess | undefined
  try {
    const result = await runBlobDemo({
      task: dataPath === undefined ? 'digits' : 'mnist',
      ...(dataPath === undefined ? {} : { dataPath }),
      members: MEMBERS,
      rounds,
      alpha: 1,
      bits: 8,
      seed,
      directory,
      signal: new AbortController().signal,
      onProgress,
      startMember: (member, task) => {
        if (member > 0) return startInThread(member, task)
        measured = startMemberProcess(task)
        return measured
      },
    })
    return describe(result, measured?.peakBytes())
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function describe(result: BlobDemoResult, peakBytes: number | undefined): BenchFigure[] {
  const { accuracy, split, terms, blobsAnUpdate, roundsSettled, saturatedLanes, heldOut, verified } = result
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`
  const shape =
    `${terms.dimension} parameters, ${blobsAnUpdate} blobs an update, ${MEMBERS} members, ${roundsSettled} rounds of ` +
    `${result.task}`
  const clamped = percent(saturatedLanes.of === 0 ? 0 : saturatedLanes.count / saturatedLanes.of)
  const gap: BenchFigure = {
    id: 'accuracy.blob.gap',
    // A model that the history does not bear out has no accuracy.
    value: verified ? 100 * (accuracy.fedAvg - accuracy.pulled) : null,
    unit: 'points',
    limit: GAP_LIMIT,
    bound: 'atMost',
    baseline: `float FedAvg in the same run: ${percent(accuracy.fedAvg)}`,
    note: `${shape}; the chain's model ${percent(accuracy.pulled)} of ${heldOut.count} held-out examples; ${clamped} clamped`,
  }
  const seconds = (Object.keys(notes) as (keyof RoundSplit)[]).map((part): BenchFigure => {
    const note = `mean of a member and round, all members on this machine at once; ${notes[part]}`
    return {
      id: `seconds.round.${part}`,
      value: split[part],
      unit: 's',
      limit: null,
      bound: 'atMost',
      baseline: null,
      note,
    }
  })
  const memory: BenchFigure = {
    id: 'memory.node',
    value: peakBytes === undefined ? null : peakBytes / GIGABYTE,
    unit: 'GB',
    limit: MEMORY_LIMIT,
    bound: 'atMost',
    baseline: `the model in 32-bit floats: ${((4 * terms.dimension) / GIGABYTE).toFixed(4)} GB`,
    note: `peak resident memory of one member's process; ${shape}`,
  }
  return [gap, ...seconds, memory]
}
