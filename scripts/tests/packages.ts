/**
 * `npm run test:packages`: all tests in TypeScript but those that need a foreign client, which have commands of their own.
 * Words after the command choose among them: `npm run test:packages -- chain/test/blob`.
 */
import { setMaxListeners } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { bundleTests } from './bundle.ts'
import { listPackageTests, root } from './files.ts'

/** One more than cores on the smallest machine: tests wait for chains. */
const CONCURRENCY = 3
const TIMEOUT_MS = 1_200_000

process.chdir(root)
const words = process.argv.slice(2)
const tests = listPackageTests().filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'tests-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const files = await bundleTests(tests, folder)
// Each file's process gets these: without the loader that started this one, with the sources' lines in what fails.
process.execArgv.splice(0, process.execArgv.length, '--enable-source-maps')
const interruption = new AbortController()
// Every file of tests listens.
setMaxListeners(0, interruption.signal)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort())
const running = run({ files, concurrency: CONCURRENCY, timeout: TIMEOUT_MS, signal: interruption.signal })
running.on('test:fail', () => {
  process.exitCode = 1
})
running.compose(new spec()).pipe(process.stdout)
