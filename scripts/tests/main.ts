/**
 * `npm test`: the contracts' tests and the packages' side by side, since compiling the contracts keeps one core busy for
 * minutes. What the packages print is seen as it comes, what the contracts print when they are done.
 */
import { type ChildProcess, spawn } from 'node:child_process'

function start(script: string, stdout: 'inherit' | 'pipe'): ChildProcess {
  return spawn('npm', ['run', '--silent', script], { stdio: ['ignore', stdout, stdout] })
}

/** Resolves with the exit code and what was printed into the pipe. */
function finish(child: ChildProcess): Promise<{ code: number; printed: string }> {
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk) => chunks.push(chunk))
  child.stderr?.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, printed: Buffer.concat(chunks).toString() }))
  })
}

const contracts = start('test:contracts', 'pipe')
const packages = start('test:packages', 'inherit')
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    contracts.kill(signal)
    packages.kill(signal)
  })
}
const [ofContracts, ofPackages] = await Promise.all([finish(contracts), finish(packages)])
console.log(`\n== contracts\n${ofContracts.printed}`)
if (ofContracts.code !== 0) console.log(`The contracts' tests failed (exit code ${ofContracts.code}).`)
if (ofPackages.code !== 0) console.log(`The packages' tests failed (exit code ${ofPackages.code}): see above.`)
process.exitCode = ofContracts.code || ofPackages.code
