/**
 * `npm run pack`: writes a tarball for each package that others can install, with nothing in it that is not published.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from './bundle.ts'
import { compile } from './compile.ts'
import { stageContracts } from './contracts.ts'
import { copy, listFiles, write, writeJson } from './files.ts'
import { commandLine, libraries, NATIVE, type PublishedPackage } from './packages.ts'
import { repackRuntime } from './runtime.ts'
import { listUntracked } from './untracked.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = join(root, 'build')

interface PackageJson {
  name: string
  version: string
  license: string
  exports: Record<string, string>
  dependencies: Record<string, string>
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

function readIdentity(folder: string) {
  const { version, license } = readPackage(folder)
  return { version, license }
}

const about = { author: 'The Tutti authors', engines: { node: '>=20.19.0' } }

/** A library as it is installed: compiled sources, declarations, and what they find beside them. */
function stageLibrary({ folder, assets, description }: PublishedPackage, compiled: string): string {
  const { name, version, license, exports, dependencies } = readPackage(folder)
  const staged = join(out, 'staged', basename(folder))
  copy(join(compiled, folder, 'src'), join(staged, 'dist'))
  for (const file of listFiles(join(root, folder, 'src'))) {
    if (!file.endsWith('.ts')) copy(file, file.replace(join(root, folder, 'src'), join(staged, 'dist')))
  }
  for (const asset of assets) copy(join(root, folder, asset), join(staged, asset))
  copy(join(root, 'LICENSE'), join(staged, 'LICENSE'))
  const compiledPath = (source: string) => source.replace('./src/', './dist/').replace(/\.ts$/, '')
  const { 'onnxruntime-node': runtime, esbuild: _, ...others } = dependencies
  writeJson(join(staged, 'package.json'), {
    ...{ name, version, description, license, ...about, type: 'module', sideEffects: name === '@tutti/learn' },
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([entry, source]) => [
          entry,
          { types: `${compiledPath(source)}.d.ts`, default: `${compiledPath(source)}.js` },
        ]),
      ),
      './package.json': './package.json',
    },
    dependencies: { ...others, ...(runtime === undefined ? {} : { '@tutti/onnxruntime': runtime }) },
    files: ['dist', ...assets],
  })
  return staged
}

/** The command line as it is installed. */
async function stageCommandLine({ folder, description }: PublishedPackage, compiled: string): Promise<string> {
  const staged = join(out, 'staged', 'tutti')
  await bundleProgram(root, staged)
  copy(join(compiled, folder, 'src/main.d.ts'), join(staged, 'dist/main.d.ts'))
  copy(join(root, folder, 'bin/tutti.js'), join(staged, 'bin/tutti.js'))
  write(
    join(staged, 'bin/program.js'),
    "/** Where the program is that the entry starts. */\nexport const prepareProgram = async () => new URL('../dist/main.js', import.meta.url).href\n",
  )
  for (const file of ['LICENSE', 'README.md']) copy(join(root, file), join(staged, file))
  const { version, license } = readPackage(folder)
  const versions = Object.assign({}, ...libraries.map((library) => readPackage(library.folder).dependencies))
  versions['@tutti/onnxruntime'] = versions['onnxruntime-node']
  writeJson(join(staged, 'package.json'), {
    ...{ name: 'tutti', version, description, license, ...about, type: 'module', bin: { tutti: 'bin/tutti.js' } },
    dependencies: Object.fromEntries(NATIVE.map((name) => [name, versions[name]])),
    files: ['bin', 'dist', 'src', 'packages', 'benchmarks', 'THIRD-PARTY-NOTICES.txt'],
  })
  return staged
}

const untracked = listUntracked(root, [
  ...['packages', 'apps', 'benchmarks', 'contracts/src', 'contracts/testing', 'docs', 'README.md', 'LICENSE'],
])
if (untracked.length > 0) {
  const shown = untracked.slice(0, 10).join(', ')
  throw new Error(
    `These files are not in the repository and would be published: ${shown}. Commit or remove them first.`,
  )
}

rmSync(out, { recursive: true, force: true })
const compiled = join(out, 'compiled')
const tarballs = join(out, 'tarballs')
for (const folder of [compiled, tarballs]) mkdirSync(folder, { recursive: true })
compile(root, compiled)
const staged = [
  ...repackRuntime(root, join(out, 'staged')),
  ...libraries.map((library) => stageLibrary(library, compiled)),
  await stageContracts(root, join(out, 'staged/contracts'), { ...readIdentity(commandLine.folder), ...about }),
  await stageCommandLine(commandLine, compiled),
]
const isForeign = (folder: string) => {
  const { os, cpu } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return os !== undefined && !(os.includes(process.platform) && cpu.includes(process.arch))
}
for (const folder of staged) {
  // `npm install build/tarballs/*.tgz` is for this platform: the binaries of others would be refused.
  const destination = isForeign(folder) ? join(tarballs, 'other-platforms') : tarballs
  mkdirSync(destination, { recursive: true })
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
      cwd: folder,
      encoding: 'utf8',
    }),
  ) as { filename: string; size: number; unpackedSize: number }[]
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  console.log(`${packed!.filename}  ${megabytes(packed!.size)}, ${megabytes(packed!.unpackedSize)} installed`)
}
