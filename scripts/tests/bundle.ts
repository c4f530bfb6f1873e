/**
 * Tests as JavaScript, bundled with what they import: a process that reads some hundred TypeScript files through a loader
 * spends more than a second before its first test, and there are some two hundred of them.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { NATIVE } from '../pack/packages.ts'
import { root } from './files.ts'

/** Where a source says where it is; not where it speaks of that. */
const PLACE = /(?<!['"`])\bimport\.meta\.url\b(?!['"`])/g

/** An import of a path that is computed may be of a source that does not exist yet. */
const COMPUTED_IMPORT = /\bimport\((?!['"])/

/**
 * Writes the tests into a folder below the repository's `node_modules`, from where packages are found.
 *
 * @param tests - Relative to the repository.
 * @returns Paths of what is to be run, in the same order.
 */
export async function bundleTests(tests: readonly string[], folder: string): Promise<string[]> {
  await build({
    entryPoints: tests.map((path) => join(root, path)),
    outdir: folder,
    outbase: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Errors are told apart by the names of their classes.
    keepNames: true,
    external: [...NATIVE, 'onnxruntime-node', 'esbuild', 'tsx', 'typescript'],
    sourcemap: 'linked',
    sourcesContent: false,
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [keepPlaces],
    logLevel: 'warning',
  })
  return tests.map((path) => join(folder, path.replace(/\.ts$/, '.js')))
}

/** Files beside a source are found from where the source is; a test that imports what it has computed runs as it is. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (/[\\/]node_modules[\\/]/.test(path)) return undefined
      const url = JSON.stringify(pathToFileURL(path).href)
      const source = readFileSync(path, 'utf8')
      const contents =
        path.endsWith('.test.ts') && COMPUTED_IMPORT.test(source)
          ? `import { register } from 'tsx/esm/api'\nregister()\nconst source = ${url}\nawait import(source)\n`
          : source.replace(PLACE, url)
      return { contents, loader: 'ts', resolveDir: dirname(path) }
    })
  },
}
