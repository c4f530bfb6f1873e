/** Files for people that are either whole or not there, even if the disk is full. */
import { lstat, open, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Writes a file that must not exist and forces it to disk; a file that could not be written whole is removed.
 *
 * @param mode - Who may read it, less the umask.
 * @throws the system's error, of code `EEXIST` if the file exists, `ENOSPC` if the disk is full
 */
export async function writeNewFile(file: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const handle = await open(file, 'wx', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/**
 * Writes a file in place of one that may be there, which stays as it is if the new one could not be written whole.
 * What is no plain file (a link, `/dev/stdout`) is written through.
 *
 * @throws the system's error
 */
export async function replaceFile(file: string, content: Uint8Array): Promise<void> {
  const before = await lstat(file).catch(() => undefined)
  if (before !== undefined && !before.isFile()) return writeFile(file, content)
  const beside = `${file}.${process.pid}.new`
  try {
    await writeNewFile(beside, content, before === undefined ? 0o666 : before.mode & 0o777)
    await rename(beside, file)
  } catch (error) {
    // The caller does not know of the file beside theirs.
    if (error instanceof Error) error.message = error.message.replaceAll(beside, file)
    throw error
  }
}
