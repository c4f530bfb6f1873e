/**
 * The model of a blob-path federation on this machine: put together from blobs of any source, and believed only if it
 * has the commitments that the contract holds.
 */
import { mkdir, readFile } from 'node:fs/promises'
import type { BlobAccess, ChainClient, Creation, ModelState, SyncedModel } from '@tutti/chain'
import type { ImportedModel, Manifest, ModelSpec } from '@tutti/learn'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { collectTexts } from '../terminal/option-values.ts'
import type { Output } from '../terminal/output.ts'
import { replaceFile } from '../terminal/whole-file.ts'

/** What {@link addBlobOptions} reads. */
export interface BlobOptions {
  archive?: string
  peerArchive?: string[]
  beacon?: string
  baseModel?: string
}

/** Where nodes of this machine keep blobs unless told otherwise. */
export const defaultArchivePath = '.tutti/nodes/blobs'

/** Adds `--archive`, `--peer-archive`, `--beacon` and `--base-model`. */
export function addBlobOptions(command: Command): Command {
  return command
    .option('--archive <directory>', `blob path: where blobs are kept (default: ${defaultArchivePath})`)
    .option(
      '--peer-archive <directory>',
      "blob path: another member's archive, read only; may be repeated",
      collectTexts,
    )
    .option('--beacon <url>', 'blob path: a beacon node to fetch blobs from (default: the chain, if it is a local one)')
    .option('--base-model <file>', 'the file that the manifest builds on, if it names one by its hash')
}

/**
 * Where blobs are looked for, in this order: the archive, the archives of others, a beacon node, the local chain. Damaged
 * files of the archive are reported.
 */
export async function openAccess(
  client: ChainClient,
  options: BlobOptions,
  output: Pick<Output, 'note'>,
): Promise<BlobAccess> {
  const { openBlobAccess } = await import('@tutti/node')
  const { beacon, peerArchive } = options
  const directory = options.archive ?? defaultArchivePath
  // Blobs that are fetched are kept in an archive that is there, or that is named; a disk that takes none is no obstacle.
  if (options.archive !== undefined) await mkdir(directory, { recursive: true }).catch(() => undefined)
  const { access } = await openBlobAccess({
    client,
    directory,
    ...(beacon === undefined ? {} : { beaconUrl: beacon }),
    ...(peerArchive === undefined ? {} : { peerArchives: peerArchive }),
    onDamage: (_, message) => output.note(message),
    isReading: true,
  })
  return access
}

/**
 * Puts the chain's model together and compares it with the contract's commitments.
 *
 * @param from - `file`: a model that was pulled before; only what came after it is added. `output`: is told of damage.
 * @throws `BlobsMissingError` naming the blobs that nobody has; `StaleModelError`
 */
export async function pullModel(
  client: ChainClient,
  { id, terms }: Creation,
  options: BlobOptions,
  { file, output }: { file?: string | undefined; output: Pick<Output, 'note'> },
): Promise<SyncedModel> {
  const { syncModel } = await import('@tutti/chain')
  const start = file === undefined ? undefined : await readModelFile(file, id, terms.dimension)
  const access = await openAccess(client, options, output)
  return syncModel(client, { id, access, ...(start === undefined ? {} : { start }) })
}

/** Weights of the model: `base + step · lane`, shape [dimension]. */
export async function toPulledWeights(
  manifest: Manifest,
  values: Int32Array,
  { baseModel }: BlobOptions,
): Promise<Float32Array> {
  const { toBaseWeights, toWeights } = await import('@tutti/learn')
  const { readBaseFile } = await import('@tutti/learn/node')
  const file = baseModel === undefined ? undefined : readBaseFile(baseModel)
  return toWeights(manifest, values, toBaseWeights(manifest, file))
}

/** The model that a manifest describes, with the graph of its file where it is one of ONNX. */
export async function openBase(manifest: Manifest, { baseModel }: BlobOptions): Promise<ModelSpec | ImportedModel> {
  const { openModel } = await import('@tutti/learn')
  const { readBaseFile } = await import('@tutti/learn/node')
  return openModel(manifest, baseModel === undefined ? undefined : readBaseFile(baseModel))
}

/** Name of the file that a pulled model goes into. */
export function modelFileName(id: Hex): string {
  return `model-${id.slice(2, 10)}.tutti`
}

/** Writes a pulled model: a line that names its federation, then its state. */
export async function writeModelFile(file: string, id: Hex, state: ModelState): Promise<number> {
  const { encodeState } = await import('@tutti/node')
  const bytes = Buffer.concat([Buffer.from(`tutti model ${id}\n`), encodeState(state)])
  await replaceFile(file, bytes)
  return bytes.length
}

/** Reads what {@link writeModelFile} wrote. The caller compares it with the chain. */
async function readModelFile(file: string, id: Hex, dimension: number): Promise<ModelState> {
  const { decodeState } = await import('@tutti/node')
  const bytes = await readFile(file)
  const end = bytes.indexOf(10)
  const head = bytes.subarray(0, Math.max(0, end)).toString()
  const state = head.startsWith('tutti model ') ? decodeState(Uint8Array.from(bytes.subarray(end + 1))) : undefined
  if (state === undefined) {
    throw new CommandError(`${file} is not a pulled model. Write one with: tutti model pull ${id}`, exitCodes.badInput)
  }
  if (head !== `tutti model ${id}` || state.values.length !== dimension) {
    throw new CommandError(`${file} is the model of another federation. Pull this one's.`, exitCodes.badInput)
  }
  return state
}

/** @throws `CommandError` if the federation is one of the direct path, whose model the contract itself holds. */
export async function demandBlobPath(creation: Creation, instead: string): Promise<void> {
  const { pathOf } = await import('@tutti/chain')
  if (pathOf(creation) === 'blob') return
  throw new CommandError(`This federation's model is in the contract itself. ${instead}`, exitCodes.usage)
}
