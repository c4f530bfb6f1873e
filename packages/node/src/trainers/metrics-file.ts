/**
 * The metrics that a command wrote about its training, checked by name before they are published.
 */
import { countOutputs, type Manifest } from '@tutti/learn'
import type { TrainingMetrics } from '../status/events.ts'

/** Whole numbers from 0, as counts are. */
const isCount = (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/**
 * Reads `metrics.json`: `{"examples": n, "heldOut": n, "loss": x, "correct": n, "perClass": [n, …]}`. Other keys are
 * ignored: a trainer may keep more than is published.
 *
 * @throws {@link TrainerMetricsError} naming the key.
 */
export function parseTrainerMetrics(text: string, manifest: Manifest): TrainingMetrics {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    throw new TrainerMetricsError(`it is not JSON (${(error as Error).message}; NaN and Infinity are not)`)
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new TrainerMetricsError('it is not an object')
  }
  const { examples, heldOut, loss, correct, perClass } = found as Record<string, unknown>
  if (!isCount(examples)) throw new TrainerMetricsError('"examples" must be a whole number from 0')
  const metrics: TrainingMetrics = { examples: examples as number }
  if (heldOut !== undefined && heldOut !== null) {
    if (!isCount(heldOut)) throw new TrainerMetricsError('"heldOut" must be a whole number from 0')
    if (heldOut !== 0) metrics.heldOut = heldOut as number
  }
  if (loss !== undefined && loss !== null) {
    if (typeof loss !== 'number' || !Number.isFinite(loss)) throw new TrainerMetricsError('"loss" must be a number')
    metrics.loss = loss
  }
  if (correct !== undefined && correct !== null) {
    // One answer an example; where an example may have several labels, one for each of them.
    const labels = manifest.model.output === 'multi-label' ? countOutputs(manifest.model) : 1
    const answers = (metrics.heldOut ?? metrics.examples) * labels
    if (!isCount(correct) || (correct as number) > answers) {
      throw new TrainerMetricsError(`"correct" must be a whole number from 0 to ${answers}`)
    }
    metrics.correct = correct as number
    if (labels > 1 || manifest.model.output === 'multi-label') metrics.labels = labels
  }
  if (perClass !== undefined && perClass !== null) {
    const classes = countClasses(manifest)
    if (!Array.isArray(perClass) || perClass.length !== classes || !perClass.every(isCount)) {
      throw new TrainerMetricsError(`"perClass" must be ${classes} whole numbers from 0, in the order of the classes`)
    }
    metrics.perClass = perClass as number[]
  }
  return metrics
}

function countClasses({ data: { label }, model }: Manifest): number {
  return label.kind === 'number' ? countOutputs(model) : label.classes.length
}

/** `metrics.json` is not what it must be. */
export class TrainerMetricsError extends Error {
  override readonly name = 'TrainerMetricsError'
  readonly isRetryable = false

  constructor(reason: string) {
    super(`metrics.json: ${reason}`)
  }
}
