/** The members of the demo: a worker each, and what their events tell about the rounds as a whole. */
import type { Hex } from '@tutti/core'
import { type Dataset, memberSeed } from '@tutti/learn'
import {
  type MemberWorker,
  type MemberWorkerOptions,
  type NodeBehaviour,
  type NodeEvent,
  type NodeSummary,
  startMemberWorker,
} from '@tutti/node'

/** A member before it starts. */
export interface DemoMember {
  account: Hex
  privateKey: Hex
  dataset: Dataset
}

/** Where the members find their federation. */
export interface DemoFederation {
  rpcUrl: string
  chainId: number
  core: Hex
  id: Hex
  storeDirectory: string
}

/** What the members did, together. */
export interface MembersReport {
  summaries: NodeSummary[]
  /** From the first start of training in the first round to the last settlement, in seconds. */
  seconds: number
  /** Of these, while at least one member was training. */
  trainingSeconds: number
}

/** Starts the node of a member, by its number. */
export type StartMember = (member: number, options: MemberWorkerOptions) => MemberWorker

/** In a thread of this process. */
export const startInThread: StartMember = (_, options) => startMemberWorker(options)

/** Runs all members until the federation is finished. The first failure stops the others and is thrown. */
export async function runMembers(
  members: readonly DemoMember[],
  federation: DemoFederation,
  options: {
    seed: number
    signal: AbortSignal
    behaviour: (member: number) => NodeBehaviour
    startMember: StartMember
    onEvent: (event: NodeEvent) => void
  },
): Promise<MembersReport> {
  const clock = createTrainingClock()
  const workers: MemberWorker[] = members.map(({ account, privateKey, dataset }, index) =>
    options.startMember(index, {
      rpcUrl: federation.rpcUrl,
      core: federation.core,
      chainId: federation.chainId,
      federationId: federation.id,
      privateKey,
      account,
      storeDirectory: federation.storeDirectory,
      trainer: { dataset, seed: memberSeed(options.seed, 0, index) },
      node: { roundingSeed: options.seed * 512 + index, staggerSeconds: 1, ...options.behaviour(index) },
      onEvent: (event) => {
        clock.note(event)
        options.onEvent(event)
      },
    }),
  )
  const stop = () => void Promise.all(workers.map((worker) => worker.stop()))
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    const summaries = await Promise.all(workers.map((worker) => worker.done))
    options.signal.throwIfAborted()
    return { summaries, ...clock.read() }
  } finally {
    options.signal.removeEventListener('abort', stop)
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

/** Values that all members sent, and how many of them were clamped. */
export function sumSaturated(summaries: readonly NodeSummary[]): { count: number; of: number } {
  return {
    count: summaries.reduce((sum, { saturatedLanes }) => sum + saturatedLanes, 0),
    of: summaries.reduce((sum, { quantisedLanes }) => sum + quantisedLanes, 0),
  }
}

/** Adds up the time in which at least one member trains, from events of many members. Milliseconds in, seconds out. */
export function createTrainingClock() {
  let training = 0
  let since = 0
  let sum = 0
  let first = Number.POSITIVE_INFINITY
  let last = 0
  return {
    note({ kind, time }: { kind: NodeEvent['kind']; time: number }): void {
      if (kind === 'training-started') {
        first = Math.min(first, time)
        if (training++ === 0) since = time
      }
      if (kind === 'training-finished' && --training === 0) sum += time - since
      if (kind === 'round-settled') last = Math.max(last, time)
    },
    read(): { seconds: number; trainingSeconds: number } {
      return { seconds: Math.max(0, last - first) / 1000, trainingSeconds: sum / 1000 }
    },
  }
}
