/**
 * The packages as other programs use them, for `bench trust`: `trust-library.ts WAY [TASK]` trains in one way and ends. Nobody
 * here takes care of what the runtime is told.
 */
import { isMainThread, Worker } from 'node:worker_threads'
import type { MemberWorkerOptions } from '@tutti/node'

/** A member to run: all but its data, as JSON. */
export type LibraryMember = Omit<MemberWorkerOptions, 'trainer' | 'onEvent'>

async function train(): Promise<void> {
  const { initialWeights, mlp } = await import('@tutti/learn')
  const { createTrainer, loadTask } = await import('@tutti/learn/node')
  const { train: dataset } = loadTask('breast-cancer', { seed: 1 })
  const model = mlp([dataset.features, 4, 1], 'logistic')
  const training = { optimizer: 'sgd', learningRate: 0.1, momentum: 0, epochs: 1, batchSize: 32, proximal: 0 } as const
  const trainer = await createTrainer(model, training)
  await trainer.fit(initialWeights(model, 1), dataset, { seed: 1 })
  await trainer.release()
}

/** In a thread whose environment is its own, and which is the first of the program to look at the packages. */
function trainInThread(): Promise<number> {
  const [loader, self] = [import.meta.resolve('tsx/esm/api'), import.meta.url].map((url) => JSON.stringify(url))
  const code = `import(${loader}).then(({ register }) => { register(); return import(${self}) })`
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env
  const worker = new Worker(code, { eval: true, env, execArgv: [] })
  return new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
}

async function takePart(way: string, task: string): Promise<void> {
  const { loadTask } = await import('@tutti/learn/node')
  const { startMemberProcess, startMemberWorker } = await import('@tutti/node')
  const start = way === 'member-process' ? startMemberProcess : startMemberWorker
  const trainer = { dataset: loadTask('breast-cancer', { seed: 1 }).train }
  await start({ ...(JSON.parse(task) as LibraryMember), trainer }).done
}

const [way = '', task] = process.argv.slice(2)
if (!isMainThread || way === 'main') await train()
else if (way === 'thread') process.exitCode = await trainInThread()
else await takePart(way, task ?? '')
