/**
 * The inside of a member's worker thread: connects, runs the node, passes its events on.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { accountFromPrivateKey, connect } from '@tutti/chain'
import { runNode } from './run.ts'
import { createLocalTrainer } from './trainers/local.ts'
import type { WorkerMessage, WorkerTask } from './worker.ts'

/** Runs the member that this thread was started for. */
async function main(port: MessagePort, task: WorkerTask): Promise<void> {
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

if (parentPort !== null) void main(parentPort, workerData as WorkerTask)
