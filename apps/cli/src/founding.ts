/**
 * From a task to a federation: rehearses on the creator's data, writes the manifest, and proposes terms around it.
 */
import { type ChainClient, type ChainLimits, encodeSetup, type PathName, readManifest, readModel } from '@tutti/chain'
import {
  chunkHashes,
  encodeBlobSetup,
  estimateRoundAt,
  type Hex,
  initialBound,
  largestLane,
  packModel,
  type Setup,
  shardCount,
  type Terms,
} from '@tutti/core'
import {
  type ArithmeticTerms,
  buildManifest,
  calibrate,
  calibrateSteps,
  countParameters,
  createTrainer,
  type DataSchema,
  type Dataset,
  hashBase,
  type ImportedModel,
  type Initialisation,
  type Manifest,
  type MetricName,
  type ModelSpec,
  parseModelManifest,
  type StatisticsSource,
  selectExamples,
  serializeManifest,
  type TaskKind,
  type TensorSpec,
  type Trainer,
  type TrainingSpec,
  toBaseWeights,
  toSetup,
  toSpec,
} from '@tutti/learn'
import { bytesToHex, keccak256, stringToBytes, zeroHash } from 'viem'
import { proposeBlobTerms, proposeTerms, type TermChoices } from './terms-proposal.ts'

/** Widths of a model integer. */
const NARROW = 16
const WIDE = 32
/** Of the blob path: ten lanes a field element, and room for 16,000 rounds of four members at 8 bits. */
const BLOB_LANES = 24

/** What is to be learnt, as a built-in task or a creator describes it. */
export interface Undertaking {
  name: string
  purpose: string
  licence: string
  contact: string
  kind: TaskKind
  schema: DataSchema
  model: ModelSpec | ImportedModel
  /** Blob path: the file of the initial weights, or of the model itself; a seed gives them when absent. */
  baseFile?: Uint8Array | undefined
  training: TrainingSpec
  classWeights?: number[] | undefined
  /** Those usual for the kind when absent. */
  metrics?: MetricName[] | undefined
  /** The statistics round that the schema's constants came from; absent: none. */
  statistics?: StatisticsSource | undefined
}

/** What a creator chooses beyond the undertaking. */
export type FoundingChoices = Omit<TermChoices, 'manifestHash' | 'setupHash' | 'salt' | 'dimension' | 'laneBits'> & {
  seed: number
  /** Direct unless told otherwise. */
  path?: PathName
  /** Width of a model integer; when absent 16, or 32 where 16 could overflow; 24 on the blob path. */
  laneBits?: number
}

/** All that `createFederation` needs, and what it was made of. */
export interface Founding {
  terms: Terms
  manifest: Manifest
  manifestBytes: Uint8Array
  /** What the direct path's aggregator is told; absent on the blob path. */
  setup?: Setup
  setupBytes: Uint8Array
  /** Largest |initial integer|; 0 on the blob path. */
  initialBound: bigint
  /** Words of a given start, which `initialiseModel` writes; absent where the contract computes them. */
  words?: Uint8Array
}

/**
 * Calibrates steps and activation shifts by a rehearsal on the creator's own data, and builds terms that fit.
 *
 * @param rehearsal - The creator's data, as one member would hold it.
 */
export async function foundFederation(
  undertaking: Undertaking,
  rehearsal: Dataset,
  choices: FoundingChoices,
): Promise<Founding> {
  const { model, schema, training } = undertaking
  const { bits, laneBits = NARROW, members, gain = 1, seed } = choices
  // Steps depend on the width of updates alone, so the rehearsal may precede the choice of lanes.
  const arithmetic: ArithmeticTerms = { bits, laneBits, gains: [{ fromRound: 0, gain }] }
  const { classWeights, metrics, statistics } = undertaking
  const weighted = classWeights === undefined ? {} : { classWeights }
  const trainer = await createTrainer(model, training, weighted)
  try {
    const seeded = keccak256(stringToBytes(`${undertaking.name} ${seed}`), 'bytes')
    const { contact } = undertaking
    const measured = {
      ...(metrics === undefined ? {} : { metrics }),
      ...(statistics === undefined ? {} : { statistics }),
    }
    if (choices.path === 'blob') {
      const { baseFile } = undertaking
      const initialisation: Initialisation =
        baseFile === undefined
          ? { kind: 'float', seed: bytesToHex(seeded) }
          : { kind: 'base', hash: hashBase(baseFile) }
      const start = toBaseWeights({ model: toSpec(model), initialisation }, baseFile)
      const tensors = await rehearseFloats({ model, trainer, arithmetic, start, seed }, rehearsal, members)
      const calibration = { tensors }
      const described = { task: undertaking, calibration, initialisation, contact, ...weighted, ...measured }
      return describeFounding(buildManifest(described), choices)
    }
    const calibration = await calibrate({
      model,
      schema,
      trainer,
      members: [rehearsal],
      expectedUpdates: members,
      terms: arithmetic,
      seed,
    })
    const manifest = buildManifest({
      task: undertaking,
      calibration,
      initialisation: seeded,
      contact,
      ...weighted,
      ...measured,
    })
    return describeFounding(manifest, choices)
  } finally {
    await trainer.release()
  }
}

/** Models above this are rehearsed on so many examples at the most. */
const LARGE_MODEL = 500_000
const LARGE_REHEARSAL_EXAMPLES = 1_500

/** Steps of a model that starts from floats. */
async function rehearseFloats(
  how: { model: ModelSpec; trainer: Trainer; arithmetic: ArithmeticTerms; start: Float32Array; seed: number },
  rehearsal: Dataset,
  expectedUpdates: number,
): Promise<TensorSpec[]> {
  const { model, trainer, arithmetic: terms, start, seed } = how
  const isLarge = countParameters(model) > LARGE_MODEL
  const count = Math.min(rehearsal.count, isLarge ? LARGE_REHEARSAL_EXAMPLES : rehearsal.count)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * rehearsal.count) / count))
  const options = {
    model,
    trainer,
    members: [selectExamples(rehearsal, indices)],
    expectedUpdates,
    terms,
    seed,
  }
  return calibrateSteps(options, start)
}

/** Setup and terms of a manifest. */
export function describeFounding(manifest: Manifest, choices: FoundingChoices): Founding {
  const manifestBytes = serializeManifest(manifest)
  if (choices.path === 'blob') return describeBlobFounding(manifest, manifestBytes, choices)
  const setup = toSetup(manifest)
  const setupBytes = encodeSetup(setup)
  const dimension = countParameters(manifest.model)
  const terms = proposeTerms({
    ...choices,
    dimension,
    laneBits: choices.laneBits ?? proposeLaneBits(choices, dimension, initialBound(setup)),
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, manifest, manifestBytes, setup, setupBytes, initialBound: initialBound(setup) }
}

/** Lanes start at zero there, and are added to the weights that the manifest's seed, or a file, gives. */
function describeBlobFounding(manifest: Manifest, manifestBytes: Uint8Array, choices: FoundingChoices): Founding {
  const { initialisation } = manifest
  const baseModelHash = initialisation.kind === 'base' ? (initialisation.hash as Hex) : zeroHash
  const setupBytes = encodeBlobSetup({ baseModelHash })
  const terms = proposeBlobTerms({
    ...choices,
    dimension: countParameters(manifest.model),
    laneBits: choices.laneBits ?? BLOB_LANES,
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, manifest, manifestBytes, setupBytes, initialBound: 0n }
}

/**
 * The narrowest lanes that no sequence of accepted updates can overflow: 16 bits, else 32.
 *
 * @param bound - Largest |initial integer|.
 * @throws `CommandError` if the updates of so many members fit no transaction.
 */
export function proposeLaneBits(choices: FoundingChoices, dimension: number, bound: bigint): number {
  const hashes = { manifestHash: zeroHash, setupHash: zeroHash, salt: zeroHash }
  const narrow = proposeTerms({ ...choices, ...hashes, dimension, laneBits: NARROW })
  return largestLane(narrow, bound) < 1n << BigInt(NARROW - 1) ? NARROW : WIDE
}

/**
 * A federation that starts from the integers that another one stands at; manifest and steps are taken over.
 *
 * @throws the chain's errors, `ManifestError`
 */
export async function continueFederation(
  client: ChainClient,
  source: Hex,
  choices: FoundingChoices,
): Promise<Founding> {
  const creation = await readManifest(client, { id: source })
  const { lanes } = await readModel(client, { id: source, terms: creation.terms })
  const bound = lanes.reduce((largest, lane) => Math.max(largest, Math.abs(lane)), 0)
  const laneBits = choices.laneBits ?? proposeLaneBits(choices, lanes.length, BigInt(bound))
  const chunks = chunkHashes(lanes, laneBits)
  const manifest = parseModelManifest(creation.manifest)
  const continued: Manifest = { ...manifest, initialisation: { kind: 'given', bound, chunks } }
  return { ...describeFounding(continued, { ...choices, laneBits }), words: packModel(lanes, laneBits) }
}

/** Shards that the contracts take at the most. */
const MOST_SHARDS = 256

/**
 * The same founding in more and smaller shards, where a chain's prices make a round dearer than the contracts assume;
 * as it is where it fits, where its creator chose the shards, and where no number of them helps.
 *
 * @param limits - Of the chain at hand.
 */
export function fitToChain(
  founding: Founding,
  choices: FoundingChoices,
  { prices, executionGas }: Pick<ChainLimits, 'prices' | 'executionGas'>,
): Founding {
  if (choices.path === 'blob' || choices.shards !== undefined) return founding
  const fits = ({ terms }: Founding) => {
    const { aggregate, submit } = estimateRoundAt(terms, prices)
    return Math.max(aggregate.gas, submit.gas) <= Number(executionGas)
  }
  const { manifest, terms, words } = founding
  const given = words === undefined ? {} : { words }
  let fitted = founding
  for (let shards = shardCount(terms) + 1; !fits(fitted) && shards <= MOST_SHARDS; shards = Math.ceil(shards * 1.2)) {
    fitted = { ...describeFounding(manifest, { ...choices, shards, laneBits: terms.laneBits }), ...given }
  }
  return fits(fitted) ? fitted : founding
}
