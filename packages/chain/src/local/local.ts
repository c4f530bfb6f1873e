/**
 * A chain of one's own for trials and tests: anvil on 127.0.0.1, its state kept on disk. Node only.
 *
 * The platform's binary is started itself, not its JavaScript wrapper, so that the process id is the chain's.
 *
 * @example
 * ```ts
 * import { connect, readBlockTime } from '@tutti/chain'
 * import { advanceTime, startLocalChain } from '@tutti/chain/local'
 *
 * const own = await startLocalChain({ port: 0, accounts: 2 })
 * const reader = await connect({ rpcUrl: own.rpcUrl })
 * const before = await readBlockTime(reader)
 * await advanceTime(reader, 3_600)
 * const passed = (await readBlockTime(reader)) - before
 * passed >= 3_600 // → true
 * await own.stop()
 * ```
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform } from 'node:os'
import type { LocalAccount } from 'viem'
import { testAccounts } from '../accounts/keys.ts'
import type { ChainClient } from '../client/client.ts'
import { ChainError, withChainErrors } from '../client/errors.ts'
import { request } from '../client/request.ts'
import { endWithParent } from './end-with-parent.ts'
import { type BlockPace, startBlocks } from './mining.ts'
import { findState, keepState } from './state.ts'

export {
  accountFromKeystore,
  encryptKeystore,
  type Keystore,
  KeystoreError,
  readKeystoreAddress,
} from '../accounts/keystore.ts'
export { type ArchiveOptions, openBlobArchive } from '../blob/archive/archive.ts'
export { archiveSource } from '../blob/archive/archive-source.ts'
export { openWordsArchive, wordsArchiveSource } from '../model/archive.ts'
export { endWithParent } from './end-with-parent.ts'
export { type BlockPace, SPARING_PACE } from './mining.ts'

export type LocalChainOptions = {
  /** Where the state is kept between runs; without it the chain is forgotten. */
  directory?: string
  /** 0: one that is free. */
  port?: number
  /** Funded accounts. */
  accounts?: number
  /** Blocks that come by themselves; transactions are included at once either way. Default: none. */
  pace?: BlockPace
  hardfork?: string
  /** Holds transactions to 2^24 gas, as public chains of Osaka do (EIP-7825). Default: yes. */
  capsTransactions?: boolean
  /** 31,337 unless another network is to be played. */
  chainId?: number
  /** Forgets transactions and blobs of all but the latest so many blocks, as public chains forget blobs. */
  blocksKept?: number
}

/** A running chain. Its state is written when it is stopped, and every 20 seconds. */
export type LocalChain = {
  rpcUrl: string
  port: number
  pid: number
  /** Their keys are public: see `refuseTestAccounts`. */
  accounts: LocalAccount[]
  /** Writes the state to disk and ends the process. Idempotent. */
  stop: () => Promise<void>
  /** Resolves when the process has ended, by whatever cause. */
  ended: Promise<void>
}

const startTimeoutMs = 60_000

/**
 * Starts a local chain and waits until it answers.
 *
 * @throws {@link PortTakenError}, {@link LocalChainError}
 */
export async function startLocalChain(options: LocalChainOptions = {}): Promise<LocalChain> {
  const { directory, accounts = 10, pace, hardfork = 'osaka', blocksKept } = options
  const port = await choosePort(options.port ?? 8545)
  if (directory !== undefined) mkdirSync(directory, { recursive: true })
  const args = ['--host', '127.0.0.1', '--port', String(port), '--accounts', String(accounts), '--hardfork', hardfork]
  if (options.capsTransactions !== false) args.push('--enable-tx-gas-limit')
  args.push('--no-request-size-limit', '--quiet')
  if (options.chainId !== undefined) args.push('--chain-id', String(options.chainId))
  const state = directory === undefined ? undefined : findState(directory)
  if (state !== undefined) args.push('--load-state', state)
  if (blocksKept !== undefined) args.push('--transaction-block-keeper', String(blocksKept))
  // A group of its own: Ctrl-C in a terminal must not end it before its state is written.
  const detached = platform() !== 'win32'
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'ignore', 'pipe'], detached })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000)
  })
  // A program that ends without stopping its chain must not leave it behind.
  const interrupt = () => child.kill('SIGINT')
  process.once('exit', interrupt)
  const letGo = child.pid === undefined ? () => undefined : endWithParent(child.pid, 'INT')
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', interrupt)
      letGo()
      resolve()
    })
    child.once('error', (error) => {
      complaint += error.message
      resolve()
    })
  })
  const rpcUrl = `http://127.0.0.1:${port}`
  await waitUntilAnswering(child, rpcUrl, () => complaint)
  const keeping = directory === undefined ? undefined : keepState(rpcUrl, directory)
  const stopBlocks = pace === undefined ? undefined : startBlocks(rpcUrl, pace)
  return {
    rpcUrl,
    port,
    pid: child.pid!,
    accounts: testAccounts(accounts),
    ended,
    stop: async () => {
      await stopBlocks?.()
      const isRunning = child.exitCode === null && child.signalCode === null
      try {
        if (isRunning) await keeping?.stop()
      } finally {
        interrupt()
      }
      await ended
    },
  }
}

/** Lets time pass on a local chain: moves its clock on and mines a block. */
export async function advanceTime(client: ChainClient, seconds: number): Promise<void> {
  await withChainErrors(client, async () => {
    await request(client, 'evm_increaseTime', [seconds])
    await request(client, 'evm_mine', [])
  })
}

/** Path of the binary that npm installed for this platform. */
function anvilBinary(): string {
  const architecture = arch() === 'x64' ? 'amd64' : arch()
  const packageName = `@foundry-rs/anvil-${platform()}-${architecture}`
  const file = platform() === 'win32' ? 'anvil.exe' : 'anvil'
  // The platform package is a dependency of the wrapper, so it is looked up from there.
  const wrapper = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
  try {
    return wrapper.resolve(`${packageName}/bin/${file}`)
  } catch {
    throw new LocalChainError(
      `${packageName} is not installed`,
      'Run npm ci; on another platform, start a chain yourself',
    )
  }
}

/** Checks that a port is free; 0 finds one. */
function choosePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => reject(new PortTakenError(port)))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port))
    })
  })
}

async function waitUntilAnswering(child: ChildProcess, rpcUrl: string, complaint: () => string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  const deadline = Date.now() + startTimeoutMs
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined && Date.now() < deadline) {
    try {
      const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      if (answer.ok) return
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  child.kill('SIGKILL')
  throw new LocalChainError(complaint().trim() || 'it ended or gave no answer', 'Delete its directory if it is damaged')
}

/** Something else listens on the port. */
export class PortTakenError extends ChainError {
  constructor(port: number) {
    super(
      `Port ${port} is taken. Stop what listens there (the anvil of a chain that was killed goes on), or choose another port.`,
      false,
    )
  }
}

/** The chain's process did not start. */
export class LocalChainError extends ChainError {
  constructor(what: string, remedy: string) {
    super(`The local chain did not start: ${what}. ${remedy}.`, false)
  }
}
