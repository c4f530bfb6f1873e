/** Training as a node does it, against the steps that it consists of run bare in ONNX Runtime, in turns. */
import { chooseWork, countSteps, type Dataset, type Manifest, median, toInitialLanes, toWeights } from '@tutti/learn'
import { openBareStep } from '@tutti/learn/node'
import { createLocalTrainer } from '@tutti/node'
import type { BenchFigure } from './figure.ts'

const REPETITIONS = 7
const LIMIT = 1.1

/** `train.node.ratio`: seconds of a round's training in a node for one of the bare steps. */
export async function benchNodeTraining(
  manifest: Manifest,
  dataset: Dataset,
  onProgress: (line: string) => void,
): Promise<BenchFigure> {
  const { model, training } = manifest
  const trainer = createLocalTrainer({ dataset })
  if (!('layers' in model)) throw new TypeError('The bare step is one of layers; give the manifest of a layered model.')
  const bare = await openBareStep(model, training)
  const weights = toWeights(manifest, toInitialLanes(manifest, 16))
  const { batchSize } = training
  const work = chooseWork(training)
  const steps = countSteps(work, { rows: dataset.count, batchSize })
  const ratios: number[] = []
  const seconds: { node: number; bare: number }[] = []
  try {
    // The first repetition compiles and warms both, and is left out.
    for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
      const { signal } = new AbortController()
      const from = performance.now()
      await trainer.train({ weights, manifest, round: repetition, cohort: 1, signal } as Parameters<
        typeof trainer.train
      >[0])
      const node = (performance.now() - from) / 1000
      const alone = (batchSize * steps) / (await bare.time(batchSize, steps))
      if (repetition === 0) continue
      ratios.push(node / alone)
      seconds.push({ node, bare: alone })
      onProgress(`training ${repetition} of ${REPETITIONS}: ${node.toFixed(3)} s in a node, ${alone.toFixed(3)} s bare`)
    }
  } finally {
    await trainer.close?.()
    await bare.release()
  }
  const middle = (side: 'node' | 'bare') => median(seconds.map((entry) => entry[side])).toFixed(3)
  return {
    id: 'train.node.ratio',
    value: Math.round(median(ratios) * 100) / 100,
    unit: '×',
    limit: LIMIT,
    bound: 'atMost',
    baseline: `${steps} steps of batch ${batchSize}, the step's ONNX graph with one session run a batch: ${middle('bare')} s`,
    note: `a round of ${work.epochs ?? steps} ${work.epochs === undefined ? 'steps' : 'epochs'} over ${dataset.count} digits in a node, evaluation of the global model included: ${middle('node')} s`,
  }
}
