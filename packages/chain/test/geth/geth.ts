/**
 * go-ethereum for tests: found, or built by Go into a cache, and started by itself as a chain of one fork's rules.
 *
 * Where it cannot be had, tests are skipped with the reason, unless TUTTI_FOREIGN=required.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalAccount } from 'viem'
import { deploymentProxy, proxyCode, testAccounts } from '../../src/index.ts'
import { findFreePort } from '../free-port.ts'

const version = '1.17.10'
const cache = fileURLToPath(new URL(`../../../../node_modules/.cache/geth-${version}`, import.meta.url))

/** Path of go-ethereum of the version that the tests are for, or why there is none. */
export function findGeth(): { path: string } | { reason: string } {
  const goPath = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  const installed = goPath.status === 0 ? [join(goPath.stdout.trim(), 'bin', 'geth')] : []
  const named = process.env.TUTTI_GETH === undefined ? [] : [process.env.TUTTI_GETH]
  for (const path of [...named, join(cache, 'geth'), ...installed]) if (isVersion(path)) return { path }
  if (goPath.status !== 0) return { reason: 'there is no Go to build go-ethereum with' }
  mkdirSync(cache, { recursive: true })
  process.stderr.write(`building go-ethereum ${version} into ${cache}, which takes some minutes\n`)
  const built = spawnSync('go', ['install', `github.com/ethereum/go-ethereum/cmd/geth@v${version}`], {
    env: { ...process.env, GOBIN: cache },
    encoding: 'utf8',
  })
  const path = join(cache, 'geth')
  if (built.status === 0 && isVersion(path)) return { path }
  return { reason: `Go does not build go-ethereum: ${built.stderr.trim().split('\n').at(-1)}` }
}

function isVersion(path: string): boolean {
  if (!existsSync(path)) return false
  const said = spawnSync(path, ['version'], { encoding: 'utf8' })
  return said.status === 0 && said.stdout.includes(`Version: ${version}`)
}

/** Options of a test: skipped where go-ethereum cannot be had and is not required. */
export function whereGethIs(): { skip: string | false } {
  const found = findGeth()
  if ('path' in found) return { skip: false }
  if (process.env.TUTTI_FOREIGN === 'required') throw new Error(`TUTTI_FOREIGN=required, and ${found.reason}.`)
  return { skip: found.reason }
}

/** What {@link startGeth} may be told. */
export interface GethOptions {
  fork: 'osaka' | 'amsterdam'
  /** Whether the deployment proxy is in the genesis. Default: yes. */
  hasProxy?: boolean
  /** Of the command line, such as `--rpc.gascap`. */
  args?: readonly string[]
  /** 31,337 unless another network is to be played. */
  chainId?: number
  /** Gas limit of blocks. Default: 60 million. */
  blockGas?: number
  /** Base fee of the first block, in wei; idle blocks lower it to 7. Default: 1 gwei. */
  baseFee?: number
}

/** A chain of go-ethereum, a block a second. */
export interface Geth {
  rpcUrl: string
  accounts: LocalAccount[]
  /** Ends the process; its files stay for {@link Geth.restart}. SIGTERM unless told otherwise. */
  halt: (signal?: NodeJS.Signals) => Promise<void>
  /** Starts again on the same files and port, with other words of the command line if given. */
  restart: (args?: readonly string[]) => Promise<void>
  /** Ends the process and deletes its files. */
  stop: () => Promise<void>
}

/** Starts a chain whose genesis has the rules of a fork, coin for the test accounts, and waits until it has a block. */
export async function startGeth(options: GethOptions): Promise<Geth> {
  const found = findGeth()
  if ('reason' in found) throw new Error(found.reason)
  const { path } = found
  const directory = mkdtempSync(join(tmpdir(), 'tutti-geth-'))
  const accounts = testAccounts(20)
  writeFileSync(join(directory, 'genesis.json'), JSON.stringify(genesisOf(options, accounts)))
  execFileSync(path, ['init', '--datadir', directory, join(directory, 'genesis.json')], { stdio: 'ignore' })
  const port = await findFreePort()
  const rpcUrl = `http://127.0.0.1:${port}`
  let child: ChildProcess
  let lastArgs = options.args ?? []
  const start = async () => {
    const log = openSync(join(directory, 'geth.log'), 'a')
    const words = [
      '--dev',
      '--datadir',
      directory,
      '--dev.period',
      '1',
      '--miner.gaslimit',
      String(blockGasOf(options)),
    ]
    words.push(
      '--http',
      '--http.addr',
      '127.0.0.1',
      '--http.port',
      String(port),
      '--http.api',
      'eth,net,web3,debug,txpool',
    )
    words.push('--nodiscover', '--maxpeers', '0', '--port', '0', '--authrpc.port', '0', '--ipcdisable', ...lastArgs)
    child = spawn(path, words, { stdio: ['ignore', log, log] })
    await waitForBlock(child, rpcUrl, join(directory, 'geth.log'))
  }
  const halt = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
  process.once('exit', () => child.kill('SIGKILL'))
  await start()
  return {
    rpcUrl,
    accounts,
    halt,
    restart: async (args) => {
      await halt()
      lastArgs = args ?? lastArgs
      await start()
    },
    stop: async () => {
      await halt()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function blockGasOf({ blockGas = 60_000_000 }: GethOptions): number {
  return blockGas
}

/** Blob parameters of the public chains, and the contracts that a chain of these rules must have from the start. */
function genesisOf(options: GethOptions, accounts: readonly LocalAccount[]): unknown {
  const { fork, hasProxy = true, chainId = 31_337, baseFee = 1_000_000_000 } = options
  const zero = (names: string[]) => Object.fromEntries(names.map((name) => [name, 0]))
  const blocks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul']
  const times = ['shanghai', 'cancun', 'prague', 'osaka', 'bpo1', 'bpo2', ...(fork === 'amsterdam' ? [fork] : [])]
  const blobs = (target: number, max: number, baseFeeUpdateFraction: number) => ({ target, max, baseFeeUpdateFraction })
  const system = new URL('./system-contracts.json', import.meta.url)
  const { alloc } = JSON.parse(readFileSync(system, 'utf8')) as { alloc: Record<string, object> }
  const coin = Object.fromEntries(accounts.map(({ address }) => [address, { balance: '0x3635c9adc5dea00000' }]))
  return {
    config: {
      chainId,
      ...zero([...blocks, 'berlin', 'london', 'mergeNetsplit'].map((name) => `${name}Block`)),
      ...zero(times.map((name) => `${name}Time`)),
      terminalTotalDifficulty: 0,
      blobSchedule: {
        cancun: blobs(3, 6, 3_338_477),
        prague: blobs(6, 9, 5_007_716),
        osaka: blobs(6, 9, 5_007_716),
        bpo1: blobs(10, 15, 8_346_193),
        bpo2: blobs(14, 21, 11_684_671),
      },
    },
    difficulty: '0x0',
    gasLimit: `0x${blockGasOf(options).toString(16)}`,
    baseFeePerGas: `0x${baseFee.toString(16)}`,
    alloc: {
      ...alloc,
      ...coin,
      ...(hasProxy ? { [deploymentProxy]: { balance: '0', nonce: '1', code: proxyCode } } : {}),
    },
  }
}

async function waitForBlock(child: ChildProcess, rpcUrl: string, log: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const { result } = (await answer.json()) as { result?: string }
      if (result !== undefined && Number(result) > 0) return
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`go-ethereum ended: ${readFileSync(log, 'utf8').slice(-1_000)}`)
}
