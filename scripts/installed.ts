/**
 * `npm run check:installed`: whether what `npm run pack` wrote works where there is nothing but it: in an empty folder, for a
 * program in TypeScript, a project of contracts and a page. Each step says what it did, and the first that fails ends it.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tarballs = join(root, 'build/tarballs')
const sources = join(root, 'test/installed')
const directory = mkdtempSync(join(tmpdir(), 'tutti-installed-'))
/** What the command line may take of a disk, in megabytes. */
const MOST_MEGABYTES = 300
/** A later Node than the oldest that serves, as npm has it. */
const LATER_NODE = '22.23.5'

/** Where the tools of this check are installed. */
const tools = folder('tools')
if (!existsSync(tarballs)) throw new Error('There is nothing to install: run npm run pack first.')
const packed = readdirSync(tarballs).filter((file) => file.endsWith('.tgz'))
const tarball = (pattern: RegExp) => join(tarballs, packed.find((file) => pattern.test(file))!)
const runtime = packed.filter((file) => file.startsWith('tutti-onnxruntime-')).map((file) => join(tarballs, file))
const program = [tarball(/^tutti-\d/), ...runtime]
const all = packed.map((file) => join(tarballs, file))

function run(command: string, words: string[], cwd: string): string {
  return execFileSync(command, words, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  })
}

function folder(name: string): string {
  const path = join(directory, name)
  mkdirSync(path)
  return path
}

/** Installs in a folder, without the registry's advice, and without scripts of packages. */
function install(cwd: string, words: string[]): void {
  run('npm', ['install', '--no-fund', '--no-audit', '--ignore-scripts', '--loglevel', 'error', ...words], cwd)
}

function megabytesOf(path: string): number {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  const sizes = entries.map((entry) => (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0))
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6
}

async function step(what: string, body: () => string | Promise<string>): Promise<void> {
  const start = performance.now()
  const found = await body()
  console.log(`${what}: ${found} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
}

function demands(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

async function checkProgram(): Promise<void> {
  const cwd = folder('program')
  await step('npm install of the command line in an empty folder', () => {
    install(cwd, program)
    const size = megabytesOf(join(cwd, 'node_modules'))
    demands(size <= MOST_MEGABYTES, `${size.toFixed(0)} MB are installed, and ${MOST_MEGABYTES} allowed`)
    return `${size.toFixed(0)} MB`
  })
  await step('npx tutti demo', () => {
    const demo = JSON.parse(run('npx', ['tutti', 'demo', '--json'], cwd))
    demands(demo.verified === true, 'the demo ended with a model that its history does not imply')
    return `verified, ${(100 * demo.accuracy.onChain).toFixed(1)} % right`
  })
  await step('npm install -g', () => {
    const prefix = folder('global')
    run('npm', ['install', '-g', '--prefix', prefix, '--ignore-scripts', '--loglevel', 'error', ...program], cwd)
    return run(join(prefix, 'bin/tutti'), ['--version'], cwd).trim()
  })
}

/** The newer Node's program, or this one where npm has none for the platform. */
function laterNode(cwd: string): string {
  const name = `node-${process.platform}-${process.arch}`
  install(cwd, [`${name}@${LATER_NODE}`])
  return join(cwd, 'node_modules', name, 'bin/node')
}

async function checkLibraries(): Promise<void> {
  const cwd = folder('libraries')
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module", "private": true }\n')
  await step('npm install of all packages', () => {
    install(cwd, all)
    return `${megabytesOf(join(cwd, 'node_modules')).toFixed(0)} MB`
  })
  await step('a program in TypeScript compiles, strict and nodenext', () => {
    copyFileSync(join(sources, 'join-and-ask.ts'), join(cwd, 'join-and-ask.ts'))
    symlinkSync(join(tools, 'node_modules/@types'), join(cwd, 'node_modules/@types'))
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
    run(process.execPath, [join(tools, 'node_modules/typescript/bin/tsc'), ...options, 'join-and-ask.ts'], cwd)
    return 'without an error'
  })
  for (const node of [process.execPath, laterNode(folder('later-node'))]) {
    await step(`it joins, trains and asks on Node ${run(node, ['--version'], cwd).trim()}`, () => joinAndAsk(cwd, node))
  }
  await step('a page bundles core, chain and learn by Vite', async () => {
    copyFileSync(join(sources, 'page.ts'), join(cwd, 'page.ts'))
    writeFileSync(join(cwd, 'index.html'), '<!doctype html><script type="module" src="/page.ts"></script>\n')
    run(join(tools, 'node_modules/.bin/vite'), ['build', '--logLevel', 'error', '--outDir', join(cwd, 'page')], cwd)
    return `${megabytesOf(join(cwd, 'page')).toFixed(1)} MB`
  })
  await step('a project of contracts compiles against @tutti/contracts', () => {
    const project = folder('contracts')
    for (const name of ['src', 'test']) mkdirSync(join(project, name))
    copyFileSync(join(sources, 'Consumer.t.sol'), join(project, 'test/Consumer.t.sol'))
    const libraries = join(cwd, 'node_modules')
    const remapping = `remappings = ["@tutti/contracts/=${libraries}/@tutti/contracts/"]`
    const compiler = `solc = "${join(root, 'contracts/bin/solc')}"\noffline = true\nevm_version = "cancun"`
    writeFileSync(
      join(project, 'foundry.toml'),
      `[profile.default]\n${compiler}\n${remapping}\nallow_paths = ["${libraries}"]\nlibs = ["${libraries}"]\n`,
    )
    const printed = run(join(root, 'node_modules/.bin/forge'), ['test'], project)
    const passed = /\d+ tests? passed/.exec(printed)?.[0]
    demands(passed !== undefined, `forge ran no test: ${printed}`)
    return passed!
  })
  await step('publint and arethetypeswrong', () => {
    const bin = (name: string) => join(tools, 'node_modules/.bin', name)
    const libraries = all.filter((path) => /tutti-(core|learn|chain|node)-/.test(path))
    for (const path of libraries) {
      run(bin('publint'), ['run', path, '--strict'], cwd)
      run(bin('attw'), [path, '--profile', 'esm-only'], cwd)
    }
    return `no finding in ${libraries.length} packages`
  })
}

/** A chain and a federation of the command line's; three members of the program's. */
async function joinAndAsk(cwd: string, node: string): Promise<string> {
  const entry = join(directory, 'program/node_modules/tutti/bin/tutti.js')
  const home = mkdtempSync(join(directory, 'federation-'))
  const chain = spawn(node, [entry, 'chain', '--port', '0', '--accounts', '4', '--json'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const rpcUrl = await new Promise<string>((resolve, reject) => {
      let printed = ''
      chain.stdout.on('data', (chunk) => {
        printed += chunk
        if (printed.endsWith('}\n')) resolve(JSON.parse(printed).rpcUrl)
      })
      chain.once('exit', () => reject(new Error('the chain ended')))
    })
    const terms = ['--task', 'digits', '--members', '3', '--rounds', '2', '--bounty', '0', '--stake', '0']
    const { id } = JSON.parse(
      run(node, [entry, 'create', ...terms, '--test-account', '0', '--rpc', rpcUrl, '--json'], home),
    )
    const members = await Promise.all(
      [1, 2, 3].map(
        (index) =>
          new Promise<string>((resolve, reject) => {
            const member = spawn(node, [join(cwd, 'join-and-ask.js'), rpcUrl, id, String(index)], {
              cwd: home,
              stdio: ['ignore', 'pipe', 'inherit'],
            })
            let printed = ''
            member.stdout.on('data', (chunk) => {
              printed += chunk
            })
            member.once('exit', (code) =>
              code === 0 ? resolve(printed) : reject(new Error(`a member ended with ${code}`)),
            )
          }),
      ),
    )
    const answers = members.map((text) => JSON.parse(text) as { roundsTaken: number; digit: number; version: number })
    demands(
      answers.every(
        ({ roundsTaken, version, digit }) => roundsTaken === 2 && version === 2 && digit === answers[0]!.digit,
      ),
      `the members say ${members.join(' ')}`,
    )
    return `3 members took 2 rounds and got the answer ${answers[0]!.digit}`
  } finally {
    chain.kill('SIGINT')
    await new Promise((resolve) => chain.once('exit', resolve))
  }
}

try {
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(sources, file), join(tools, file))
  run('npm', ['ci', '--no-fund', '--no-audit', '--ignore-scripts', '--loglevel', 'error'], tools)
  await checkProgram()
  await checkLibraries()
} finally {
  rmSync(directory, { recursive: true, force: true })
}
