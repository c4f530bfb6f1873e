/**
 * The inside of a member's worker thread or process: connects, runs the node, passes its events on.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { accountFromPrivateKey, connect } from '@tutti/chain'
import { runNode } from '../loop/run.ts'
import { createLocalTrainer } from '../trainers/local.ts'
import type { WorkerMessage, WorkerTask } from './worker.ts'

/** The way to the process that started the member: a thread's port, or a process's channel. */
export interface MemberPort {
  postMessage(message: WorkerMessage): void
  on(event: 'message', listener: (message: 'stop') => void): void
  close(): void
}

/** Runs a member to its end and tells of it. */
export async function runMember(port: MemberPort, task: WorkerTask): Promise<void> {
  const stop = new AbortController()
  const tell = (message: WorkerMessage) => port.postMessage(message)
  port.on('message', (message: 'stop') => {
    if (message === 'stop') stop.abort()
  })
  try {
    const { rpcUrl, core } = task
    const account = accountFromPrivateKey(task.privateKey)
    const client = await connect({ rpcUrl, account, ...(core === undefined ? {} : { core }) })
    const summary = await runNode({
      ...task.node,
      client,
      federationId: task.federationId,
      storeDirectory: task.storeDirectory,
      trainer: createLocalTrainer(task.trainer),
      signal: stop.signal,
      onEvent: (event) => tell({ kind: 'event', event }),
    })
    tell({ kind: 'done', summary })
  } catch (error) {
    const { name, message, isRetryable } = error as Error & { isRetryable?: boolean }
    tell({ kind: 'failed', name, message, isRetryable: isRetryable === true })
  } finally {
    port.close()
  }
}

if (parentPort !== null) void runMember(parentPort, workerData as WorkerTask)
