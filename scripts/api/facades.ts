/**
 * What TypeDoc reads in place of the sources: one small module for each noun, with the noun's docstring and exactly the names
 * that its package publishes. So a page says what a program can import, and no more.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { readDocstring } from './docstring.ts'
import { preludeNames } from './prelude.ts'
import { type Noun, root } from './published.ts'

/** Stands in a page where the link to the page of the prelude will be: TypeDoc would take a relative link for a file to copy. */
export const PRELUDE_MARK = 'https://prelude.invalid'

/** Writes the modules and their configuration into a folder, which it empties, and returns the modules' paths. */
export function writeFacades(nouns: readonly Noun[], folder: string): string[] {
  rmSync(folder, { recursive: true, force: true })
  const paths = nouns.map((noun) => {
    const path = join(folder, `${noun.page}.ts`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, facade(noun, path))
    return path
  })
  const configuration = {
    extends: relative(folder, join(root, 'tsconfig.json')),
    compilerOptions: { incremental: false },
    include: ['**/*.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration))
  return paths
}

function facade(noun: Noun, path: string): string {
  const source = readFileSync(join(root, noun.source), 'utf8')
  const target = relative(dirname(path), join(root, noun.source))
  const comment = moduleComment(noun, source).replaceAll(/^/gm, ' * ').replaceAll(/ +$/gm, '')
  return `/**\n${comment}\n */\n${exportsOf(noun, source, target)}\n`
}

/** The docstring, and before its tags where the names come from. */
function moduleComment(noun: Noun, source: string): string {
  const docstring = readDocstring(source)
  const text = docstring?.text ?? ''
  const tags = text.search(/^@(?=[a-z])/m)
  const [description, rest] = tags === -1 ? [text, ''] : [text.slice(0, tags).trim(), text.slice(tags)]
  const needs = preludeNames(docstring?.example ?? '')
  const names = needs.map((name) => `\`${name}\``).join(', ')
  const from = `Import from ${noun.imports.map((name) => `\`${name}\``).join(' or ')}; source: \`${noun.source}\`.`
  const prelude = needs.length === 0 ? '' : ` In the example, [the prelude](${PRELUDE_MARK}) gives ${names}.`
  return `${description}\n\n${from}${prelude}\n\n${rest}\n@module ${noun.page}`
}

function exportsOf({ names }: Noun, source: string, target: string): string {
  const abi = /^export const (\w+Abi) = /m.exec(source)?.[1]
  if (abi !== undefined) return describeAbi(abi)
  if (names === 'all') return `export * from '${target}'`
  const list = names.map(({ name, isType }) => (isType ? `type ${name}` : name))
  return `export { ${list.join(', ')} } from '${target}'`
}

/** An ABI's type is as long as the ABI itself, and says nothing that docs/contracts.md doesn't. */
function describeAbi(abi: string): string {
  const contract = abi.replace(/Abi$/, '')
  return `import type { Abi, Hex } from 'viem'

/** The functions, events and errors, as a constant whose type viem reads. */
export declare const ${abi}: Abi
/** The code that a deployment sends. */
export declare const ${contract}Bytecode: Hex`
}
