/** Nothing is published that is not in the repository: a key or a table that lies in a source folder, say. */
import { execFileSync } from 'node:child_process'

/** Files in folders that are packed and that Git does not track, ignored ones too. Paths relative to the repository. */
export function listUntracked(root: string, folders: readonly string[]): string[] {
  const words = ['ls-files', '--others', '-z', '--', ...folders]
  const printed = execFileSync('git', words, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  return printed.split('\0').filter((path) => path !== '' && !path.includes('node_modules/'))
}
