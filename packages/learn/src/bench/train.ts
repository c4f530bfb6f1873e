/**
 * `train.ratio.*` and `train.bare.*`: speed of the trainer against PyTorch with as many threads, and against the training
 * step's own ONNX graph run bare.
 *
 * All sides take their turns in each repetition, so that a busy machine slows them alike; figures are medians of ratios.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fromSeed, integer } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import { median } from '../data/median.ts'
import type { TrainingSpec } from '../manifest/manifest.ts'
import { initialWeights } from '../model/initial-weights.ts'
import { countOutputs, type LayeredModel, mlp, mnistCnn, tensorLayout } from '../model/model.ts'
import { openSession, Tensor } from '../onnx/runtime.ts'
import { encodeModel } from '../onnx/writer.ts'
import { findBlockSize } from '../training/block-size.ts'
import { createTrainer, sessionOptions, type Trainer } from '../training/trainer.ts'
import { buildStepGraph } from '../training/training-graph.ts'
import type { BenchProgress, BenchReport, Figure } from './figure.ts'

/** A model that is timed, and the share of the samples that it is given. */
interface Subject {
  id: string
  name: string
  model: LayeredModel
  share: number
}

/** What a subject is timed at. */
interface Case {
  subject: Subject
  batch: number
  threads: number
  /** Of the speed of PyTorch; null: reported, not judged. */
  limit: number | null
}

const MLP: Subject = { id: 'mlp', name: 'MLP 784-200-200-10', model: mlp([784, 200, 200, 10], 'softmax'), share: 1 }
const CNN: Subject = {
  id: 'cnn',
  name: 'CNN of McMahan et al. (1,663,370 parameters)',
  model: mnistCnn(),
  share: 0.1,
}
const CASES: Case[] = [
  { subject: MLP, batch: 10, threads: 1, limit: 1.3 },
  { subject: MLP, batch: 32, threads: 1, limit: 2 },
  { subject: CNN, batch: 32, threads: 1, limit: 0.85 },
  { subject: CNN, batch: 32, threads: 2, limit: null },
]
const SCRIPT = fileURLToPath(new URL('./pytorch.py', import.meta.url))
const BARE_LIMIT = 0.9
const TRAINING: Omit<TrainingSpec, 'batchSize'> = {
  optimizer: 'sgd',
  learningRate: 0.01,
  momentum: 0,
  epochs: 1,
  proximal: 0,
}

/** Options of {@link benchTrain}. */
export interface TrainBenchOptions {
  onProgress?: BenchProgress
  /** Repetitions, each of all sides in turn; 11 when absent. */
  repetitions?: number
  /** Samples of one measurement of the MLP, ten times those of the CNN; 10,000 when absent. */
  samples?: number
  /** Interpreters tried in turn for one that has PyTorch. */
  pythons?: string[]
}

/** Measures the figures; those that need PyTorch are null, with the reason, where it is absent. */
export async function benchTrain(options: TrainBenchOptions = {}): Promise<BenchReport> {
  const { onProgress = () => {}, repetitions = 11, samples = 10_000 } = options
  const pytorch = await openPytorch(options.pythons ?? ['python3', '/usr/bin/python3'])
  try {
    const figures: Figure[] = []
    for (const each of CASES) {
      const { subject, batch, threads } = each
      const training = { ...TRAINING, batchSize: batch }
      const trainer = await createTrainer(subject.model, training, { threads })
      const step = await openBareStep(subject.model, training, threads)
      try {
        const steps = Math.max(1, Math.floor((samples * subject.share) / batch))
        const dataset = randomExamples(subject.model, batch * steps)
        const speeds: Speeds[] = []
        // The first repetition warms caches and allocators of all sides and is left out.
        for (let repetition = 0; repetition <= repetitions; repetition++) {
          const ours = await timeTrainer(trainer, subject.model, dataset, repetition)
          const bare = await step.time(batch, steps)
          const theirs =
            'run' in pytorch ? await pytorch.run({ subject: subject.id, batch, steps, threads }) : undefined
          if (repetition === 0) continue
          speeds.push({ ours, bare, ...(theirs === undefined ? {} : { theirs }) })
          onProgress(
            `${subject.id}, batch ${batch}, ${describeThreads(threads)}, ${repetition} of ${repetitions}: ${rate(ours)}, ` +
              `bare ${rate(bare)}${theirs === undefined ? '' : `, PyTorch ${rate(theirs)}`}`,
          )
        }
        figures.push(toRatioFigure(each, speeds, pytorch), toBareFigure(each, speeds))
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

function toRatioFigure(each: Case, speeds: Speeds[], pytorch: Pytorch | Absent): Figure {
  const { subject, batch, threads, limit } = each
  const figure = { id: `train.ratio.${nameOf(each)}`, unit: '×', limit: limit === null ? null : { atLeast: limit } }
  const against = describeThreads(threads)
  if ('reason' in pytorch) return { ...figure, value: null, baseline: `PyTorch, ${against}`, note: pytorch.reason }
  const theirs = median(speeds.map((speed) => speed.theirs!))
  return {
    ...figure,
    value: round(median(speeds.map((speed) => speed.ours / speed.theirs!))),
    baseline: `PyTorch ${pytorch.version}, ${against}: ${rate(theirs)}`,
    note: `ours ${rate(median(speeds.map(({ ours }) => ours)))}; ${subject.name}, SGD, batch ${batch}; ${pytorch.blas}`,
  }
}

function toBareFigure(each: Case, speeds: Speeds[]): Figure {
  return {
    id: `train.bare.${nameOf(each)}`,
    value: round(median(speeds.map((speed) => speed.ours / speed.bare))),
    unit: '×',
    limit: { atLeast: BARE_LIMIT },
    baseline: `the step's ONNX graph, one session run a batch, buffers reused: ${rate(median(speeds.map(({ bare }) => bare)))}`,
    note: `ours ${rate(median(speeds.map(({ ours }) => ours)))}, shuffling and reading of examples included`,
  }
}

/** `cnn.b32`, with `.threads2` where they are more than one. */
function nameOf({ subject, batch, threads }: Case): string {
  return `${subject.id}.b${batch}${threads === 1 ? '' : `.threads${threads}`}`
}

function describeThreads(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads} threads`
}

async function timeTrainer(trainer: Trainer, model: LayeredModel, dataset: Dataset, seed: number): Promise<number> {
  const weights = initialWeights(model, 1)
  const started = performance.now()
  await trainer.fit(weights, dataset, { seed, epochs: 1 })
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
export async function openBareStep(model: LayeredModel, training: TrainingSpec, threads = 1): Promise<BareStep> {
  const options = { model, training, weighted: false, block: await findBlockSize() }
  const outputs = countOutputs(model)
  const session = await openSession(encodeModel(buildStepGraph(options)), sessionOptions(threads))
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
  run: (request: { subject: string; batch: number; steps: number; threads: number }) => Promise<number>
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
      run: async (request) => {
        const answer = await ask({ ...request, rate: TRAINING.learningRate })
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
