/** A member's own data: a CSV that fits the manifest's schema, or a built-in data set where the manifest is that task's. */
import { readFile } from 'node:fs/promises'
import { type Dataset, type Manifest, readCsv } from '@tutti/learn'

/**
 * Reads the rows that a member, or someone who asks the model, has in a file.
 *
 * @throws The reader's errors, which name line and column.
 */
export async function readLocalData(manifest: Manifest, file: string): Promise<Dataset> {
  return readCsv(await readFile(file, 'utf8'), manifest.data)
}
