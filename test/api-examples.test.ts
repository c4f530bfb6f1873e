/**
 * Every noun of the API reference has an example, and every example compiles under strict types and says the truth. They
 * import as a user does; those of `chain` and `node` run against one local chain, which `test/api/prelude.ts` makes ready.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { readDocstring } from '../scripts/api/docstring.ts'
import { toProgram } from '../scripts/api/examples.ts'
import { preludeNames, preludeSource, readPrelude } from '../scripts/api/prelude.ts'
import { listNouns, root } from '../scripts/api/published.ts'
import { withoutExample } from './api/without-example.ts'

const nouns = listNouns().map((noun) => ({
  ...noun,
  example: readDocstring(readFileSync(join(root, noun.source), 'utf8'))?.example,
}))
/** The first block of a package's README is held to the same. */
const readmes = ['core', 'chain'].map((name) => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')) ?? []
  assert.ok(example, `packages/${name}/README.md has no example`)
  return { page: `${name}/README`, example }
})
const examples = [
  ...nouns.flatMap(({ page, example }) => (example === undefined ? [] : [{ page, example }])),
  ...readmes,
]

mkdirSync(join(root, 'build'), { recursive: true })
const folder = mkdtempSync(join(root, 'build/api-examples-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const pathOf = (page: string) => join(folder, `${page}.ts`)
const globals = join(folder, 'globals.d.ts')

before(() => {
  for (const { page, example } of examples) {
    mkdirSync(dirname(pathOf(page)), { recursive: true })
    writeFileSync(pathOf(page), toProgram(example))
  }
  const prelude = relative(folder, join(root, preludeSource))
  const names = readPrelude().names.map((name) => `  const ${name}: typeof prelude.${name}`)
  writeFileSync(globals, `import type * as prelude from '${prelude}'\ndeclare global {\n${names.join('\n')}\n}\n`)
})

test('every noun has an example, or a reason for having none', () => {
  const missing = nouns.filter(({ page, example }) => example === undefined && withoutExample[page] === undefined)
  assert.equal(missing.map(({ source }) => source).join('\n'), '')
})

test('nothing that is excused has an example or is gone', () => {
  const excused = Object.keys(withoutExample)
  const without = new Set(nouns.filter(({ example }) => example === undefined).map(({ page }) => page))
  assert.deepEqual(
    excused.filter((page) => !without.has(page)),
    [],
  )
})

test('an example imports as a user does', () => {
  const ours = examples.flatMap(({ page, example }) =>
    ts.preProcessFile(example).importedFiles.map(({ fileName }) => ({ page, fileName })),
  )
  const published = new Set(nouns.flatMap(({ imports }) => imports))
  const wrong = ours.filter(({ fileName }) => !published.has(fileName) && !/^(node:|viem|typescript)/.test(fileName))
  assert.deepEqual(wrong, [])
})

test('the examples compile', () => {
  const configuration = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as object
  const { options } = ts.parseJsonConfigFileContent({ ...configuration, include: [] }, ts.sys, root)
  const paths = examples.map(({ page }) => pathOf(page))
  const program = ts.createProgram([...paths, globals], { ...options, incremental: false, noUnusedLocals: true })
  const faults = paths.flatMap((path) => {
    const file = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(describe)
  })
  assert.equal(faults.join('\n'), '')
})

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const line = file?.getLineAndCharacterOfPosition(start ?? 0).line
  return `${file && relative(folder, file.fileName)}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
}

async function run(page: string): Promise<void> {
  await import(pathToFileURL(pathOf(page)).href)
}
const needsPrelude = ({ example }: { example: string }) => preludeNames(example).length > 0

for (const { page } of examples.filter((example) => !needsPrelude(example))) {
  test(`the example of ${page} is true`, () => run(page))
}

test('the examples of a finished federation', async (t) => {
  const prelude = (await import(`./${relative(import.meta.dirname, join(root, preludeSource))}`)) as {
    chain: { stop(): Promise<void> }
  }
  Object.assign(globalThis, prelude)
  try {
    for (const { page } of examples.filter(needsPrelude))
      await t.test(`the example of ${page} is true`, () => run(page))
  } finally {
    await prelude.chain.stop()
  }
})
