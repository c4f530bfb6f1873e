/**
 * The inside of a member's worker thread: connects, runs the node, passes its events on.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { connect } from '@tutti/chain'
import { privateKeyToAccount } from 'viem/accounts'
import { runNode } from './run.ts'
import { createLocalTrainer } from './trainers/local.ts'
import type { WorkerMessage, WorkerTask } from './worker.ts'

const port = parentPort
if (port === null) throw new Error('worker-main.ts runs inside a worker thread; call startMemberWorker.')

const task = workerData as WorkerTask
const stop = new AbortController()
const tell = (message: WorkerMessage) => port.postMessage(message)
port.on('message', (message: 'stop') => {
  if (message === 'stop') stop.abort()
})

try {
  const account = privateKeyToAccount(task.privateKey)
  const { rpcUrl, core } = task
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
