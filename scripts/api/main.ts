/**
 * `npm run docs:api` writes `docs/api` from the docstrings of what the packages publish. `--check` writes nothing and fails
 * when the committed pages are not those.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makePages, readPages } from './pages.ts'
import { listNouns, root } from './published.ts'

const folder = join(root, 'docs/api')
const pages = makePages(listNouns())
if (process.argv.includes('--check')) {
  const committed = existsSync(folder) ? readPages(folder) : new Map<string, string>()
  const paths = [...new Set([...pages.keys(), ...committed.keys()])]
  const stale = paths.filter((path) => pages.get(path) !== committed.get(path)).sort()
  if (stale.length > 0) {
    console.error(`Pages of docs/api are not what the docstrings say: ${stale.join(', ')}. Run: npm run docs:api`)
    process.exitCode = 1
  }
} else {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  console.log(`${pages.size} pages in docs/api`)
}
