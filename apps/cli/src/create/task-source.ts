/**
 * What a creator wants learnt, from what the command line names: a built-in task, or a task file and its rows, with or
 * without a file of the model itself.
 */
import {
  chooseWork,
  type Dataset,
  importOnnx,
  synthesizeData,
  type TaskFile,
  type TrainingSpec,
  toModel,
  toTaskKind,
} from '@tutti/learn'
import { type LearningTask, loadTask, readBaseFile, type Task, type TaskName } from '@tutti/learn/node'
import { readLocalData } from '../data/local-data.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { TensorOptions } from './tensor-options.ts'

/** What names a task. */
export interface TaskOptions extends TensorOptions {
  task?: TaskName
  path: 'direct' | 'blob'
  /** Folder of the IDX files of MNIST. */
  folder?: string
  /** Of the split of a built-in task into training and held-out parts; 1 when absent. */
  splitSeed?: number
  learningRate?: number
  /** In place of the task's local work: passes over the rows, or steps. */
  epochs?: number
  steps?: number
  /** File of the initial weights, or of the model itself. */
  baseModel?: string
}

/** A task file, and the statistics round that its constants came from, if any. */
export type SourcedTask = TaskFile & Pick<LearningTask, 'statistics'>

/** What is to be learnt, and the built-in task that it is, with its rows, if it is one. */
export interface TaskSource {
  task: LearningTask
  builtIn?: Task
}

/**
 * Reads what is to be learnt.
 *
 * @throws `TaskPathError`, what `importOnnx` throws, the file system's errors
 */
export async function readTaskSource(options: TaskOptions, taskFile: SourcedTask | undefined): Promise<TaskSource> {
  const source = readTask(options, taskFile)
  const { baseModel, train, tie: ties } = options
  if (baseModel === undefined) return source
  const baseFile = readBaseFile(baseModel)
  const { task } = source
  if (!baseModel.endsWith('.onnx')) return { ...source, task: { ...task, baseFile } }
  const chosen = { ...(train === undefined ? {} : { trainable: train }), ties }
  const model = importOnnx(baseFile, { output: task.model.output, ...chosen })
  return { ...source, task: { ...task, baseFile, model } }
}

function readTask(options: TaskOptions, file?: SourcedTask): TaskSource {
  const { task: name, path, folder, splitSeed } = options
  const adapt = ({ training }: Pick<LearningTask, 'training'>) => ({ training: adaptTraining(training, options) })
  if (file !== undefined) {
    const { data: schema, loss, ...described } = file
    const task: LearningTask = {
      ...described,
      ...adapt(file),
      kind: toTaskKind(file),
      schema,
      model: toModel(file),
      classWeights: loss?.classWeights,
    }
    return { task }
  }
  const builtIn = loadTask(name!, {
    size: path,
    ...(folder === undefined ? {} : { path: folder }),
    ...(splitSeed === undefined ? {} : { seed: splitSeed }),
  })
  return { task: { ...builtIn, contact: 'not given', ...adapt(builtIn) }, builtIn }
}

/**
 * A task's training with what was chosen in place of it; passes and steps exclude each other.
 *
 * @throws `CommandError` where both are chosen
 */
export function adaptTraining(
  training: TrainingSpec,
  { learningRate, epochs, steps }: Pick<TaskOptions, 'learningRate' | 'epochs' | 'steps'>,
): TrainingSpec {
  if (epochs !== undefined && steps !== undefined) {
    throw new CommandError('--epochs and --steps both say how much to train: give one of them.', exitCodes.usage)
  }
  const { epochs: _epochs, steps: _steps, ...rest } = training
  const work = epochs !== undefined ? { epochs } : steps !== undefined ? { steps } : chooseWork(training)
  return { ...rest, ...work, learningRate: learningRate ?? training.learningRate }
}

/** What is to be learnt, and what it is rehearsed on. */
export interface TaskPlan {
  task: LearningTask
  data: Dataset
  /** Whose the data are: the creator's, the built-in task's, or nobody's. */
  source: 'own' | 'built-in' | 'made-up'
}

/**
 * Reads what is to be learnt, with the creator's rows to rehearse on.
 *
 * @param options - `data`: a CSV of the creator's, or the folder of MNIST; `seed`: of made-up rows where there is none.
 * @throws as {@link readTaskSource}; `CsvError`
 */
export async function readTaskPlan(
  { data, seed, ...options }: Omit<TaskOptions, 'folder'> & { data?: string; seed: number },
  taskFile: SourcedTask | undefined,
): Promise<TaskPlan> {
  const isFolder = taskFile === undefined && options.task === 'mnist'
  const where = isFolder && data !== undefined ? { folder: data } : {}
  const { task, builtIn } = await readTaskSource({ ...options, ...where }, taskFile)
  const { schema } = task
  if (data !== undefined && !isFolder) return { task, data: await readLocalData({ data: schema }, data), source: 'own' }
  if (builtIn === undefined) return { task, data: synthesizeData(schema, { seed }), source: 'made-up' }
  return { task, data: builtIn.train, source: data === undefined ? 'built-in' : 'own' }
}
