/**
 * The command line as one program: a few files of JavaScript in place of some thousand, so that it starts at once and
 * installs little. What code finds beside itself (data sets, scripts) lies in the same folders as in the repository.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { copy, write } from './files.ts'
import { NATIVE } from './packages.ts'

/** Files that sources find by where they stand. */
const ASSETS = [
  'packages/learn/datasets',
  'packages/learn/src/bench/pytorch.py',
  'benchmarks/payloads',
  'apps/cli/src/bench/flower',
]

/** What runs in a thread or process of its own, by the file that starts it. */
const ENTRIES = {
  main: 'apps/cli/src/main.ts',
  'worker-main': 'packages/node/src/host/worker-main.ts',
  'process-main': 'packages/node/src/host/process-main.ts',
}

/** Writes the program into `folder/dist`, and its assets and notices beside it. */
export async function bundleProgram(root: string, folder: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(root, path)])),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: NATIVE,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    legalComments: 'none',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [keepPlaces(root), useOwnRuntime],
    logLevel: 'warning',
  })
  for (const asset of ASSETS) copy(join(root, asset), join(folder, placeOf(asset)))
  const starts = (entry: string) => `new URL('../../../../dist/${entry}.js', import.meta.url)`
  write(
    join(folder, 'packages/node/src/host/worker-code.js'),
    `export const prepareWorkerCode = async () => ({ boot: ${starts('worker-main')} })\n`,
  )
  write(join(folder, 'packages/node/src/host/process-main.js'), "await import('../../../../dist/process-main.js')\n")
  write(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesOf(root, metafile))
}

/** Where a file of the repository is in the package: the command line's own at its root. */
function placeOf(path: string): string {
  return path.replace(/^apps\/cli\//, '')
}

/** Code that asks where it stands is told its place in the repository, under the root of the package. */
function keepPlaces(root: string): Plugin {
  return {
    name: 'keep-places',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](packages|apps)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const place = placeOf(relative(root, path)).replace(/\.ts$/, '.js')
        const url = `new URL(${JSON.stringify(`../${place}`)}, import.meta.url).href`
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', `(${url})`), loader: 'ts' }
      })
    },
  }
}

const useOwnRuntime: Plugin = {
  name: 'own-runtime',
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-node$/ }, () => ({ path: '@tutti/onnxruntime', external: true }))
  },
}

/** Licences of the libraries that are inside. */
function noticesOf(root: string, { inputs }: Metafile): string {
  const packages = new Set<string>()
  for (const input of Object.keys(inputs)) {
    const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (found !== null) packages.add(input.slice(0, input.lastIndexOf(`${found[1]!}/`) + found[1]!.length))
  }
  const notices = [...packages].sort().map((place) => {
    const folder = join(root, place)
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : ''
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  return ['This program contains:\n', ...notices].join(`\n${'-'.repeat(80)}\n`)
}
