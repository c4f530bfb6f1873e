/**
 * `round.start`: seconds from the start of a member's node, a process of its own as a user starts it, to its first training
 * on the digits; on a local chain, with a federation whose round opens as soon as its members act.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connect,
  createFederation,
  deployContracts,
  initialiseDirectModel,
  join as joinFederation,
  mintDemoTokens,
  testAccounts,
  withAccount,
} from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import { median, proposeFromManifest } from '@tutti/learn'
import { loadTask, proposeFederation } from '@tutti/learn/node'
import { bytesToHex, type HDAccount } from 'viem'
import type { BenchFigure } from './figure.ts'
import { type NodeProcess, startNodeProcess } from './node-process.ts'

const LIMIT_SECONDS = 3
/** The first makes the program ready, and is left out. */
const STARTS = 4
const MEMBERS = 1

/** Measures the figure. */
export async function benchRound({ onProgress }: { onProgress: (line: string) => void }): Promise<BenchFigure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-bench-round-'))
  const chain = await startLocalChain({ port: 0, accounts: 2 })
  let running: NodeProcess | undefined
  try {
    const accounts = testAccounts(2) as HDAccount[]
    const reader = await connect({ rpcUrl: chain.rpcUrl })
    const creator = withAccount(reader, accounts[0]!)
    onProgress('deploying, rehearsing the digits…')
    const { directAggregator: aggregator, demoToken: token } = await deployContracts(creator)
    const task = loadTask('digits', { seed: 1 })
    const unit = 10n ** 18n
    const choices = {
      ...{ aggregator, token, isPrivateNetwork: true, members: MEMBERS, rounds: 1, bits: 4 as const },
      ...{ laneBits: task.terms.laneBits, stake: unit, bounty: unit },
    }
    const { manifest } = await proposeFederation({ ...task, contact: 'none: a benchmark' }, task.train, {
      ...choices,
      seed: 1,
    })
    const data = join(directory, 'digits.csv')
    const rows = readFileSync(new URL('../../../../packages/learn/datasets/digits.csv', import.meta.url))
    writeFileSync(data, rows)
    await mintDemoTokens(creator, { to: creator.account!.address, amount: 10n * unit })
    await mintDemoTokens(creator, { to: accounts[1]!.address, amount: 10n * unit })
    const seconds: number[] = []
    for (let start = 0; start < STARTS; start++) {
      const proposal = proposeFromManifest(manifest, choices)
      const { terms, manifestBytes, setupBytes: setup } = proposal
      const { id } = await createFederation(creator, { terms, manifest: manifestBytes, setup })
      await initialiseDirectModel(creator, { id })
      await joinFederation(withAccount(reader, accounts[1]!), { id })
      const from = Date.now()
      running = startNodeProcess(
        [id, '--rpc', chain.rpcUrl, '--data', data, '--store', join(directory, `store-${start}`)],
        bytesToHex(accounts[1]!.getHdKey().privateKey!),
      )
      const { code, complaint } = await running.ended
      const first = running.events.find(({ kind }) => kind === 'training-started')
      if (code !== 0 || first === undefined) return [toFigure(null, `the node ended with code ${code}: ${complaint}`)]
      if (start > 0) seconds.push((first.time - from) / 1000)
      onProgress(`start ${start + 1} of ${STARTS}: ${((first.time - from) / 1000).toFixed(2)} s`)
    }
    const spread = seconds.map((value) => value.toFixed(2)).join(', ')
    return [
      toFigure(
        Math.round(100 * median(seconds)) / 100,
        `from the process' start, its rows read, the round opened: ${spread}`,
      ),
    ]
  } finally {
    running?.stop()
    await chain.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

function toFigure(value: number | null, note: string): BenchFigure {
  return { id: 'round.start', value, unit: 's', limit: LIMIT_SECONDS, bound: 'atMost', baseline: null, note }
}
