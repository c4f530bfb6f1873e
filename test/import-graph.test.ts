/**
 * The house rules of who may know whom, held against the code: TypeScript packages and Solidity folders.
 * Type-only imports count: a cycle of types is a cycle of ideas.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Which Tutti packages, and which outside libraries, a package may import. */
const allowed: Record<string, { packages: string[]; libraries: RegExp }> = {
  core: { packages: [], libraries: /^@noble\// },
  learn: { packages: ['core'], libraries: /^(onnxruntime-node|protobufjs|csv-parse|yaml|zod|node:)/ },
  chain: { packages: ['core'], libraries: /^(viem|@noble\/|@foundry-rs\/|@crate-crypto\/|kzg-wasm|node:)/ },
  node: { packages: ['core', 'learn', 'chain'], libraries: /^(viem|esbuild|tsx|node:)/ },
  cli: { packages: ['core', 'learn', 'chain', 'node'], libraries: /^(viem|commander|node:)/ },
}

/** Which Solidity folders a folder may import from, itself aside; outside libraries are named by their remapping. */
const allowedSolidity: Record<string, string[]> = {
  types: [],
  interfaces: ['types'],
  terms: ['types', 'interfaces', 'solady'],
  federation: ['types', 'interfaces', 'terms', '@openzeppelin', 'solady'],
  direct: [
    'types',
    'interfaces',
    'terms',
    'direct/lanes',
    'direct/model',
    'direct/rules',
    'direct/seal',
    'direct/predict',
    'solady',
  ],
  'direct/lanes': ['types', 'interfaces'],
  'direct/model': ['interfaces', 'direct/lanes'],
  'direct/rules': ['direct/lanes'],
  'direct/seal': ['interfaces', 'direct/model', 'solady'],
  'direct/predict': ['types', 'direct/lanes'],
  blob: ['types', 'interfaces', 'terms'],
  features: ['solady'],
  token: ['@openzeppelin'],
  '.': ['federation', 'terms', 'types', 'interfaces', 'solady'],
}

function listFiles(directory: string, ending: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOfTypeScript(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map((entry) => entry.fileName)
}

function importsOfSolidity(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(/^\s*import\s[^;]*?["']([^"']+)["']\s*;/gm)].map((match) => match[1]!)
}

/** A cycle in a directed graph as the path that closes it, or nothing. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (at: string): string[] | undefined => {
    if (finished.has(at)) return undefined
    const start = path.indexOf(at)
    if (start >= 0) return [...path.slice(start), at]
    path.push(at)
    for (const next of graph.get(at) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    path.pop()
    finished.add(at)
    return undefined
  }
  for (const at of graph.keys()) {
    const cycle = visit(at)
    if (cycle) return cycle
  }
  return undefined
}

/** Which folders of a package each of its folders imports from. */
function roomGraph(source: string, files: readonly string[]): Map<string, string[]> {
  const graph = new Map<string, string[]>()
  for (const file of files) {
    const room = relative(source, dirname(file)) || '.'
    const others = importsOfTypeScript(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => relative(source, dirname(resolve(dirname(file), specifier))) || '.')
    graph.set(room, [...(graph.get(room) ?? []), ...others.filter((other) => other !== room)])
  }
  return graph
}

const packages = Object.keys(allowed).map((name) => ({
  name,
  source: join(root, existsSync(join(root, 'apps', name)) ? 'apps' : 'packages', name, 'src'),
}))

for (const { name, source } of packages) {
  const files = listFiles(source, '.ts')

  test(`${name} imports only what it may know`, () => {
    assert.ok(files.length > 0, `${source} has no source files`)
    const rules = allowed[name]!
    for (const file of files) {
      for (const specifier of importsOfTypeScript(file)) {
        const where = `${relative(root, file)} imports ${specifier}`
        if (specifier.startsWith('.')) {
          assert.ok(existsSync(resolve(dirname(file), specifier)), `${where}, which does not exist`)
          assert.ok(resolve(dirname(file), specifier).startsWith(source), `${where}, outside its package`)
        } else if (specifier.startsWith('@tutti/')) {
          assert.ok(rules.packages.includes(specifier.split('/')[1]!), `${where}, an arrow that is not allowed`)
        } else {
          assert.match(specifier, rules.libraries, `${where}, a library that is not allowed there`)
        }
      }
    }
  })

  test(`${name} has no import cycle, types included`, () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOfTypeScript(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => resolve(dirname(file), specifier)),
      ]),
    )
    assert.deepEqual(
      findCycle(graph)?.map((file) => relative(root, file)),
      undefined,
    )
  })

  test(`${name} has no cycle of rooms: of its folders, each knows only such as do not know it`, () => {
    assert.deepEqual(findCycle(roomGraph(source, files)), undefined)
  })

  test(`${name} never imports its own index`, () => {
    for (const file of files) {
      for (const specifier of importsOfTypeScript(file)) {
        if (specifier.startsWith('.')) assert.doesNotMatch(specifier, /\/index\.ts$/, relative(root, file))
      }
    }
  })
}

test('only one file loads ONNX Runtime: the one that switches its telemetry off first', () => {
  const sources = ['packages', 'apps', 'examples', 'benchmarks', 'scripts', 'test', 'vectors'].flatMap((folder) =>
    ['.ts', '.js', '.mjs', '.cjs'].flatMap((ending) => listFiles(join(root, folder), ending)),
  )
  const loading = sources.filter(
    (file) =>
      importsOfTypeScript(file).some((specifier) => /^onnxruntime/.test(specifier)) ||
      // What a `require` of another name loads, or a script in a string.
      /\(\s*['"`]onnxruntime/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(
    loading.filter((file) => !file.includes('node_modules')).map((file) => relative(root, file)),
    ['packages/learn/src/onnx/runtime.ts'],
  )
})

test('contracts import interfaces and libraries, never each other', () => {
  const source = join(root, 'contracts/src')
  const files = listFiles(source, '.sol')
  assert.ok(files.length > 0)
  for (const file of files) {
    const folder = relative(source, dirname(file)) || '.'
    const rules = allowedSolidity[folder]
    assert.ok(rules, `${relative(root, file)} is in a folder that has no rule`)
    for (const specifier of importsOfSolidity(file)) {
      const target = specifier.startsWith('.')
        ? relative(source, dirname(resolve(dirname(file), specifier))) || '.'
        : specifier.split('/')[0]!
      assert.ok(
        target === folder || rules.includes(target),
        `${relative(root, file)} imports ${specifier}: ${folder} may not know ${target}`,
      )
    }
  }
})

test('Solidity has no import cycle', () => {
  const files = listFiles(join(root, 'contracts/src'), '.sol')
  const graph = new Map(
    files.map((file) => [
      file,
      importsOfSolidity(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolve(dirname(file), specifier)),
    ]),
  )
  assert.deepEqual(
    findCycle(graph)?.map((file) => relative(root, file)),
    undefined,
  )
})

test('a cycle is found, and named by the path that closes it', () => {
  assert.deepEqual(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  )
  assert.equal(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
        ['c', []],
      ]),
    ),
    undefined,
  )
})
