/**
 * Words of models on disk, since nodes drop old logs some day (EIP-4444). Node only.
 *
 * One file a shard and version, `<keccak256 of the words>.words`: the words alone. The name is the proof. A file that is
 * not what its name says is moved aside and counts as absent. Files may be copied between members as they are.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { readWords } from '@tutti/chain'
 * import { openWordsArchive, wordsArchiveSource } from '@tutti/chain/local'
 *
 * const directory = mkdtempSync('/tmp/words-')
 * const archive = await openWordsArchive({ directory })
 * const { words, state } = await readWords(client, { id: federationId, archive }) // kept as soon as they are verified
 * await archive.get(state.hash) // → words
 * const peers = [wordsArchiveSource(directory)]
 * const again = await readWords(client, { id: federationId, sources: peers })
 * again.words // → words
 * rmSync(directory, { recursive: true })
 * ```
 */
import { join } from 'node:path'
import { keccak256 } from '@tutti/core'
import { type FileOptions, openFiles, readIfPresent } from '../archive/files.ts'
import { type WordsSource, WordsSourceError } from './sources.ts'
import type { WordsArchive } from './words.ts'

const ending = '.words'

/** Opens an archive, creating its directory if there is none and it is to be written to. */
export async function openWordsArchive(options: FileOptions): Promise<WordsArchive> {
  const files = await openFiles(options, ending)
  return {
    put: (words) => files.write(keccak256(words), words),
    get: async (hash) => {
      const words = await files.read(hash)
      if (words === undefined) return undefined
      return keccak256(words) === hash.toLowerCase() ? words : files.refuse(hash)
    },
    remove: files.remove,
    list: files.list,
  }
}

/** The archive of another member, as a directory on this machine or mounted from another: read, never written. */
export function wordsArchiveSource(directory: string): WordsSource {
  const name = `the archive ${directory}`
  return {
    name,
    words: async ({ shard, hash }) => {
      const read = readIfPresent(join(directory, `${hash.toLowerCase()}${ending}`))
      const words = await read.catch((error: Error) => {
        throw new WordsSourceError(`No words of shard ${shard} from ${name}: ${error.message}`, shard)
      })
      if (words === undefined)
        throw new WordsSourceError(`No words of shard ${shard} from ${name}: it has none.`, shard, false)
      return words
    },
  }
}
