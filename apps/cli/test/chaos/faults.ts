/** Does to a running federation what the plan says. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import type { Hex } from '@tutti/core'
import type { Bend, BentEndpoint } from './bent-endpoint.ts'
import { hasLimits, limitFileSize, runBeside } from './beside.ts'
import type { Violation } from './laws.ts'
import { pause } from './pause.ts'
import type { Fault, FederationPlan } from './plan.ts'
import type { Play } from './play.ts'
import type { Member } from './preparation.ts'
import { canSeeProcesses, findProcesses, type Living, signal as send } from './processes.ts'
import type { Supervised } from './supervised.ts'
import type { Watch } from './watch.ts'

/** A federation as faults see it. */
export interface Scene extends Play {
  plan: FederationPlan
  id: Hex
  directory: string
  members: readonly Member[]
  nodes: readonly Supervised[]
  watch: Watch
  /** Of the member `plan.bent`. */
  endpoint: BentEndpoint | undefined
  /** Members whose nodes cannot know of all that was sent in their name. */
  forgetful: Set<number>
  blame: (violation: Violation) => void
}

type Lasting = { member: number; forMs: number }

/** Exit code of a node whose trainer failed, whose disk is full, or whose store another one holds. */
const FAILED = 11
/** How soon a trainer must end after its node was killed. */
const TRAINER_END_MS = 6_000
/** How long to wait for a trainer that runs. */
const TRAINER_START_MS = 3_000
/** How long a node must have run to hold its store, and how long a second one is given to see that. */
const SETTLED_MS = 4_000
const SECOND_MS = 8_000
/** Chains that something is done to: one thing at a time. */
const busyChains = new WeakSet<object>()

/** Makes a fault happen, and waits until it is over; counts it if it could happen. */
export async function strike(scene: Scene, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'kill-node':
      return killNode(scene, fault)
    case 'kill-trainer':
      return killTrainer(scene, fault.member)
    case 'kill-chain':
      return killChain(scene, fault.downMs)
    case 'stop-node':
      return stopNode(scene, fault)
    case 'lose-blocks':
      return loseBlocks(scene, fault.forMs)
    case 'fill-disk':
      return fillDisk(scene, fault)
    case 'old-store':
      return putBackStore(scene, fault)
    case 'twin':
      return runTwin(scene, fault)
    case 'second-node':
      return runSecond(scene, fault.member)
    case 'bend-endpoint':
      return bendEndpoint(scene, fault)
  }
}

async function killNode(scene: Scene, { member, downMs }: { member: number; downMs: number }): Promise<void> {
  const { nodes, tally } = scene
  const node = nodes[member]!
  const trainers = scene.members[member]!.hasTrainer ? trainersOf(scene, node.pid()) : []
  if (!node.kill(downMs)) return
  tally.kills.node++
  await followToEnd(scene, trainers)
}

async function killTrainer(scene: Scene, member: number): Promise<void> {
  const { nodes, tally, signal } = scene
  const node = nodes[member]!
  for (let waited = 0; waited < TRAINER_START_MS && canSeeProcesses; waited += 100) {
    const [trainer] = trainersOf(scene, node.pid())
    if (trainer !== undefined) {
      const release = node.disturb()
      node.excuse([FAILED], 5_000)
      send(trainer.pid, 'SIGKILL')
      tally.kills.trainer++
      await pause(1_000, signal).finally(release)
      return
    }
    await pause(100, signal)
  }
}

async function killChain({ stage: { chain }, nodes, watch, tally, signal }: Scene, downMs: number): Promise<void> {
  if (busyChains.has(chain)) return
  busyChains.add(chain)
  const releases = nodes.map((node) => node.disturb())
  try {
    tally.kills.chain++
    await chain.kill(downMs)
    watch.forgetWindows()
    signal.throwIfAborted()
  } finally {
    busyChains.delete(chain)
    for (const release of releases) release()
    for (const node of nodes) node.revive()
  }
}

async function stopNode({ nodes, tally, signal }: Scene, { member, forMs }: Lasting): Promise<void> {
  const node = nodes[member]!
  const pid = node.pid()
  if (pid === undefined) return
  const release = node.disturb()
  send(pid, 'SIGSTOP')
  count(tally, 'nodes stopped for a while')
  try {
    await pause(forMs, signal)
  } finally {
    if (node.pid() === pid) send(pid, 'SIGCONT')
    release()
  }
}

/** A node whose endpoint has lost logs or shows old words looks elsewhere and goes on: that is no disturbance. */
async function bendEndpoint(
  { plan, endpoint, nodes, tally, signal }: Scene,
  { how, forMs }: { how: Bend; forMs: number },
): Promise<void> {
  if (endpoint === undefined || plan.bent === undefined) return
  const release = how === 'behind' ? nodes[plan.bent]!.disturb() : () => undefined
  endpoint.bend(how)
  count(tally, `endpoints bent (${how})`)
  try {
    await pause(forMs, signal)
  } finally {
    endpoint.bend(undefined)
    release()
  }
}

async function loseBlocks(
  { stage: { chain, client }, nodes, watch, tally, signal }: Scene,
  forMs: number,
): Promise<void> {
  if (busyChains.has(chain)) return
  busyChains.add(chain)
  const ask = (method: string, params: unknown[]) => client.public.request({ method, params } as never)
  try {
    const before = await ask('evm_snapshot', [])
    await pause(forMs, signal)
    for (const node of nodes) node.disturb()()
    await ask('evm_revert', [before])
    watch.forgetWindows()
    for (const node of nodes) {
      node.disturb()()
      node.revive()
    }
    count(tally, 'times blocks were lost')
  } finally {
    busyChains.delete(chain)
  }
}

async function fillDisk(
  { nodes, tally, signal }: Scene,
  { member, forMs, bytes }: Lasting & { bytes: number },
): Promise<void> {
  const node = nodes[member]!
  const pid = node.pid()
  if (pid === undefined || !hasLimits()) return
  const release = node.disturb()
  try {
    node.excuse([FAILED], forMs + 5_000)
    limitFileSize(pid, bytes)
    count(tally, 'full disks')
    await pause(forMs, signal)
  } finally {
    if (node.pid() === pid) limitFileSize(pid, undefined)
    release()
  }
}

async function putBackStore(scene: Scene, { member, ageMs }: { member: number; ageMs: number }): Promise<void> {
  const { nodes, members, tally, signal, forgetful } = scene
  const node = nodes[member]!
  const { store } = members[member]!
  const copy = `${store}-copy-${node.starts()}`
  // A node that has just been started for the first time has none yet: then it goes back to none.
  if (!node.kill(0, () => existsSync(store) && cpSync(store, copy, { recursive: true }))) return
  tally.kills.node++
  await pause(ageMs, signal)
  const isKilled = node.kill(0, () => {
    rmSync(store, { recursive: true, force: true })
    if (existsSync(copy)) cpSync(copy, store, { recursive: true })
  })
  if (!isKilled) return
  forgetful.add(member)
  tally.kills.node++
  count(tally, 'stores put back')
}

async function runTwin(scene: Scene, { member, forMs }: Lasting): Promise<void> {
  const { nodes, members, forgetful, tally, blame, signal, directory } = scene
  if (nodes[member]!.isDone()) return
  const { words, store, env, address } = members[member]!
  forgetful.add(member)
  count(tally, 'twins')
  const own = words.map((word) => (word === store ? `${store}-twin` : word))
  const { code, text } = await runBeside({
    words: ['node', ...own],
    env,
    cwd: directory,
    log: `${store}-twin.log`,
    forMs,
    signal,
  })
  if (code === 0 || code === undefined) return
  blame({ law: 'a node ends as documented', what: `the twin of ${address} ended by ${code}: ${text}` })
}

async function runSecond(scene: Scene, member: number): Promise<void> {
  const { nodes, members, tally, blame, signal, directory } = scene
  const node = nodes[member]!
  const { words, store, env, address } = members[member]!
  const starts = node.starts()
  // One that has just been started may not hold its store yet.
  await pause(SETTLED_MS, signal)
  if (node.pid() === undefined || node.starts() !== starts) return
  node.excuse([FAILED], SECOND_MS + SETTLED_MS)
  const run = { words: ['node', ...words], env, cwd: directory, log: `${store}-second.log`, forMs: SECOND_MS, signal }
  const { code, text } = await runBeside(run)
  if (node.starts() !== starts || node.isDone() || node.pid() === undefined) return
  count(tally, 'second nodes on a store')
  if (code === FAILED && /already works on the store/.test(text)) return
  blame({
    law: 'a node ends as documented',
    what: `a second node on the store of ${address} ended by ${code}: ${text}`,
  })
}

function count({ faults }: Play['tally'], kind: string): void {
  faults[kind] = (faults[kind] ?? 0) + 1
}

function trainersOf({ mark }: Scene, node: number | undefined): Living[] {
  if (node === undefined) return []
  return findProcesses(mark).filter(({ parent, command }) => parent === node && command.includes('trainer.mjs'))
}

/** A trainer must not outlive its node. */
async function followToEnd({ mark, tally, blame, signal }: Scene, trainers: readonly Living[]): Promise<void> {
  if (trainers.length === 0) return
  const until = Date.now() + TRAINER_END_MS
  const pids = new Set(trainers.map(({ pid }) => pid))
  tally.processesFollowed += pids.size
  for (;;) {
    const left = findProcesses(mark).filter(({ pid, command }) => pids.has(pid) && command.includes('trainer.mjs'))
    if (left.length === 0) return
    if (Date.now() > until) {
      const what = `trainers ${[...pids]} still run ${TRAINER_END_MS / 1_000} s after their node was killed`
      return blame({ law: 'a trainer ends with its node', what })
    }
    await pause(100, signal)
  }
}
