/**
 * The model of the direct path, read from logs and held against the contract's hashes; this machine keeps its words, since
 * endpoints drop old logs some day (EIP-4444).
 */
import { type ChainClient, readDirectModel, readShardWords } from '@tutti/chain'
import type { Hex, Terms } from '@tutti/core'

/** How many versions of a model stay on disk: the one in place, and the one before, which a reorganisation brings back. */
const KEPT_VERSIONS = 2

/** Which model, and where its words are kept. */
export interface DirectModelOptions {
  client: ChainClient
  id: Hex
  terms: Terms
  archiveDirectory: string
  /** Archives of other members. */
  peerArchives: string[] | undefined
  /** Hears in a sentence of a file of the archive that was set aside. */
  onDamage: (file: string, message: string) => void
}

/** A model that is read again and again. */
export interface FollowedModel {
  /** Its integers, shape [dimension]. @throws `WordsMissingError` */
  read(): Promise<Int32Array>
  /** The words of one shard, as `aggregate` is handed them. @throws `WordsMissingError` */
  readShard(shard: number): Promise<Uint8Array>
}

/** Opens the archive of a model. */
export async function openDirectModel(options: DirectModelOptions): Promise<FollowedModel> {
  const { client, id, terms, archiveDirectory, peerArchives = [], onDamage } = options
  const { openWordsArchive, wordsArchiveSource } = await import('@tutti/chain/local')
  const onRefused = (file: string, movedTo: string | undefined) => {
    const what = movedTo === undefined ? 'and stays where it is' : `and was moved to ${movedTo}`
    onDamage(file, `${file} is damaged ${what}; the words are looked for elsewhere.`)
  }
  const archive = await openWordsArchive({ directory: archiveDirectory, onRefused })
  const access = { archive, peers: peerArchives.map(wordsArchiveSource) }
  const versions: Hex[][] = []

  /** Forgets versions that this node put there and nobody will ask it for. */
  async function forgetOlder(hashes: Hex[]): Promise<void> {
    if (versions.at(-1)?.join() !== hashes.join()) versions.push(hashes)
    while (versions.length > KEPT_VERSIONS) {
      const kept = new Set(versions.slice(1).flat())
      for (const hash of versions.shift()!) if (!kept.has(hash)) await archive.remove(hash)
    }
  }

  return {
    read: async () => {
      const { lanes, state } = await readDirectModel(client, { id, terms, ...access })
      await forgetOlder([...state.hashes])
      return lanes
    },
    readShard: (shard) => readShardWords(client, { id, terms, shard, ...access }),
  }
}
