// What a worker thread runs. Loading some hundred TypeScript files takes seconds in each of eight threads, so they are
// made into one script first, once a process; where esbuild is missing, each worker loads them by itself.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const entry = new URL('./worker-main.ts', import.meta.url)

/**
 * @returns {Promise<{ code: string } | { boot: URL }>} One script for `new Worker(code, { eval: true })`, or a file
 *   that loads the sources.
 */
export async function prepareWorkerCode() {
  try {
    const { build } = await import('esbuild')
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(entry)],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      // Imports that are made late go through `require` as well: see below where packages are found.
      supported: { 'dynamic-import': false },
      external: ['onnxruntime-node', '@foundry-rs/*', '@crate-crypto/*'],
      define: { 'import.meta.url': JSON.stringify(entry.href) },
      logLevel: 'silent',
    })
    // A script without a file resolves packages from the working directory; these are to be found from here.
    const require = `process.getBuiltinModule('node:module').createRequire(${JSON.stringify(requireFrom())})`
    return { code: `((require) => {${outputFiles[0].text}\n})(${require})` }
  } catch {
    return { boot: new URL('./worker-boot.js', import.meta.url) }
  }
}

/** A place from which the packages that stay outside the script are found: learn's, since it owns the runtime. */
function requireFrom() {
  return createRequire(entry).resolve('@tutti/learn')
}
