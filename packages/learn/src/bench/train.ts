/**
 * `train.ratio.*` and `train.bare.*`: speed of the trainer against PyTorch with one thread, and against the training
 * step's own ONNX graph run bare.
 *
 * All sides take their turns in each repetition, so that a busy machine slows them alike; figures are medians of ratios.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fromSeed, integer } from '@tutti/core'
import { findBlockSize } from '../block-size.ts'
import type { Dataset } from '../dataset.ts'
import { initialWeights } from '../initial-weights.ts'
import type { TrainingSpec } from '../manifest.ts'
import { countOutputs, type LayeredModel, mlp, mnistCnn, tensorLayout } from '../model.ts'
import { encodeModel } from '../onnx.ts'
import { openSession, Tensor } from '../runtime.ts'
import { createTrainer, sessionOptions, type Trainer } from '../trainer.ts'
import { buildStepGraph } from '../training-graph.ts'
import { type BenchProgress, type BenchReport, type Figure, median } from './figure.ts'

/** A model that is timed, the batches it is timed at, and the share of the samples that it is given. */
interface Subject {
  id: string
  name: string
  model: LayeredModel
  batches: number[]
  share: number
  /** Of the speed of PyTorch; null: reported, not judged. */
  limit: number | null
}

const RATIO_LIMIT = 1.3
const SUBJECTS: Subject[] = [
  {
    id: 'mlp',
    name: 'MLP 784-200-200-10',
    model: mlp([784, 200, 200, 10], 'softmax'),
    batches: [10, 32],
    share: 1,
    limit: RATIO_LIMIT,
  },
  {
    id: 'cnn',
    name: 'CNN of McMahan et al. (1,663,370 parameters)',
    model: mnistCnn(),
    batches: [32],
    share: 0.1,
    limit: null,
  },
]
const SCRIPT = fileURLToPath(new URL('./pytorch.py', import.meta.url))
const BARE_LIMIT = 0.9
const TRAINING: TrainingSpec = {
  optimizer: 'sgd',
  learningRate: 0.01,
  momentum: 0,
  epochs: 1,
  batchSize: 10,
  proximal: 0,
}

/** Options of {@link benchTrain}. */
export interface TrainBenchOptions {
  onProgress?: BenchProgress
  /** Repetitions, each of all sides in turn; 7 when absent. */
  repetitions?: number
  /** Samples of one measurement of the MLP, ten times those of the CNN; 10,000 when absent. */
  samples?: number
  /** Interpreters tried in turn for one that has PyTorch. */
  pythons?: string[]
}

/** Measures the figures; those that need PyTorch are null, with the reason, where it is absent. */
export async function benchTrain(options: TrainBenchOptions = {}): Promise<BenchReport> {
  const { onProgress = () => {}, repetitions = 7, samples = 10_000 } = options
  const pytorch = await openPytorch(options.pythons ?? ['python3', '/usr/bin/python3'])
  try {
    const figures: Figure[] = []
    for (const subject of SUBJECTS) {
      const trainer = await createTrainer(subject.model, TRAINING)
      const step = await openBareStep(subject.model)
      try {
        for (const batch of subject.batches) {
          const steps = Math.max(1, Math.floor((samples * subject.share) / batch))
          const dataset = randomExamples(subject.model, batch * steps)
          const speeds: Speeds[] = []
          // The first repetition warms caches and allocators of all sides and is left out.
          for (let repetition = 0; repetition <= repetitions; repetition++) {
            const ours = await timeTrainer(trainer, subject.model, dataset, batch, repetition)
            const bare = await step.time(batch, steps)
            const theirs = 'run' in pytorch ? await pytorch.run(subject.id, batch, steps) : undefined
            if (repetition === 0) continue
            speeds.push({ ours, bare, ...(theirs === undefined ? {} : { theirs }) })
            onProgress(
              `${subject.id}, batch ${batch}, ${repetition} of ${repetitions}: ${rate(ours)}, bare ${rate(bare)}` +
                `${theirs === undefined ? '' : `, PyTorch ${rate(theirs)}`}`,
            )
          }
          figures.push(toRatioFigure(subject, batch, speeds, pytorch), toBareFigure(subject, batch, speeds))
        }
      } finally {
        await trainer.release()
        await step.release()
      }
    }
    return { bench: 'train', figures }
  } finally {
    if ('close' in pytorch) pytorch.close()
  }
}

interface Speeds {
  ours: number
  bare: number
  theirs?: number
}

function toRatioFigure(
  { id, name, limit }: Subject,
  batch: number,
  speeds: Speeds[],
  pytorch: Pytorch | Absent,
): Figure {
  const figure = { id: `train.ratio.${id}.b${batch}`, unit: '×', limit: limit === null ? null : { atLeast: limit } }
  if ('reason' in pytorch) return { ...figure, value: null, baseline: 'PyTorch, one thread', note: pytorch.reason }
  const theirs = median(speeds.map((speed) => speed.theirs!))
  return {
    ...figure,
    value: round(median(speeds.map((speed) => speed.ours / speed.theirs!))),
    baseline: `PyTorch ${pytorch.version}, one thread: ${rate(theirs)}`,
    note: `ours ${rate(median(speeds.map(({ ours }) => ours)))}; ${name}, SGD, batch ${batch}; ${pytorch.blas}`,
  }
}

function toBareFigure({ id }: Subject, batch: number, speeds: Speeds[]): Figure {
  return {
    id: `train.bare.${id}.b${batch}`,
    value: round(median(speeds.map((speed) => speed.ours / speed.bare))),
    unit: '×',
    limit: { atLeast: BARE_LIMIT },
    baseline: `the step's ONNX graph, one session run a batch, buffers reused: ${rate(median(speeds.map(({ bare }) => bare)))}`,
    note: `ours ${rate(median(speeds.map(({ ours }) => ours)))}, shuffling and reading of examples included`,
  }
}

async function timeTrainer(
  trainer: Trainer,
  model: LayeredModel,
  dataset: Dataset,
  batchSize: number,
  seed: number,
): Promise<number> {
  const weights = initialWeights(model, 1)
  const started = performance.now()
  await trainer.fit(weights, dataset, { seed, epochs: 1, batchSize })
  return (dataset.count * 1000) / (performance.now() - started)
}

function randomExamples({ inputs }: LayeredModel, count: number): Dataset {
  const random = fromSeed(1)
  return {
    count,
    features: inputs,
    inputs: Uint8Array.from({ length: count * inputs }, () => integer(random, 256)),
    labels: Int32Array.from({ length: count }, () => integer(random, 10)),
    inputZero: 0,
    inputScale: [1, 255],
    labelCenter: 0,
    labelSpread: 1,
  }
}

/** A training step without trainer. */
export interface BareStep {
  /** Examples a second over so many steps. */
  time(batch: number, steps: number): Promise<number>
  release(): Promise<void>
}

/** The step's graph without trainer: fixed batch, outputs written into reused buffers and fed back. */
export async function openBareStep(model: LayeredModel, training: TrainingSpec = TRAINING): Promise<BareStep> {
  const options = { model, training, weighted: false, block: await findBlockSize() }
  const outputs = countOutputs(model)
  const session = await openSession(encodeModel(buildStepGraph(options)), sessionOptions(1))
  const layout = tensorLayout(model)
  const weights = initialWeights(model, 1)
  const tensors = () =>
    layout.map(({ shape, offset, length }) => new Tensor('float32', weights.slice(offset, offset + length), shape))
  async function time(batch: number, steps: number): Promise<number> {
    const random = fromSeed(1)
    const x = Float32Array.from({ length: batch * model.inputs }, () => random())
    const fixed = {
      x: new Tensor('float32', x, [batch, model.inputs]),
      targets: new Tensor(
        'float32',
        Float32Array.from({ length: batch * outputs }, (_, i) => (i % outputs === 0 ? 1 : 0)),
        [batch, outputs],
      ),
      normalizer: new Tensor('float32', Float32Array.of(1 / batch), []),
      learningRate: new Tensor('float32', Float32Array.of(training.learningRate), []),
    }
    const loss = new Tensor('float32', new Float32Array(1), [])
    const toSlots = (values: Tensor[]) => ({
      feeds: Object.fromEntries(layout.map(({ name }, index) => [name, values[index]!])),
      fetches: Object.fromEntries(layout.map(({ name }, index) => [`next.${name}`, values[index]!])),
    })
    const [even, odd] = [toSlots(tensors()), toSlots(tensors())]
    const started = performance.now()
    for (let step = 0; step < steps; step++) {
      const [from, to] = step % 2 === 0 ? [even, odd] : [odd, even]
      await session.run({ ...fixed, ...from.feeds }, { ...to.fetches, loss })
    }
    return (batch * steps * 1000) / (performance.now() - started)
  }
  return { time, release: () => session.release() }
}

interface Pytorch {
  version: string
  blas: string
  run: (subject: string, batch: number, steps: number) => Promise<number>
  close: () => void
}

interface Absent {
  reason: string
}

/** Starts the first interpreter that answers; says why where none does. */
async function openPytorch(pythons: string[]): Promise<Pytorch | Absent> {
  const reasons: string[] = []
  for (const python of pythons) {
    const opened = await startPython(python)
    if ('run' in opened) return opened
    reasons.push(`${python}: ${opened.reason}`)
  }
  return { reason: `PyTorch is absent (${reasons.join('; ')})` }
}

async function startPython(python: string): Promise<Pytorch | Absent> {
  const child = spawn(python, [SCRIPT], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000)
  })
  // A process that ends early closes the pipe under the writer; what it complained of is reported instead.
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(error))
    child.once('close', () => reject(new Error(complaint.trim().split('\n').at(-1) || 'it ended without an answer')))
  })
  failed.catch(() => {})
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await Promise.race([lines.next(), failed])
    if (done) return failed
    return JSON.parse(value)
  }
  try {
    const { torch, gigaflops, blas } = await ask({ describe: true })
    const quality = Number(gigaflops) < 15 ? ': slow, as of a reference BLAS; set LD_LIBRARY_PATH to a better one' : ''
    return {
      version: String(torch),
      blas: `its BLAS (${blas}) multiplies 32×784 by 784×200 at ${gigaflops} GFLOPS${quality}`,
      run: async (subject, batch, steps) => {
        const answer = await ask({ subject, batch, steps, rate: TRAINING.learningRate })
        return Number(answer.samplesPerSecond)
      },
      close: () => child.stdin.end(),
    }
  } catch (error) {
    child.stdin.end()
    return { reason: (error as Error).message }
  }
}

function rate(samplesPerSecond: number): string {
  return `${Math.round(samplesPerSecond).toLocaleString('en')} samples/s`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
