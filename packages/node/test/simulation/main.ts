/**
 * The simulation at full size, on all cores: `npm run simulate -- [seeds] [members] [rounds] [first seed]`, by default
 * 100 federations of 1,000 members and 200 rounds. Prints what broke; exit code 1 if anything did.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import type { SimulatedSeed } from './worker.ts'

const words = process.argv.slice(2)
if (words.length > 4 || words.some((word) => !/^[1-9]\d{0,8}$/.test(word))) {
  console.error('Usage: npm run simulate -- [seeds] [members] [rounds] [first seed], whole numbers from 1.')
  console.error('By default 100 1000 200 1. To see a seed that failed again: 1 1000 200 SEED.')
  process.exit(2)
}
const [seeds = 100, members = 1_000, rounds = 200, first = 1] = words.map(Number)

// One script for every thread: the loader of TypeScript sources makes them slow.
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
})
const code = outputFiles[0]!.text
const started = performance.now()
const done: SimulatedSeed[] = []
let next = first

const run = () =>
  new Promise<void>((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: { members, rounds }, execArgv: [] })
    const hand = () => worker.postMessage(next < first + seeds ? next++ : undefined)
    worker.on('message', (result: SimulatedSeed) => {
      done.push(result)
      for (const { law, what } of result.violations) console.log(`seed ${result.seed}: ${law}: ${what}`)
      if (done.length % 10 === 0) {
        console.error(`${done.length} of ${seeds} seeds, ${((performance.now() - started) / 1000).toFixed(0)} s`)
      }
      hand()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    hand()
  })
await Promise.all(Array.from({ length: Math.min(seeds, availableParallelism()) }, run))

const sum = (value: (result: SimulatedSeed) => number) => done.reduce((total, result) => total + value(result), 0)
const broken = done.filter(({ violations }) => violations.length > 0)
console.log(
  `${done.length} federations of ${members} members and ${rounds} rounds in ` +
    `${((performance.now() - started) / 1000).toFixed(0)} s: ${sum(({ updates }) => updates)} updates, ` +
    `${sum(({ failedRounds }) => failedRounds)} rounds without enough of them, ` +
    `${sum(({ reorganisations }) => reorganisations)} reorganisations, ${sum(({ decisions }) => decisions)} decisions; ` +
    `${broken.length === 0 ? 'no invariant broken' : `invariants broken with ${broken.length} seeds`}.`,
)
process.exitCode = broken.length === 0 && done.length === seeds ? 0 : 1
