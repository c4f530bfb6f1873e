/**
 * `trust.foreign`: files that training processes write and sockets that they open beyond their own, over every way in: the
 * command line, worker threads, child processes, and the packages used as a library.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, deployContracts, join as joinFederation, localChainId, testAccounts, withAccount } from '@tutti/chain'
import { startLocalChain } from '@tutti/chain/local'
import type { Hex } from '@tutti/core'
import { bytesToHex, type HDAccount } from 'viem'
import type { BenchFigure } from './figure.ts'
import type { LibraryMember } from './trust-library.ts'
import { type Watched, type WatchedOptions, watchProcess } from './watched-process.ts'

/** What one way in did. */
export interface WatchedWay extends Watched {
  way: string
}

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const entry = join(root, 'apps/cli/bin/tutti.js')
/** Where the program is made from its sources: see `bin/program.js`. */
const cache = join(root, 'node_modules/.cache/tutti')
const libraryScript = fileURLToPath(new URL('./trust-library.ts', import.meta.url))
/** Compiled sources in the temporary folder are the work of the loader of TypeScript, which only developers start. */
const withoutLoaderCache = { TSX_DISABLE_CACHE: '1' }
const table = join(root, 'packages/learn/datasets/breast-cancer.csv')

/** Measures the figure. */
export async function benchTrust({ onProgress }: { onProgress: (line: string) => void }): Promise<BenchFigure[]> {
  const ways = await watchWays(onProgress)
  const foreign = ways.flatMap((watched) => watched.foreign.map((what) => `${watched.way}: ${what}`))
  const failed = ways.filter(({ code }) => code !== 0)
  const isTraced = ways.every((watched) => watched.isTraced)
  const notes = [
    ...failed.map(({ way, stderr }) => `${way} failed: ${stderr.slice(-300)}`),
    ...(isTraced ? foreign : ['strace is not here, so sockets were not counted', ...foreign]),
  ]
  return [
    {
      id: 'trust.foreign',
      value: failed.length > 0 || (!isTraced && foreign.length === 0) ? null : foreign.length,
      unit: 'files and sockets',
      limit: 0,
      bound: 'atMost',
      baseline: `${ways.map(({ way }) => way).join('; ')}; each with a fresh home and temporary folder`,
      note: notes.join('; '),
    },
  ]
}

/** Trains in every way in, and lists what each did. */
export async function watchWays(onProgress: (line: string) => void): Promise<WatchedWay[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-bench-trust-'))
  const chain = await startLocalChain({ port: 0, accounts: 4 })
  const found: WatchedWay[] = []
  const watch = async (way: string, words: readonly string[], options: Pick<WatchedOptions, 'env' | 'ports'>) => {
    onProgress(`${way}…`)
    const inside = mkdtempSync(join(directory, 'way-'))
    const watched = await watchProcess({ words, directory: inside, ownDirectories: [cache], ...options })
    found.push({ way, ...watched })
    return watched
  }
  const tutti = (...words: string[]) => [process.execPath, entry, ...words, '--json']
  const online = { ports: [chain.port], env: { TUTTI_RPC: chain.rpcUrl } }
  const library = (way: string, member?: LibraryMember) => [
    ...[process.execPath, '--import', import.meta.resolve('tsx'), libraryScript, way],
    ...(member === undefined ? [] : [JSON.stringify(member)]),
  ]
  const accounts = testAccounts(4) as HDAccount[]
  const account = (index: number) => ['--test-account', String(index)]
  try {
    const creator = await connect({ rpcUrl: chain.rpcUrl, account: accounts[0]! })
    await deployContracts(creator)
    const rows = readFileSync(table, 'utf8').trim().split('\n')
    const data = join(directory, 'rows.csv')
    writeFileSync(data, `${rows.slice(0, 101).join('\n')}\n`)
    const terms = ['--task', 'breast-cancer', '--members', '3', '--rounds', '1', '--bounty', '0', '--stake', '0']
    const created = await watch('tutti create', tutti('create', ...terms, ...account(0)), online)
    const { id } = JSON.parse(created.stdout) as { id: Hex }
    for (const index of [1, 2, 3]) await joinFederation(withAccount(creator, accounts[index]!), { id })
    const member = (index: number): LibraryMember => ({
      ...{ rpcUrl: chain.rpcUrl, chainId: localChainId, federationId: id, storeDirectory: 'store' },
      account: accounts[index]!.address,
      privateKey: bytesToHex(accounts[index]!.getHdKey().privateKey!),
    })
    await Promise.all([
      watch('tutti node', tutti('node', id, ...account(1), '--data', data), online),
      watch('startMemberWorker', library('member-thread', member(2)), { ...online, env: withoutLoaderCache }),
      watch('startMemberProcess', library('member-process', member(3)), { ...online, env: withoutLoaderCache }),
    ])
    const demo = tutti('demo', '--task', 'breast-cancer', '--members', '2', '--rounds', '1')
    await watch('tutti demo', demo, {})
    await watch('createTrainer', library('main'), { env: withoutLoaderCache })
    await watch('createTrainer in a thread', library('thread'), { env: withoutLoaderCache })
    return found
  } finally {
    await chain.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
