/**
 * From a task to a federation: rehearses on the creator's data, writes the manifest, and proposes terms around it.
 */
import { type ChainClient, encodeSetup, readManifest, readModel } from '@tutti/chain'
import { chunkHashes, type Hex, packModel, type Setup, type Terms } from '@tutti/core'
import {
  type ArithmeticTerms,
  buildManifest,
  calibrate,
  countParameters,
  createTrainer,
  type DataSchema,
  type Dataset,
  type Manifest,
  type ModelSpec,
  parseManifest,
  serializeManifest,
  type TaskKind,
  type TrainingSpec,
  toSetup,
} from '@tutti/learn'
import { bytesToHex, keccak256, stringToBytes } from 'viem'
import { proposeTerms, type TermChoices } from './terms-proposal.ts'

/** What is to be learnt, as a built-in task or a creator describes it. */
export interface Undertaking {
  name: string
  purpose: string
  licence: string
  contact: string
  kind: TaskKind
  schema: DataSchema
  model: ModelSpec
  training: TrainingSpec
}

/** What a creator chooses beyond the undertaking. */
export type FoundingChoices = Omit<TermChoices, 'manifestHash' | 'setupHash' | 'salt' | 'dimension'> & { seed: number }

/** All that `createFederation` needs, and what it was made of. */
export interface Founding {
  terms: Terms
  manifest: Manifest
  manifestBytes: Uint8Array
  setup: Setup
  setupBytes: Uint8Array
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
  const { bits, laneBits, members, gain = 1, seed } = choices
  const arithmetic: ArithmeticTerms = { bits, laneBits, gains: [{ fromRound: 0, gain }] }
  const trainer = await createTrainer(model, training, {})
  try {
    const calibration = await calibrate({
      model,
      schema,
      trainer,
      members: [rehearsal],
      expectedUpdates: members,
      terms: arithmetic,
      seed,
    })
    const initialisation = keccak256(stringToBytes(`${undertaking.name} ${seed}`), 'bytes')
    const { contact } = undertaking
    const manifest = buildManifest({ task: undertaking, calibration, initialisation, contact })
    return describeFounding(manifest, choices)
  } finally {
    await trainer.release()
  }
}

/** Setup and terms of a manifest. */
export function describeFounding(manifest: Manifest, choices: FoundingChoices): Founding {
  const manifestBytes = serializeManifest(manifest)
  const setup = toSetup(manifest)
  const setupBytes = encodeSetup(setup)
  const terms = proposeTerms({
    ...choices,
    dimension: countParameters(manifest.model),
    manifestHash: keccak256(manifestBytes),
    setupHash: keccak256(setupBytes),
    salt: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  return { terms, manifest, manifestBytes, setup, setupBytes }
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
  const { laneBits } = choices
  const chunks = chunkHashes(lanes, laneBits)
  const bound = lanes.reduce((largest, lane) => Math.max(largest, Math.abs(lane)), 0)
  const manifest = parseManifest(creation.manifest)
  const continued: Manifest = { ...manifest, initialisation: { kind: 'given', bound, chunks } }
  return { ...describeFounding(continued, choices), words: packModel(lanes, laneBits) }
}
