/**
 * `npm run test:packages`: all tests in TypeScript but those that need a foreign client, which have commands of their own.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files of tests below `packages`, `apps` and `test`, relative to the repository. */
export function listPackageTests(): string[] {
  const folders = ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => join(root, kind, name, 'test')),
  )
  return [...folders, join(root, 'test')]
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/geth/'))
    .sort()
}

const options = ['--import', 'tsx', '--test', '--test-concurrency=3', '--test-timeout=1200000']
const { status } = spawnSync(process.execPath, [...options, ...listPackageTests()], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
