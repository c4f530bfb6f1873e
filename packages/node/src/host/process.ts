/**
 * One member in a process of its own, as it would run on a machine of its own, memory included. Slower to start than a thread.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { startMemberProcess } from '@tutti/node'
 * import { toHex } from 'viem'
 * import { mnemonicToAccount } from 'viem/accounts'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const hd = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 3 })
 * const member = startMemberProcess({
 *   ...{ rpcUrl: chain.rpcUrl, chainId: client.chainId, federationId, account: hd.address, storeDirectory },
 *   ...{ privateKey: toHex(hd.getHdKey().privateKey!), trainer: { dataset: rows } },
 * })
 * const { reason } = await member.done
 * reason // → 'the federation is finished'
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NodeSummary } from '../status/events.ts'
import { type MemberWorker, MemberWorkerError, type MemberWorkerOptions, type WorkerMessage } from './worker.ts'

/** A running member, and the memory that its process has held. */
export interface MemberProcess extends MemberWorker {
  /** The most resident memory of the process, in bytes; undefined until it has ended by itself. */
  peakBytes(): number | undefined
}

/** What a process tells besides what threads do. */
type ProcessMessage = WorkerMessage | { kind: 'memory'; peakBytes: number }

const STOP_MILLISECONDS = 10_000

/** Starts a member in a process. */
export function startMemberProcess({ onEvent, ...task }: MemberWorkerOptions): MemberProcess {
  const { account } = task
  // Sources go through a loader; as published they are JavaScript.
  const isSource = import.meta.url.endsWith('.ts')
  const entry = new URL(isSource ? './process-main.ts' : './process-main.js', import.meta.url)
  const child = fork(fileURLToPath(entry), [], {
    execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
    // Typed arrays cross as they are.
    serialization: 'advanced',
  })
  let peakBytes: number | undefined
  const done = new Promise<NodeSummary>((resolve, reject) => {
    child.on('message', (message: ProcessMessage) => {
      if (message.kind === 'event') onEvent?.(message.event)
      else if (message.kind === 'memory') peakBytes = message.peakBytes
      else if (message.kind === 'done') resolve(message.summary)
      else reject(new MemberWorkerError(account, message.name, message.message, message.isRetryable))
    })
    child.once('error', (error) => reject(new MemberWorkerError(account, error.name, error.message, false)))
    child.once('exit', (code) => {
      reject(new MemberWorkerError(account, 'ProcessExit', `its process ended with code ${code}`, true))
    })
  })
  // A caller that never looks at `done` learns of a failure by the event `failed`.
  done.catch(() => undefined)
  child.send(task)
  return {
    account,
    done,
    peakBytes: () => peakBytes,
    stop: async () => {
      if (child.connected) child.send('stop')
      const timer = setTimeout(() => void child.kill(), STOP_MILLISECONDS)
      await done.catch(() => undefined)
      clearTimeout(timer)
    },
  }
}
