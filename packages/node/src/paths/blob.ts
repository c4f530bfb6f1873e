/**
 * The blob path: updates in blobs, their commitments in the contract, the model's integers on the members' machines.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { syncModel } from '@tutti/chain'
 * import { openBlobAccess } from '@tutti/node'
 *
 * const directory = mkdtempSync('/tmp/blobs-')
 * const { access: places } = await openBlobAccess({ client, directory })
 * const { blobs } = await syncModel(client, { id: blobFederationId, access: places })
 * blobs // → 3
 * rmSync(directory, { recursive: true })
 * ```
 */
import {
  type BlobAccess,
  blobSources,
  bundleBlobs,
  checkRound,
  collectPoints,
  describeFault,
  type Kzg,
  keepBundle,
  proveBundle,
  proveFault,
  type StandingFault,
  toPayload,
} from '@tutti/chain'
import { type Hex, packBlobs, setBits, type Terms } from '@tutti/core'
import { type Manifest, toBaseWeights, toWeights } from '@tutti/learn'
import { readBaseFile } from '@tutti/learn/node'
import { planBlobSendings } from '../sending/sendings.ts'
import type { Signer } from '../sending/transactions.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { Report } from '../status/report.ts'
import { archiveCarrier } from './blob-carrier.ts'
import { followModel } from './blob-model.ts'
import { createSubmissionReader, withSubmissions } from './direct.ts'
import type { Path } from './interface.ts'

/** What the blob path needs to know. */
export interface BlobPathOptions {
  client: Signer
  federationId: Hex
  terms: Terms
  manifest: Manifest
  /** Where the blobs are kept. */
  archiveDirectory: string
  /** Directory of this member's own store. */
  memberDirectory: string
  behaviour: NodeBehaviour
  report: Report
}

const REPLACE_AFTER_SECONDS = 36

/** Opens the blob path: loads the trusted setup and the archive. */
export async function openBlobPath(options: BlobPathOptions): Promise<Path> {
  const { client, federationId, terms, manifest, behaviour, report } = options
  const onDamage = (file: string, message: string) => report.tell({ kind: 'file-damaged', file, message })
  const { kzg, archive, access } = await openBlobAccess({
    ...behaviour,
    client,
    directory: options.archiveDirectory,
    onDamage,
  })
  const submissionsOf = createSubmissionReader(client, federationId)
  const model = followModel({ client, federationId, access, memberDirectory: options.memberDirectory, onDamage })
  const { baseModel } = behaviour
  const base = toBaseWeights(manifest, baseModel === undefined ? undefined : readBaseFile(baseModel))
  return {
    kind: 'blob',
    carrier: archiveCarrier(client, {
      kzg,
      archive,
      version: behaviour.sidecarVersion,
      prove: (library, bundle, version) => report.timed('proving', () => proveBundle(library, bundle, version)),
      replaceAfterMs: 1000 * (behaviour.replaceAfterSeconds ?? REPLACE_AFTER_SECONDS),
    }),
    readWeights: async (round) => {
      const from = performance.now()
      const { values, blobs, faults } = await model.advance()
      report.tell({ kind: 'model-synced', round, blobs, seconds: (performance.now() - from) / 1000 })
      for (const fault of faults) report.tell({ kind: 'fault-standing', ...toPlace(fault), what: describeFault(fault) })
      return toWeights(manifest, values, base)
    },
    toPayload: async (values) => {
      const blobs = await report.timed('packing', async () => packBlobs(values, terms))
      const bundle = await report.timed('committing', () => bundleBlobs(kzg, blobs))
      await keepBundle(archive, bundle)
      return toPayload(bundle)
    },
    planSendings: planBlobSendings,
    aggregateData: (round, shard, fromBlock) =>
      withSubmissions(submissionsOf, round, fromBlock, async (submissions) => {
        const positions = setBits(round.submitted)
        const points = await collectPoints(access, { terms, round: round.number, shard, positions, submissions })
        return { words: new Uint8Array(), payloads: points }
      }),
    watcher: {
      check: (round, fromBlock) =>
        withSubmissions(submissionsOf, round, fromBlock, (submissions) =>
          checkRound(client, { id: federationId, round: round.number, access, submissions, terms }),
        ),
      prove: (fault) => proveFault(kzg, fault),
    },
  }
}

function toPlace({ round, member, position, shard }: StandingFault) {
  return { round, member, position, shard }
}

/** Where {@link openBlobAccess} looks for blobs. */
export interface BlobAccessOptions extends Pick<NodeBehaviour, 'peerArchives' | 'beaconUrl'> {
  client: Parameters<typeof blobSources>[0]
  /** Of the archive, created if there is none. */
  directory: string
  /** Hears in a sentence of a file of the archive that was set aside. */
  onDamage?: (file: string, message: string) => void
  /** Somebody only looks, so that nothing is made or moved. Default: false. */
  isReading?: boolean
}

/** Opens the places that have blobs, in this order: the own archive, those of others, a beacon node, the local chain. */
export async function openBlobAccess(
  options: BlobAccessOptions,
): Promise<{ kzg: Kzg; archive: NonNullable<BlobAccess['archive']>; access: BlobAccess }> {
  const { client, directory, peerArchives = [], beaconUrl, onDamage, isReading = false } = options
  const [{ loadKzg }, { archiveSource, openBlobArchive }] = await Promise.all([
    import('@tutti/chain/kzg'),
    import('@tutti/chain/local'),
  ])
  const kzg = await loadKzg()
  const onRefused = (file: string, movedTo: string | undefined) => {
    const what = movedTo === undefined ? 'and stays where it is' : `and was moved to ${movedTo}`
    onDamage?.(file, `${file} is damaged ${what}; the blob is looked for elsewhere.`)
  }
  const archive = await openBlobArchive({ directory, kzg, onRefused, isReading })
  const beacon = beaconUrl === undefined ? {} : { beaconUrl }
  const sources = [...peerArchives.map(archiveSource), ...blobSources(client, beacon)]
  return { kzg, archive, access: { kzg, archive, sources } }
}
