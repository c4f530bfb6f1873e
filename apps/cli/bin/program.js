// The program as a few files of JavaScript, made from the sources when they have changed and kept under node_modules.
// Reading some hundred TypeScript files through a loader costs every process a second and a hundred megabytes, which
// counts where many nodes share a machine.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const cache = join(root, 'node_modules', '.cache', 'tutti')
/** What is not bundled: native code, and what is needed only to make the program. */
const external = ['onnxruntime-node', '@foundry-rs/*', '@crate-crypto/*', 'kzg-wasm', 'esbuild', 'tsx', 'typescript']

/**
 * @returns {Promise<string | undefined>} URL of the program's entry; undefined if it cannot be made, as on a read-only disk:
 *   then the sources are run through a loader.
 */
export async function prepareProgram() {
  try {
    const directory = join(cache, fingerprint())
    const entry = join(directory, 'main.js')
    if (!existsSync(entry)) await make(directory)
    return pathToFileURL(entry).href
  } catch {
    return undefined
  }
}

/** Changes whenever a source file, a dependency or this file does. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version)
  const note = (path) => {
    const { mtimeMs, size } = statSync(path)
    hash.update(`${path}:${mtimeMs}:${size}\n`)
  }
  const visit = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) visit(path)
      else if (/\.[jt]s$|\.json$/.test(entry.name)) note(path)
    }
  }
  for (const group of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, group))) {
      const sources = join(root, group, name, 'src')
      if (existsSync(sources)) visit(sources)
    }
  }
  note(join(root, 'package-lock.json'))
  note(fileURLToPath(import.meta.url))
  return hash.digest('hex').slice(0, 16)
}

async function make(directory) {
  const { build } = await import('esbuild')
  const temporary = `${directory}.${process.pid}`
  await build({
    entryPoints: [join(root, 'apps/cli/src/main.ts')],
    outdir: temporary,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    banner: { js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${at()});` },
    plugins: [keepPlaces],
    logLevel: 'silent',
  })
  mkdirSync(cache, { recursive: true })
  try {
    renameSync(temporary, directory)
  } catch (error) {
    // Another process was quicker.
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(join(directory, 'main.js'))) throw error
  }
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    // Programs of older sources. One that still runs has read what it needs; one that is being made is younger than a day.
    if (path !== directory && Date.now() - statSync(path).mtimeMs > 86_400_000) rmSync(path, { recursive: true })
  }
}

function at() {
  return JSON.stringify(pathToFileURL(join(root, 'apps/cli/src/main.ts')).href)
}

/** Files beside a source are found from where the source is. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](packages|apps)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
      resolveDir: dirname(path),
    }))
  },
}
