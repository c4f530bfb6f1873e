/**
 * `rounds.missed`, `memory.node.idle`, `rpc.calls.node.round`, `train.node.ratio`: many members' nodes, each a process of
 * its own as a user starts it, on one machine and one local chain with regular blocks.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChainClient,
  connect,
  createFederation,
  deployContracts,
  initialiseDirectModel,
  join as joinFederation,
  mintDemoTokens,
  readHistory,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { type FederationProposal, median, proposeFromManifest } from '@tutti/learn'
import { benchTrain, loadTask, proposeFederation } from '@tutti/learn/node'
import { bytesToHex, type HDAccount, type Hex } from 'viem'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'
import type { BenchFigure } from './figure.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'
import { benchNodeTraining } from './node-training.ts'

/** Options of {@link benchNodes}. */
export interface NodesBenchOptions {
  onProgress: (line: string) => void
  /** Member processes; 50 when absent. */
  members?: number
  /** Rounds; 20 when absent. */
  rounds?: number
  /** Interpreters tried in turn for one that has PyTorch; none: training is not compared with it. */
  pythons?: string[]
}

const UNIT = 10n ** 18n
const BLOCK_SECONDS = 3
/** Long enough that no living node on a busy machine is late: a round ends early when all have acted. */
const SUBMIT_SECONDS = 600
const MEMORY_LIMIT = 150
const CALLS_LIMIT = 20
const SAMPLE_MILLISECONDS = 3_000
const MEGABYTE = 1024 * 1024

/** Measures the figures. */
export async function benchNodes(options: NodesBenchOptions): Promise<BenchFigure[]> {
  const { onProgress, members = 50, rounds = 20 } = options
  const directory = mkdtempSync(join(tmpdir(), 'tutti-bench-nodes-'))
  const nodes: NodeProcess[] = []
  const chain = await startLocalChain({ port: 0, accounts: members + 2 })
  let proxy: CountingProxy | undefined
  try {
    const setting = await prepare({ rpcUrl: chain.rpcUrl, directory, members, rounds, onProgress })
    const training = await benchNodeTraining(setting.manifest, setting.dataset, onProgress)
    await slowDown(setting.reader)
    proxy = await startCountingProxy(chain.rpcUrl)
    const start = (index: number, id: string) =>
      startNodeProcess(
        [
          ...[id, '--rpc', proxy!.url(String(index)), '--data', join(directory, `member-${index}.csv`)],
          ...['--store', join(directory, `store-${index}`), '--config', join(directory, 'node.json')],
        ],
        setting.keys[index]!,
      )
    // A member of a federation that still waits for members: it has joined, and never trains.
    const fresh = start(members, setting.waitingId)
    nodes.push(fresh)
    const running = Array.from({ length: members }, (_, index) => start(index, setting.id))
    nodes.push(...running)
    const memory = await watchNodes(running, rounds, onProgress)
    const waiting = fresh.memory()
    fresh.stop()
    const history = await readHistory(setting.reader, { id: setting.id })
    const isRightLength = history.length === rounds
    const missed = history.reduce((sum, { updates }) => sum + members - updates, 0)
    const failures = (await Promise.all(running.map(({ ended }) => ended))).filter(({ code }) => code !== 0)
    return [
      toMissed(isRightLength && failures.length === 0 ? missed : null, members, rounds, failures[0]?.complaint),
      ...toMemory(memory, waiting),
      ...toCalls(proxy, members, rounds, history),
      training,
      ...(await comparePytorch(options)),
    ]
  } finally {
    for (const node of nodes) node.stop()
    await Promise.all(nodes.map(({ ended }) => ended))
    await proxy?.close()
    await chain.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Where the nodes find their federations, and what they train on. */
interface PrepareOptions {
  rpcUrl: string
  /** Folder of each member's rows. */
  directory: string
  members: number
  rounds: number
  onProgress: (line: string) => void
}

/** Creates the federation of all members, and one that waits for a member; has everybody join. */
async function prepare({ rpcUrl, directory, members, rounds, onProgress }: PrepareOptions) {
  const accounts = testAccounts(members + 2) as HDAccount[]
  const reader = await connect({ rpcUrl })
  const creator = withAccount(reader, accounts[0]!)
  onProgress('deploying, creating the federation of the digits…')
  const { directAggregator: aggregator, demoToken: token } = await deployContracts(creator)
  const task = loadTask('digits', { seed: 1 })
  const bounty = 100n * UNIT * BigInt(rounds)
  await mintDemoTokens(creator, { to: creator.account!.address, amount: 2n * bounty })
  const choices = (size: number) => ({
    ...{ aggregator, token, isPrivateNetwork: true, members: size, rounds, bits: 4 },
    ...{ laneBits: task.terms.laneBits, stake: UNIT, bounty, seed: 1 },
  })
  const described = { ...task, contact: 'none: a benchmark' }
  const proposal = await proposeFederation(described, task.train, choices(members))
  const { manifest } = proposal
  const id = await publish(creator, proposal)
  const waitingId = await publish(creator, proposeFromManifest(manifest, choices(2)))
  for (const [index, own] of divideDigits(members + 1).entries()) {
    writeFileSync(join(directory, `member-${index}.csv`), own)
    const account = accounts[index + 1]!
    await mintDemoTokens(creator, { to: account.address, amount: UNIT })
    await joinFederation(withAccount(reader, account), { id: index === members ? waitingId : id })
    if (index % 10 === 0) onProgress(`${index} of ${members} members have joined…`)
  }
  writeFileSync(
    join(directory, 'node.json'),
    JSON.stringify({ pollMilliseconds: BLOCK_SECONDS * 1_000, staggerSeconds: 4 * BLOCK_SECONDS, marginSeconds: 15 }),
  )
  const keys = accounts.slice(1).map((account) => bytesToHex(account.getHdKey().privateKey!))
  return { reader, id, waitingId, keys, manifest, dataset: task.train }
}

async function publish(creator: ChainClient, proposal: FederationProposal): Promise<Hex> {
  const terms = { ...proposal.terms, submitSeconds: SUBMIT_SECONDS }
  const { manifestBytes: manifest, setupBytes: setup } = proposal
  const { id } = await createFederation(creator, { terms, manifest, setup })
  await initialiseDirectModel(creator, { id })
  return id
}

/** The digits in so many files of alike size. */
function divideDigits(parts: number): string[] {
  const rows = readFileSync(new URL('../../../../packages/learn/datasets/digits.csv', import.meta.url), 'utf8')
  const [header, ...examples] = rows.trim().split('\n')
  return Array.from({ length: parts }, (_, part) => {
    const own = examples.filter((_, row) => row % parts === part)
    return `${[header, ...own].join('\n')}\n`
  })
}

/** As on a public chain: blocks come at their pace, and transactions wait for them. */
async function slowDown({ public: client }: ChainClient): Promise<void> {
  const request = client.request as (call: { method: string; params: unknown[] }) => Promise<unknown>
  await request({ method: 'evm_setAutomine', params: [false] })
  await request({ method: 'evm_setIntervalMining', params: [BLOCK_SECONDS] })
}

/** Least memory that each node was seen with after it had trained for the third time: between trainings. */
interface Watched {
  resident: number[]
  proportional: number[]
}

async function watchNodes(nodes: NodeProcess[], rounds: number, onProgress: (line: string) => void): Promise<Watched> {
  const started = performance.now()
  const least = nodes.map(() => ({ resident: Number.POSITIVE_INFINITY, proportional: Number.POSITIVE_INFINITY }))
  let open = nodes.length
  for (const { ended } of nodes) void ended.then(() => open--)
  while (open > 0) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MILLISECONDS))
    let round = 0
    for (const [index, node] of nodes.entries()) {
      const trained = node.events.filter(({ kind }) => kind === 'training-finished').length
      round = Math.max(round, trained)
      const now = trained < 3 ? undefined : node.memory()
      const seen = least[index]!
      if (now === undefined) continue
      seen.resident = Math.min(seen.resident, now.resident)
      seen.proportional = Math.min(seen.proportional, now.proportional)
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    onProgress(`${open} nodes run, round ${round} of ${rounds}, ${seconds} s`)
  }
  const seen = least.filter(({ resident }) => Number.isFinite(resident))
  return { resident: seen.map((entry) => entry.resident), proportional: seen.map((entry) => entry.proportional) }
}

function toMissed(missed: number | null, members: number, rounds: number, complaint = ''): BenchFigure {
  return {
    id: 'rounds.missed',
    value: missed,
    unit: 'updates',
    limit: 0,
    bound: 'atMost',
    baseline: `${members} processes × ${rounds} rounds of the digits, all alive throughout`,
    note: missed === null ? `the federation did not end as it should: ${complaint}` : '',
  }
}

function toMemory({ resident, proportional }: Watched, fresh: ReturnType<NodeProcess['memory']>): BenchFigure[] {
  const megabytes = (bytes: number) => Math.round((bytes / MEGABYTE) * 10) / 10
  const isKnown = resident.length > 0
  return [
    {
      id: 'memory.node.idle',
      value: isKnown ? megabytes(Math.max(...resident)) : null,
      unit: 'MB',
      limit: MEMORY_LIMIT,
      bound: 'atMost',
      baseline: `median ${isKnown ? megabytes(median(resident)) : '?'} MB; of it its own (PSS) ${
        isKnown ? megabytes(median(proportional)) : '?'
      } MB`,
      note: 'RSS of the largest node between trainings, ONNX Runtime loaded, after its third round',
    },
    {
      id: 'memory.node.waiting',
      value: fresh === undefined ? null : megabytes(fresh.resident),
      unit: 'MB',
      limit: MEMORY_LIMIT,
      bound: 'atMost',
      baseline: fresh === undefined ? null : `its own (PSS) ${megabytes(fresh.proportional)} MB`,
      note: 'RSS of a node that has joined and waits for the first round',
    },
  ]
}

function toCalls(
  { counts }: CountingProxy,
  members: number,
  rounds: number,
  history: readonly { openedAt: number; closedAt: number }[],
): BenchFigure[] {
  const sums = new Map<string, number>()
  const perNode: number[] = []
  for (let index = 0; index < members; index++) {
    let own = 0
    for (const [method, times] of counts.get(String(index)) ?? []) {
      own += times
      sums.set(method, (sums.get(method) ?? 0) + times)
    }
    perNode.push(own / rounds)
  }
  const mean = (times: number) => Math.round((times / members / rounds) * 100) / 100
  const parts = [...sums].sort((a, b) => b[1] - a[1]).map(([method, times]) => `${method} ${mean(times)}`)
  const seconds = history.length === 0 ? 0 : (history.at(-1)!.closedAt - history[0]!.openedAt) / history.length
  return [
    {
      id: 'rpc.calls.node.round',
      value: mean([...sums.values()].reduce((sum, times) => sum + times, 0)),
      unit: 'calls',
      limit: CALLS_LIMIT,
      bound: 'atMost',
      baseline: `a look in every block would be ${(seconds / BLOCK_SECONDS).toFixed(1)} calls a round`,
      note:
        `counted at the endpoint, a batch of k as k, starting, joining in and ending included; the busiest node ` +
        `${Math.max(...perNode).toFixed(1)}; blocks of ${BLOCK_SECONDS} s, rounds of ${seconds.toFixed(1)} s; ${parts.join(', ')}`,
    },
  ]
}

/** The comparison of `bench train`, in short. */
async function comparePytorch({ onProgress, pythons }: NodesBenchOptions): Promise<BenchFigure[]> {
  const where = pythons === undefined ? {} : { pythons }
  const { figures } = await benchTrain({ onProgress, repetitions: 3, samples: 3_000, ...where })
  return figures
    .filter(({ id }) => id.startsWith('train.ratio'))
    .map((figure) => ({
      ...figure,
      limit: null,
      bound: 'atLeast',
      note: `${figure.note}; held to its limit by bench train`,
    }))
}
