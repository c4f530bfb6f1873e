/**
 * Trains with the owner's own command, in any language: files in, files out. It sees nothing of chains, shards or integers.
 *
 * Each round gets a fresh directory:
 *
 * ```
 * <directory>/round-<n>-<random>/
 *   weights.safetensors   global model (in)
 *   round.json            {@link RoundFile} (in); its path is the command's last argument and in TUTTI_ROUND
 *   trained.safetensors   trained model, the same tensors, F32 (out)
 *   metrics.json          {"examples": n} and, if known, heldOut, loss, correct, perClass (out); published with the update
 *   trainer.log           what the command prints
 * ```
 *
 * The command runs without a shell, in the node's working directory, without the node's key and password.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { toInitialLanes, toWeights } from '@tutti/learn'
 * import { createCommandTrainer, splitCommandLine } from '@tutti/node'
 *
 * const directory = mkdtempSync('/tmp/rounds-')
 * const words = splitCommandLine('node train.js') // is given the path of round.json; see docs/trainer.md
 * const trainer = createCommandTrainer({ words, federationId, directory })
 * const weights = toWeights(manifest, toInitialLanes(manifest, 16))
 * const { signal } = new AbortController()
 * await trainer.train({ weights, manifest, round: 0, signal }) // throws TrainerExitError
 * rmSync(directory, { recursive: true })
 * ```
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeJsonText, type Hex } from '@tutti/core'
import { exportSafetensors, importSafetensors, type Manifest, requireModel, tensorLayout } from '@tutti/learn'
import type { TrainingMetrics } from '../status/events.ts'
import type { ModelTrainer, TrainingTask } from './interface.ts'
import { parseTrainerMetrics, TrainerMetricsError } from './metrics-file.ts'
import { type GroupEnd, runGroup } from './process-group.ts'

/** How a member trains with a command. */
export interface CommandTrainerOptions {
  /** Program and arguments, see `splitCommandLine`; the path of `round.json` is added as the last one. */
  words: readonly string[]
  federationId: Hex
  /** Where the rounds' directories are made; this member's alone. */
  directory: string
  /** The member's data, handed through unread. */
  data?: string
  /** Round r is given `seed + r`. Default: 0. */
  seed?: number
  /** Longest time of a round in seconds. Default: 3600. The end of the round's submission ends it too. */
  limitSeconds?: number
  /** Past directories that stay. Default: 4. */
  keepsDirectories?: number
}

/** What `round.json` holds. Paths are absolute. */
export interface RoundFile {
  version: 1
  federationId: Hex
  /** From 0. */
  round: number
  seed: number
  /** Where the global model lies. */
  weights: string
  /** Where the trained model is expected. */
  trained: string
  /** Where the metrics are expected. */
  metrics: string
  /** The member's data, or null if the node was given none. */
  data: string | null
  /** Seconds from now until the command is ended: what is left of the round's submission, at most the owner's limit. */
  limitSeconds: number
  manifest: Manifest
}

/** Longest time of a round unless told otherwise, in seconds. */
export const defaultTrainerSeconds = 3_600
/** Longest delay that a timer takes, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1
/** Names, shapes and metadata of a trained model are far below this. */
const MOST_HEADER_BYTES = 1_000_000

/**
 * A trainer that runs a command in every round.
 *
 * Its `train` throws {@link TrainerStartError} {@link TrainerExitError} {@link TrainerTimeError}
 * {@link TrainerOutputError}, and the signal's reason once the whole process group is gone.
 */
export function createCommandTrainer(options: CommandTrainerOptions): ModelTrainer {
  const { words, federationId, seed = 0, keepsDirectories = 4 } = options
  const root = resolve(options.directory)
  const data = options.data === undefined ? null : resolve(options.data)
  return {
    train: async ({ weights, manifest: published, round, secondsLeft, signal }: Omit<TrainingTask, 'cohort'>) => {
      const manifest = requireModel(published)
      signal.throwIfAborted()
      const limitSeconds = Math.min(options.limitSeconds ?? defaultTrainerSeconds, secondsLeft ?? Infinity)
      mkdirSync(root, { recursive: true, mode: 0o700 })
      forgetOldest(root, keepsDirectories)
      const directory = mkdtempSync(join(root, `round-${String(round).padStart(5, '0')}-`))
      const inside = (name: string) => join(directory, name)
      const task: RoundFile = {
        version: 1,
        federationId,
        round,
        seed: seed + round,
        weights: inside('weights.safetensors'),
        trained: inside('trained.safetensors'),
        metrics: inside('metrics.json'),
        data,
        limitSeconds,
        manifest,
      }
      writeFileSync(task.weights, exportSafetensors(manifest.model, weights, { round: String(round) }))
      writeFileSync(inside('round.json'), `${JSON.stringify(task, undefined, 2)}\n`)
      const logPath = inside('trainer.log')
      const end = await runGroup({
        words: [...words, inside('round.json')],
        logPath,
        env: withoutSecrets(process.env, inside('round.json')),
        limitMilliseconds: Math.min(LONGEST_TIMER, limitSeconds * 1000),
        signal,
      })
      checkEnd(end, words, limitSeconds, logPath)
      const refuse = (what: string, cause?: unknown) => new TrainerOutputError(what, logPath, cause)
      return {
        weights: readTrained(task.trained, manifest, refuse),
        metrics: readMetrics(task.metrics, manifest, refuse),
      }
    },
  }
}

type Refuse = (what: string, cause?: unknown) => TrainerOutputError

function readTrained(path: string, manifest: Manifest, refuse: Refuse): Float32Array {
  const layout = tensorLayout(manifest.model)
  const most = MOST_HEADER_BYTES + 4 * layout.reduce((sum, { length }) => sum + length, 0)
  const bytes = readOutput(path, 'trained.safetensors', most, refuse)
  try {
    return importSafetensors(manifest.model, bytes)
  } catch (error) {
    throw refuse(`trained.safetensors is refused: ${(error as Error).message}`, error)
  }
}

function decodeMetrics(bytes: Uint8Array): string {
  try {
    return decodeJsonText(bytes)
  } catch (error) {
    throw new TrainerMetricsError((error as Error).message)
  }
}

function readMetrics(path: string, manifest: Manifest, refuse: Refuse): TrainingMetrics {
  const bytes = readOutput(path, 'metrics.json', MOST_HEADER_BYTES, refuse)
  try {
    return parseTrainerMetrics(decodeMetrics(bytes), manifest)
  } catch (error) {
    if (!(error instanceof TrainerMetricsError)) throw error
    throw refuse(error.message, error)
  }
}

function readOutput(path: string, name: string, most: number, refuse: Refuse): Uint8Array {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile()) throw refuse(`it wrote no ${name}`)
  if (found.size > most) throw refuse(`${name} has ${found.size} bytes; at most ${most} can belong to this model`)
  return readFileSync(path)
}

function checkEnd(end: GroupEnd, words: readonly string[], limitSeconds: number, logPath: string): void {
  const [program = ''] = words
  if (end.kind === 'not-started') throw new TrainerStartError(program, end.reason)
  if (end.kind === 'timed-out') throw new TrainerTimeError(program, limitSeconds, logPath)
  if (end.kind === 'killed') throw new TrainerExitError(program, `was ended by ${end.by}`, logPath)
  if (end.code !== 0) throw new TrainerExitError(program, `ended with code ${end.code}`, logPath)
}

/** The command does not need the key or its password, and what it prints may land in logs. */
function withoutSecrets(env: NodeJS.ProcessEnv, roundFile: string): NodeJS.ProcessEnv {
  const { TUTTI_PRIVATE_KEY: _key, TUTTI_PASSWORD: _password, ...rest } = env
  return { ...rest, TUTTI_ROUND: roundFile }
}

/** Keeps the newest directories, so that the log of a failure is found and the disk does not fill. */
function forgetOldest(root: string, keeps: number): void {
  const made = readdirSync(root)
    .filter((name) => /^round-\d+-/.test(name))
    .map((name) => ({ path: join(root, name), at: statSync(join(root, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
  for (const { path } of made.slice(keeps)) rmSync(path, { recursive: true, force: true })
}

/** The last words of a log, for an error: at most 400 characters of its last lines, nothing that moves a cursor. */
function lastWords(logPath: string): string {
  const text = readFileSync(logPath, 'utf8')
    .slice(-400)
    .replace(/[^\P{C}\n]/gu, '')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length === 0 ? ' It printed nothing.' : ` It last printed: ${lines.slice(-3).join(' | ')}.`
}

/** The trainer's program cannot be run. */
export class TrainerStartError extends Error {
  override readonly name = 'TrainerStartError'
  readonly isRetryable = false

  constructor(program: string, reason: string) {
    super(`Check that the program is installed, and its path: the trainer \`${program}\` does not start (${reason}).`)
  }
}

/** The trainer ended with a failure. */
export class TrainerExitError extends Error {
  override readonly name = 'TrainerExitError'
  readonly isRetryable = false
  readonly logPath: string

  constructor(program: string, how: string, logPath: string) {
    super(`The trainer \`${program}\` ${how}; nothing was sent.${lastWords(logPath)} Its whole output: ${logPath}`)
    this.logPath = logPath
  }
}

/** The trainer took longer than it may. */
export class TrainerTimeError extends Error {
  override readonly name = 'TrainerTimeError'
  readonly isRetryable = false
  readonly logPath: string

  constructor(program: string, limitSeconds: number, logPath: string) {
    super(
      `Train less in a round, or raise the limit: the trainer \`${program}\` took longer than ${limitSeconds} s and was ` +
        `ended. Nothing was sent.${lastWords(logPath)} Its whole output: ${logPath}`,
    )
    this.logPath = logPath
  }
}

/** What the trainer wrote is not a model or not metrics of this federation. */
export class TrainerOutputError extends Error {
  override readonly name = 'TrainerOutputError'
  readonly isRetryable = false
  readonly logPath: string

  constructor(what: string, logPath: string, cause?: unknown) {
    super(
      `The trainer's result is refused and nothing was sent: ${what.replace(/\.$/, '')}. Its output: ${logPath}`,
      cause === undefined ? undefined : { cause },
    )
    this.logPath = logPath
  }
}
