/**
 * Whether data are such that a federation can train on them, or count them: checked before a stake is paid, not after.
 *
 * @example
 * ```ts
 * import { selectExamples } from '@tutti/learn'
 * import { checkDataset } from '@tutti/node'
 *
 * checkDataset(rows, manifest) // → undefined
 * checkDataset(selectExamples(rows, []), manifest) // throws UnfitDatasetError
 * ```
 */
import { formatCount } from '@tutti/core'
import {
  type Dataset,
  type Exposure,
  FEWEST_ROWS,
  findExposures,
  hidesRows,
  type Manifest,
  measureStatistics,
  type StatisticsManifest,
  type Table,
} from '@tutti/learn'

/**
 * Checks that a data set has the form of the manifest's schema: bytes of an example, their zero and scale, and labels
 * that the model can answer.
 *
 * @throws {@link UnfitDatasetError} with the first thing that does not fit.
 */
export function checkDataset(dataset: Dataset, manifest: Manifest): void {
  const { count, features, inputs, labels, inputZero, inputScale } = dataset
  const { data, model } = manifest
  if (count === 0) throw new UnfitDatasetError('it has no examples')
  if (features !== model.inputs) {
    throw new UnfitDatasetError(`its examples have ${features} inputs; the model takes ${model.inputs}`)
  }
  if (inputs.length !== count * features || labels.length !== count) {
    throw new UnfitDatasetError(`it has ${inputs.length} bytes and ${labels.length} labels for ${count} examples`)
  }
  if (inputZero !== data.inputZero) {
    throw new UnfitDatasetError(`its zero is byte ${inputZero}; the schema says ${data.inputZero}`)
  }
  if (inputScale[0] * data.inputScale[1] !== data.inputScale[0] * inputScale[1]) {
    throw new UnfitDatasetError(
      `its bytes are worth ${inputScale.join('/')}; the schema says ${data.inputScale.join('/')}`,
    )
  }
  const { label } = data
  if (label.kind === 'number') {
    const broken = labels.findIndex((value) => !Number.isFinite(value))
    if (broken >= 0) throw new UnfitDatasetError(`the label of example ${broken} is ${labels[broken]}`)
    return
  }
  const limit = label.kind === 'class' ? label.classes.length : 2 ** label.classes.length
  const broken = labels.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= limit)
  if (broken >= 0) {
    const allowed = `0 to ${limit - 1}`
    throw new UnfitDatasetError(`the label of example ${broken} is ${labels[broken]}; the schema allows ${allowed}`)
  }
}

/**
 * Checks that rows can be counted by the plan of a statistics round: there are some, no more than it lets a member count,
 * every column is there, and what should be a number is one; and where no noise hides a row (a large ε hides none), that none stands out.
 *
 * @param options.exposesFewRows - The owner allows that exact statistics of few rows are published, which tell those rows.
 * @returns What was counted, without noise.
 * @throws {@link UnfitDatasetError} {@link FewRowsError} `CsvError` `TooManyRowsError`
 */
export function checkTable(
  table: Table,
  { plan, noise }: StatisticsManifest,
  { exposesFewRows = false }: { exposesFewRows?: boolean | undefined } = {},
): bigint[] {
  if (table.count === 0) throw new UnfitDatasetError('it has no rows')
  const values = measureStatistics(table, plan)
  const isSafe = exposesFewRows || hidesRows(noise?.epsilon)
  const exposures = isSafe ? [] : findExposures(values, plan)
  if (exposures.length > 0) throw new FewRowsError(exposures)
  return values
}

/** A data set does not have the form that the manifest's schema demands. */
export class UnfitDatasetError extends Error {
  override readonly name = 'UnfitDatasetError'
  readonly isRetryable = false

  constructor(what: string) {
    super(`Read the data with the schema of the federation's manifest. This data set does not fit it: ${what}.`)
  }
}

/** Statistics of so few rows would tell the rows themselves to everyone, and their owner has not allowed it. */
export class FewRowsError extends Error {
  override readonly name = 'FewRowsError'
  readonly isRetryable = false

  constructor(exposures: readonly Exposure[]) {
    const found = exposures.map(({ column, count, why }) => {
      if (column === undefined) return formatCount(count, 'row')
      if (why === 'dominated') return `"${column}", most of whose sum is one or two values`
      return `${formatCount(count, 'value')} of "${column}"`
    })
    super(
      `The counts and sums of ${found.join(', ')} would be public and tell single rows: no noise hides one, and at least ` +
        `${FEWEST_ROWS} are needed to hide it among others. Join a round with noise (\`tutti stats create --epsilon 1\`), or ` +
        'count more rows. If everyone may know these, allow it: --expose-few-rows, or "exposeFewRows" in the policy.',
    )
  }
}
