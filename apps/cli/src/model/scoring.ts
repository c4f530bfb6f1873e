/** Outputs of the chain's model for many examples: from the contract itself, by its twin, or from a pulled model. */
import type { DirectModel } from '@tutti/chain'
import { type Dataset, exampleInput } from '@tutti/learn'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import type { AskedModel } from './asked-model.ts'
import { type BlobOptions, openBase, pullModel, toPulledWeights } from './blob-model.ts'
import { type AnsweredBy, openContractAnswers } from './contract-answers.ts'
import { type RoundOptions, readPastModel } from './past-model.ts'

/** Where answers come from. */
export interface ScoringOptions extends BlobOptions, RoundOptions {
  /** Blob path: a model that was pulled before. */
  model?: string
  /** Ask the contract for each answer. */
  onChain?: boolean
  /** Ask the contract from sealed code: the newest sealed version, or this one. */
  sealed?: true | number
}

/** Gives outputs for examples. */
export interface Scorer {
  /** Logits, or standardised values, shape [count, outputs], as `judge` takes them. */
  score(dataset: Dataset): Promise<ArrayLike<number>>
  /** Whether this machine computes them. */
  isLocal: boolean
  answeredBy: AnsweredBy
  /** Of the model that answers; undefined of a model that was put together from blobs. */
  version: number | undefined
  /** How, as a line below an answer. */
  how: string
  close(): Promise<void>
}

/** Calls to the contract that are under way at a time. */
const CALLS = 16
const DECIMALS = 1e18

/**
 * Opens the chain's model for questions.
 *
 * @throws `CommandError` on the blob path, if the options do not say where the model is
 */
export async function openScorer(asked: AskedModel, options: ScoringOptions, output: Output): Promise<Scorer> {
  const { client, creation, manifest } = asked
  const past = await readPastModel(client, creation, options, output)
  const { pathOf } = await import('@tutti/chain')
  const isAsked = options.onChain === true || options.sealed !== undefined
  if (past !== undefined && isAsked) {
    throw new CommandError(
      'The contract answers from its latest model, or from sealed ones. Leave --on-chain and --sealed out, or --round.',
      exitCodes.usage,
    )
  }
  if (pathOf(creation) === 'blob') return openPulled(asked, options, output)
  if (isAsked) return openContract(asked, options, output)
  const { readDirectModel } = await import('@tutti/chain')
  const { scoreIntegers } = await import('@tutti/learn')
  output.progress('reading the model…')
  const { lanes, version } =
    past === undefined
      ? toVersioned(await readDirectModel(client, { id: creation.id, terms: creation.terms }))
      : { lanes: past.lanes, version: past.settled }
  const whose =
    past === undefined ? 'the integers whose hash the contract holds' : `the integers that round ${options.round} left`
  return {
    score: async (dataset) => scoreIntegers(manifest, lanes, dataset),
    isLocal: true,
    answeredBy: 'this-machine',
    version,
    how: `computed on this machine from ${whose}, by the twin of its arithmetic`,
    close: async () => undefined,
  }
}

function toVersioned({ lanes, state }: DirectModel) {
  return { lanes, version: state.version }
}

/** The contract's own answers, an eth_call an example. */
async function openContract(asked: AskedModel, options: ScoringOptions, output: Output): Promise<Scorer> {
  const { manifest } = asked
  // All from one version: a table must not be answered half by the next.
  const answers = await openContractAnswers(asked, options.sealed)
  const { answeredBy, version, how } = answers
  const isLinear = manifest.model.output === 'linear'
  return {
    score: async (dataset) => {
      const rows: number[][] = []
      for (let start = 0; start < dataset.count; start += CALLS) {
        output.progress(`asking the contract: ${start} of ${dataset.count}`)
        const indices = Array.from({ length: Math.min(CALLS, dataset.count - start) }, (_, i) => start + i)
        const given = await Promise.all(indices.map((index) => answers.ask(exampleInput(dataset, index))))
        rows.push(...given.map(({ outputs }) => outputs.map((value) => Number(value) / DECIMALS)))
      }
      const { labelCenter, labelSpread } = dataset
      return rows.flat().map((value) => (isLinear ? (value - labelCenter) / labelSpread : value))
    },
    isLocal: false,
    answeredBy,
    version,
    how: `each answer asked of the contract, ${how}`,
    close: async () => undefined,
  }
}

/** A model put together from blobs, held against the contract's commitments. */
async function openPulled(
  { client, creation, manifest }: AskedModel,
  options: ScoringOptions,
  output: Output,
): Promise<Scorer> {
  if (options.onChain === true || options.sealed !== undefined) {
    throw new CommandError(
      "The contract holds the commitment of this federation's model, not its numbers, and cannot answer. Leave --on-chain and --sealed out.",
      exitCodes.usage,
    )
  }
  const isSourceNamed = [options.archive, options.peerArchive, options.beacon].some((named) => named !== undefined)
  // Options that say where blobs are ask for the model to be put together from them.
  if (options.model === undefined && !isSourceNamed) {
    throw new CommandError(
      "The contract holds the commitment of this federation's model, not its numbers, and cannot answer. " +
        `To answer on this machine: give --archive DIRECTORY, or tutti model pull ${creation.id} and then --model FILE.`,
      exitCodes.usage,
    )
  }
  const { createTrainer } = await import('@tutti/learn/node')
  output.progress('putting the model together…')
  const { values } = await pullModel(client, creation, options, { file: options.model, output })
  const weights = await toPulledWeights(manifest, values, options)
  const trainer = await createTrainer(await openBase(manifest, options), manifest.training, {})
  return {
    score: (dataset) => trainer.predict(weights, dataset),
    isLocal: true,
    answeredBy: 'this-machine',
    version: undefined,
    how: 'computed on this machine, from the model whose commitments the contract holds; not by the contract',
    close: () => trainer.release(),
  }
}
