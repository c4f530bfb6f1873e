/**
 * Task files on this machine.
 *
 * @example
 * ```ts
 * import { readTaskFile } from '@tutti/learn/node'
 *
 * readTaskFile('examples/own-csv/task.yaml').version // → 1
 * readTaskFile('/nowhere/task.yaml') // throws Error
 * ```
 */
import { readFileSync } from 'node:fs'
import { parseTaskFile } from './task-file.ts'
import type { TaskFile } from './task-file-schema.ts'

/**
 * Reads a task file.
 *
 * @throws `TaskFileError`, the file system's errors
 */
export function readTaskFile(path: string): TaskFile {
  return parseTaskFile(readFileSync(path, 'utf8'))
}
