/** Task files on this machine. */
import { readFileSync } from 'node:fs'
import { parseTaskFile } from './task-file.ts'
import type { TaskFile } from './task-file-form.ts'

/**
 * Reads a task file.
 *
 * @throws `TaskFileError`, the file system's errors
 */
export function readTaskFile(path: string): TaskFile {
  return parseTaskFile(readFileSync(path, 'utf8'))
}
