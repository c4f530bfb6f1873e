/** Which tests a change reaches: files of TypeScript, and who imports whom. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { groups, root } from './files.ts'

/** A test, and how far from a change it is: imports on the way; one through a package's entry counts as `ENTRY`. */
export interface ReachedTest {
  path: string
  distance: number
}

/** Everything behind a package's entry imports everything: what comes in by it is seldom about the change. */
const ENTRY = 100

const folders = ['packages', 'apps', 'test', 'scripts', 'vectors', 'examples', 'benchmarks']

function listSources(): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

function groupOf(path: string): number {
  return groups.findIndex((group) => path.startsWith(group))
}

/** Entries of the packages by the names under which they are imported. */
function listEntries(): Map<string, string> {
  const entries = new Map<string, string>()
  for (const folder of readdirSync(join(root, 'packages'))) {
    const file = join(root, 'packages', folder, 'package.json')
    if (!existsSync(file)) continue
    const { name, exports } = JSON.parse(readFileSync(file, 'utf8')) as {
      name: string
      exports: Record<string, string>
    }
    for (const [at, path] of Object.entries(exports)) {
      if (typeof path === 'string') entries.set(join(name, at), join('packages', folder, path))
    }
  }
  return entries
}

/**
 * Tests that import a changed file, directly or through others; nearest first, and among those quick ones first. A changed
 * test is at distance 0.
 *
 * @param changed - Paths relative to the repository.
 */
export function findReachedTests(changed: readonly string[]): ReachedTest[] {
  const entries = listEntries()
  const isEntry = new Set(entries.values())
  const importers = new Map<string, string[]>()
  const sources = listSources()
  for (const path of sources) {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, path), 'utf8'), true, true)
    for (const { fileName } of importedFiles) {
      const target = fileName.startsWith('.') ? join(dirname(path), fileName) : entries.get(fileName)
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), path])
    }
  }
  const distances = new Map(changed.map((path) => [path, 0]))
  // Shorter ways are found later where an entry lies on the first: a file is looked at again then.
  const waiting = [...changed]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const distance = distances.get(path)! + (isEntry.has(path) ? ENTRY : 1)
    for (const importer of importers.get(path) ?? []) {
      if (distance >= (distances.get(importer) ?? Number.POSITIVE_INFINITY)) continue
      distances.set(importer, distance)
      waiting.push(importer)
    }
  }
  return sources
    .filter((path) => path.endsWith('.test.ts') && !path.includes('/geth/') && distances.has(path))
    .map((path) => ({ path, distance: distances.get(path)! }))
    .sort((a, b) => a.distance - b.distance || groupOf(b.path) - groupOf(a.path))
}
