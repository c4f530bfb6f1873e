/**
 * `npm test`: the contracts' tests and the packages' side by side, since compiling the contracts keeps one core busy for
 * minutes. What the packages print is seen as it comes; of the contracts' tests, the sum, and what fails. The last lines
 * are always about what failed.
 */
import { type ChildProcess, spawn } from 'node:child_process'

/** The reporter's head of the tests that failed, with what they said. */
const FAILURES = /\n[^\n]*failing tests:\n/

function start(script: string): ChildProcess {
  return spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Resolves with the exit code and what was printed; `onPrinted` sees it as it comes. */
function finish(child: ChildProcess, onPrinted?: (chunk: Buffer) => void): Promise<{ code: number; printed: string }> {
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      chunks.push(chunk)
      onPrinted?.(chunk)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, printed: Buffer.concat(chunks).toString() }))
  })
}

const contracts = start('test:contracts')
const packages = start('test:packages')
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    contracts.kill(signal)
    packages.kill(signal)
  })
}
const [ofContracts, ofPackages] = await Promise.all([
  finish(contracts),
  finish(packages, (chunk) => process.stdout.write(chunk)),
])
const { code, printed } = ofContracts
const sum = printed.split('\n').filter((line) => /^(Solc .* finished|Ran \d+ test suites)/.test(line))
console.log(`\n== contracts\n${code === 0 ? sum.join('\n') : printed}`)
if (code !== 0) console.log(`The contracts' tests failed (exit code ${code}).`)
if (ofPackages.code !== 0) {
  const failures = FAILURES.exec(ofPackages.printed)
  console.log(`\n== packages: what failed\n${failures === null ? '' : ofPackages.printed.slice(failures.index).trim()}`)
  console.log(`The packages' tests failed (exit code ${ofPackages.code}).`)
}
process.exitCode = code || ofPackages.code
