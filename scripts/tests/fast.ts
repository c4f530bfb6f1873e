/**
 * `npm run check:fast`: an answer on a change within a minute. Format, lint, types, the import graph, and of the tests that
 * the change reaches as many as there is time for, nearest first. It says what it left out; `npm test` runs all.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bundleTests } from './bundle.ts'
import { listPackageTests, root } from './files.ts'
import { findReachedTests } from './import-graph.ts'

const BUDGET_MS = 60_000
const CONCURRENCY = 2

type Ended = { code: number; printed: string }

const start = Date.now()
const left = () => BUDGET_MS - (Date.now() - start)
process.chdir(root)

/** Files that differ from where the branch left the main line, and those that Git does not know yet. */
function listChanged(): string[] {
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim()
  const baseOf = (branch: string) => {
    try {
      return execFileSync('git', ['merge-base', 'HEAD', branch], { encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch {
      return undefined
    }
  }
  const base = baseOf('origin/main') ?? baseOf('main') ?? 'HEAD'
  const listed = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')]
  return [...new Set(listed.join('\n').split('\n'))].filter((path) => path !== '').sort()
}

/** Runs a command; ends it when the minute is over if it may be cut short. */
function run(words: readonly string[], cwd = root, timeout?: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(words[0]!, words.slice(1), { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
    child.once('error', (error) => resolve({ code: 1, printed: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 124, printed }))
  })
}

async function check(what: string, words: readonly string[], cwd?: string): Promise<void> {
  const begun = Date.now()
  const { code, printed } = await run(words, cwd)
  console.log(`${code === 0 ? '✔' : '✖'} ${what} (${((Date.now() - begun) / 1_000).toFixed(0)} s)`)
  if (code === 0) return
  console.log(printed)
  process.exitCode = 1
}

/** Tests for these files: those that import them, and those in whose text they are named, as documents and vectors are. */
function chooseTests(changed: readonly string[]): string[] {
  const reached = findReachedTests(changed.filter((path) => path.endsWith('.ts'))).map(({ path }) => path)
  const others = changed.filter((path) => !path.endsWith('.ts')).map((path) => basename(path))
  const naming = listPackageTests().filter((path) => {
    const source = readFileSync(join(root, path), 'utf8')
    return others.some((name) => source.includes(name))
  })
  return [...new Set([...reached, ...naming])]
}

/** Runs tests one file at a time on each core until the time is over; returns the files that were not run. */
async function runTests(tests: readonly string[]): Promise<string[]> {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'tests-'))
  const leftOut: string[] = []
  try {
    const files = await bundleTests(tests, folder)
    const waiting = tests.map((path, i) => ({ path, file: files[i]! }))
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (left() <= 0) {
          leftOut.push(next.path)
          continue
        }
        const { code, printed } = await run(['node', '--enable-source-maps', '--test', next.file], root, left())
        if (code === 0) console.log(`✔ ${next.path}`)
        else if (left() <= 0) leftOut.push(next.path)
        else {
          console.log(`✖ ${next.path}\n${printed}`)
          process.exitCode = 1
        }
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, work))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return leftOut
}

/** Tests of contracts that changed, or that have a changed contract's name. */
function chooseContractTests(changed: readonly string[]): string[] {
  const tests = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'contracts/test'], { encoding: 'utf8' })
  const names = new Set(changed.map((path) => basename(path).replace(/(\.t)?\.sol$/, '')))
  return tests
    .split('\n')
    .filter((path) => path.endsWith('.t.sol') && names.has(basename(path, '.t.sol')) && existsSync(join(root, path)))
}

const changed = listChanged().filter((path) => existsSync(join(root, path)))
const solidity = changed.filter((path) => path.endsWith('.sol'))
const tests = chooseTests(changed)
console.log(`${changed.length} changed files reach ${tests.length} test files.`)

const contracts = join(root, 'contracts')
const checks = async () => {
  await check('format and lint', ['npx', 'biome', 'check', '--error-on-warnings', '.'])
  await check('types', ['npx', 'tsc', '-p', '.'])
  if (solidity.length === 0) return
  await check('format of Solidity', ['npx', 'forge', 'fmt', '--check', 'src', 'test', 'testing'], contracts)
  const files = chooseContractTests(solidity).map((path) => path.replace('contracts/', ''))
  if (files.length === 0)
    await check('contracts build', ['npx', 'forge', 'build', ...solidity.map((path) => join(root, path))], contracts)
  else
    await check(
      `contracts: ${files.join(', ')}`,
      ['npx', 'forge', 'test', '--match-path', `{${files.join(',')}}`],
      contracts,
    )
}
const graph = 'test/import-graph.test.ts'
const [leftOut] = await Promise.all([runTests([graph, ...tests.filter((path) => path !== graph)]), checks()])
if (leftOut.length > 0) console.log(`\nNot run, for lack of time (${leftOut.length}):\n  ${leftOut.join('\n  ')}`)
console.log(
  `\n${((Date.now() - start) / 1_000).toFixed(0)} s. Only what the change reaches was tested: npm test runs all.`,
)
