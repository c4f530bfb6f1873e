/**
 * One member in a thread of its own, with its own key, its own store and its own data.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { startMemberWorker } from '@tutti/node'
 * import { toHex } from 'viem'
 * import { mnemonicToAccount } from 'viem/accounts'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const hd = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 3 })
 * const member = startMemberWorker({
 *   ...{ rpcUrl: chain.rpcUrl, chainId: client.chainId, federationId, account: hd.address, storeDirectory },
 *   ...{ privateKey: toHex(hd.getHdKey().privateKey!), trainer: { dataset: rows } },
 * })
 * const { reason } = await member.done
 * reason // → 'the federation is finished'
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import { Worker } from 'node:worker_threads'
import type { Hex } from '@tutti/core'
import type { Dataset } from '@tutti/learn'
import { unlockAfterThread } from '../disk/lock.ts'
import { storeDirectory } from '../disk/store.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { NodeEvent, NodeSummary } from '../status/events.ts'
import type { LocalTrainerOptions } from '../trainers/local.ts'

/** What a member's worker needs; all of it plain data. */
export interface MemberWorkerOptions {
  rpcUrl: string
  /** Federation core; by default the address it has on every chain. */
  core?: Hex
  chainId: number
  federationId: Hex
  /** 32 bytes; stays in this process. */
  privateKey: Hex
  /** Address of the key, to name the store of a worker that was terminated. */
  account: Hex
  /** Directory of all stores of this machine. */
  storeDirectory: string
  trainer: LocalTrainerOptions
  node?: NodeBehaviour
  /** Called in the starting thread for every event of the node. */
  onEvent?: (event: NodeEvent) => void
}

/** A running member. */
export interface MemberWorker {
  readonly account: Hex
  /** Resolves when the node has ended; rejects with {@link MemberWorkerError}. */
  readonly done: Promise<NodeSummary>
  /** Asks the node to end after the action at hand, and waits for it; `done` then resolves too. */
  stop(): Promise<void>
}

/** What a worker is started with. */
export type WorkerTask = Omit<MemberWorkerOptions, 'onEvent'>

/** What a worker tells. */
export type WorkerMessage =
  | { kind: 'event'; event: NodeEvent }
  | { kind: 'done'; summary: NodeSummary }
  | { kind: 'failed'; name: string; message: string; isRetryable: boolean }

/** How long a worker may take to end when asked, in milliseconds, before its thread is terminated. */
const STOP_MILLISECONDS = 10_000

/** Starts a member in a worker thread. */
export function startMemberWorker(options: MemberWorkerOptions): MemberWorker {
  const { onEvent, ...task } = options
  const { account, chainId, federationId } = options
  const workerData: WorkerTask = {
    ...task,
    trainer: { ...task.trainer, dataset: withOwnBuffers(task.trainer.dataset) },
  }
  const directory = storeDirectory({ root: options.storeDirectory, chainId, federationId, account })
  const starting = loadWorkerCode().then((source) =>
    'code' in source
      ? new Worker(source.code, { eval: true, workerData, execArgv: [] })
      : new Worker(source.boot, { workerData, execArgv: [] }),
  )
  const done = starting.then((worker) => {
    const thread = worker.threadId
    return new Promise<NodeSummary>((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'event') onEvent?.(message.event)
        else if (message.kind === 'done') resolve(message.summary)
        else reject(new MemberWorkerError(account, message.name, message.message, message.isRetryable))
      })
      worker.on('error', (error) => reject(new MemberWorkerError(account, error.name, error.message, false)))
      worker.on('exit', (code) => {
        unlockAfterThread(directory, thread)
        reject(new MemberWorkerError(account, 'WorkerExit', `its thread ended with code ${code}`, true))
      })
    })
  })
  // A caller that never looks at `done` learns of a failure by the event `failed`.
  done.catch(() => undefined)
  return {
    account,
    done,
    stop: async () => {
      const worker = await starting
      worker.postMessage('stop')
      const timer = setTimeout(() => void worker.terminate(), STOP_MILLISECONDS)
      await done.catch(() => undefined)
      clearTimeout(timer)
      await worker.terminate()
    },
  }
}

type WorkerCode = { code: string } | { boot: URL }

let workerCode: Promise<WorkerCode> | undefined

/** The script of all workers of this process, made when the first one starts. */
function loadWorkerCode(): Promise<WorkerCode> {
  workerCode ??= import(new URL('./worker-code.js', import.meta.url).href).then(
    (module: { prepareWorkerCode(): Promise<WorkerCode> }) => module.prepareWorkerCode(),
  )
  return workerCode
}

/** Cloning a view clones the whole buffer behind it, which may be everybody's data: views get buffers of their own. */
function withOwnBuffers(dataset: Dataset): Dataset {
  const own = <T extends Uint8Array | Int32Array | Float64Array>(array: T): T =>
    array.buffer instanceof SharedArrayBuffer || array.byteLength === array.buffer.byteLength
      ? array
      : (array.slice() as T)
  return { ...dataset, inputs: own(dataset.inputs), labels: own(dataset.labels) }
}

/** A member's worker ended with an error. Whether to start it again stands in `isRetryable`. */
export class MemberWorkerError extends Error {
  override readonly name = 'MemberWorkerError'
  readonly account: string
  /** Class of the error inside the worker. */
  readonly causeName: string
  readonly isRetryable: boolean

  constructor(account: string, causeName: string, message: string, isRetryable: boolean) {
    super(`Member ${account}: ${message}`)
    this.account = account
    this.causeName = causeName
    this.isRetryable = isRetryable
  }
}
