/** Where tests are, and in which order they are best run. */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What takes longest, first: at the end all cores have something left to do. Others follow in the order of `groups`. */
const longest = [
  'apps/cli/test/documents/documents-run.test.ts',
  'apps/cli/test/several-machines.test.ts',
  'apps/cli/test/commands/blob.test.ts',
  'packages/node/test/paths/blob-recovery.test.ts',
  'packages/node/test/loop/crash.test.ts',
  'packages/chain/test/blob/blob-federation.test.ts',
  'apps/cli/test/commands/federation.test.ts',
  'apps/cli/test/commands/node.test.ts',
  'apps/cli/test/commands/task.test.ts',
  'test/contract-documents.test.ts',
]

/** Where tests are, from those that start chains and nodes to those that compute. */
export const groups = ['apps', 'packages/node', 'packages/chain', 'test', 'packages/learn', 'packages/core']

/**
 * Tests in TypeScript, relative to the repository, longest first; without those that need a foreign client, which have
 * commands of their own.
 */
export function listPackageTests(): string[] {
  const rank = (path: string) => {
    const place = longest.indexOf(path)
    return place >= 0 ? place : longest.length + groups.findIndex((group) => path.startsWith(group))
  }
  return ['packages', 'apps']
    .flatMap((kind) => readdirSync(join(root, kind)).map((name) => join(root, kind, name, 'test')))
    .concat(join(root, 'test'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/geth/'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
