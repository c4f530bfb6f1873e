/**
 * Opens the path of a federation's numbers.
 *
 * @example
 * ```ts
 * import { defaultArchive, defaultWordsArchive } from '@tutti/node'
 *
 * defaultArchive('/home/me/.tutti/stores') // → '/home/me/.tutti/stores/blobs'
 * defaultWordsArchive('/home/me/.tutti/stores') // → '/home/me/.tutti/stores/words'
 * ```
 */
import { join } from 'node:path'
import type { Hex } from '@tutti/core'
import { requireModel } from '@tutti/learn'
import type { FederationFacts } from '../joining/federation.ts'
import type { Signer } from '../sending/transactions.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { Report } from '../status/report.ts'
import { openDirectPath } from './direct.ts'
import type { Path } from './interface.ts'

/** Directory of the blobs that all nodes of a machine keep together, unless told otherwise: `<root>/blobs`. */
export function defaultArchive(root: string): string {
  return join(root, 'blobs')
}

/** The directory of models' words that all nodes of a machine keep together, unless told otherwise: `<root>/words`. */
export function defaultWordsArchive(root: string): string {
  return join(root, 'words')
}

/** The direct path, or the blob path with its trusted setup and archive loaded. */
export async function openPath(options: {
  client: Signer
  federationId: Hex
  federation: FederationFacts
  /** Directory of all stores of this machine. */
  root: string
  /** Directory of this member's own store. */
  memberDirectory: string
  behaviour: NodeBehaviour
  report: Report
}): Promise<Path> {
  const { client, federationId, federation, root, memberDirectory, behaviour, report } = options
  const { terms, manifest } = federation
  if (federation.pathName === 'direct') {
    const archiveDirectory = behaviour.archive ?? defaultWordsArchive(root)
    return openDirectPath({ client, federationId, terms, manifest, archiveDirectory, behaviour, report })
  }
  const { openBlobPath } = await import('./blob.ts')
  const archiveDirectory = behaviour.archive ?? defaultArchive(root)
  return openBlobPath({
    client,
    federationId,
    terms,
    manifest: requireModel(manifest),
    archiveDirectory,
    memberDirectory,
    behaviour,
    report,
  })
}
