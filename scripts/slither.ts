/**
 * `npm run test:slither`: runs Slither over the contracts and fails on every finding that `contracts/slither.json` does
 * not answer with a reason. No detector is off.
 *
 * It runs on a copy that holds the two Solidity dependencies, since in place Slither meets each file under two paths;
 * tests are left out. Slither itself is installed by pip into a cache of its own. Where there is no Python, nothing is
 * run and the reason said, unless TUTTI_FOREIGN=required.
 *
 *   npm run test:slither              what is new, and what the list answers that is gone
 *   npm run test:slither -- --write   takes new findings into the list, each to be given its reason by hand
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheOf, findProgram } from './python-tool.ts'

const version = '0.11.6'
const root = fileURLToPath(new URL('..', import.meta.url))
const cache = cacheOf(root, 'slither-analyzer', version)
const listPath = join(root, 'contracts', 'slither.json')

/** A finding as the list has it: the same after lines have moved. */
interface Answered {
  detector: string
  /** Contract, and function where there is one. */
  where: string
  /** What Slither says, without lines. */
  says: string
  /** Why it is no fault. */
  reason: string
}

/** A finding as Slither prints it. */
interface Finding {
  check: string
  impact: string
  description: string
  elements: { name: string; type: string; type_specific_fields?: { parent?: Parent } }[]
}
type Parent = { name: string; type: string; type_specific_fields?: { parent?: Parent } }

function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  return spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
}

/** Copies the contracts with what they import and compiles them there. */
function prepareCopy(directory: string): void {
  const modules = join(root, 'node_modules')
  cpSync(join(root, 'contracts', 'src'), join(directory, 'src'), { recursive: true })
  for (const [name, part] of [
    ['@openzeppelin/contracts', ''],
    ['solady', 'src'],
  ] as const) {
    cpSync(join(modules, name, part), join(directory, 'node_modules', name, part), {
      recursive: true,
      filter: (path) => !/\.(json|js|ts)$/.test(path),
    })
  }
  const config = readFileSync(join(root, 'contracts', 'foundry.toml'), 'utf8')
    .replaceAll('../node_modules', 'node_modules')
    .replace(/^solc = .*$/m, `solc = "${join(root, 'contracts', 'bin', 'solc')}"`)
    .replace(/^fs_permissions = .*$/m, '')
    .replace(/^dynamic_test_linking = .*$/m, '')
  writeFileSync(join(directory, 'foundry.toml'), config)
  const built = run(forge(), ['build', '--build-info', '--skip', 'test'], { cwd: directory })
  if (built.status !== 0) throw new Error(`forge does not build the copy:\n${built.stdout}\n${built.stderr}`)
}

/** The program that npm installed. */
function forge(): string {
  const home = dirname(createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json'))
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  return join(home, bin.forge!)
}

/** Every finding of the copy. */
function analyse(slither: string, directory: string): Finding[] {
  const report = join(directory, 'report.json')
  const args = ['.', '--ignore-compile', '--foundry-out-directory', 'out', '--filter-paths', 'node_modules']
  const ran = run(slither, [...args, '--exclude-dependencies', '--json', report], {
    cwd: directory,
    // It asks forge by its name for the configuration.
    env: { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) },
  })
  if (!existsSync(report)) throw new Error(`Slither failed:\n${ran.stdout}\n${ran.stderr}`)
  const { success, error, results } = JSON.parse(readFileSync(report, 'utf8'))
  if (!success) throw new Error(`Slither failed: ${error}`)
  return results.detectors ?? []
}

/** What a finding is told by, however lines move. */
function toAnswered({ check, description, elements }: Finding): Answered {
  const [first] = elements
  const names: string[] = []
  for (let part: Parent | undefined = first; part !== undefined; part = part.type_specific_fields?.parent) {
    if (['contract', 'function', 'variable', 'struct', 'event', 'enum'].includes(part.type)) names.unshift(part.name)
  }
  const says = description
    .replace(/\((src|node_modules)\/[^)]*\)/g, '')
    .replace(/#\d+(-\d+)?/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return { detector: check, where: names.join('.'), says, reason: '' }
}

function keyOf({ detector, where, says }: Answered): string {
  return createHash('sha256').update(`${detector}\n${where}\n${says}`).digest('hex')
}

function readList(): Answered[] {
  return existsSync(listPath) ? JSON.parse(readFileSync(listPath, 'utf8')) : []
}

function writeList(list: readonly Answered[]): void {
  const sorted = [...list].sort((a, b) => (keyOfOrder(a) < keyOfOrder(b) ? -1 : 1))
  writeFileSync(listPath, `${JSON.stringify(sorted, null, 2)}\n`)
}

function keyOfOrder({ detector, where, says }: Answered): string {
  return `${detector}\n${where}\n${says}`
}

function main(): void {
  const slither = findProgram(root, { name: 'slither-analyzer', version, program: 'slither' })
  if (slither === undefined) return
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(tmpdir(), 'tutti-slither-'))
  try {
    prepareCopy(directory)
    const found = new Map(analyse(slither, directory).map((finding) => [keyOf(toAnswered(finding)), finding]))
    const list = readList()
    const answered = new Map(list.map((entry) => [keyOf(entry), entry]))
    const fresh = [...found].filter(([key]) => (answered.get(key)?.reason ?? '') === '')
    const gone = list.filter((entry) => !found.has(keyOf(entry)))
    if (process.argv.includes('--write')) {
      writeList([...found].map(([key, finding]) => answered.get(key) ?? toAnswered(finding)))
      console.log(`${found.size} findings are in ${listPath}, ${fresh.length} of them without a reason yet.`)
    } else {
      for (const [, { check, impact, description }] of fresh) console.log(`${impact}: ${check}\n${description}`)
      for (const { detector, where } of gone) console.log(`answered, and gone: ${detector} in ${where}`)
      console.log(`${found.size} findings, ${found.size - fresh.length} answered, ${fresh.length} new.`)
      if (fresh.length > 0) {
        console.log(
          'Look at each new one: mend the contract, or take it into contracts/slither.json with its reason ' +
            '(npm run test:slither -- --write).',
        )
      }
    }
    if (fresh.length > 0) process.exitCode = 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

main()
