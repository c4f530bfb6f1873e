/**
 * What the packages publish: the modules behind each entry point in their `exports`, which are the nouns of the API reference.
 *
 * An entry point either re-exports modules (`index.ts`), or is a module itself (`local.ts`), or both. A module that several
 * entry points publish is one noun.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** One exported name, as an export list writes it. */
export type PublishedName = { readonly name: string; readonly isType: boolean }

/** A published module. */
export type Noun = {
  /** `core`, `learn`, `chain`, `node`. */
  readonly package: string
  /** Entry points that publish it, as a program imports them: `@tutti/core`. The first is that of its examples. */
  readonly imports: readonly string[]
  /** Its source, relative to the repository. */
  readonly source: string
  /** Folders below `src`: `terms`, `blob/kzg`; empty beside `index.ts`. */
  readonly room: string
  /** Its page, relative to `docs/api`, without an ending: `core/terms/phase`. */
  readonly page: string
  /** The names that are published, or all. */
  readonly names: 'all' | readonly PublishedName[]
}

/** Packages in the order in which they know each other; others follow by name. */
const order = ['core', 'learn', 'chain', 'node']

/** All nouns, package by package, rooms and modules by name. */
export function listNouns(): Noun[] {
  const packages = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'src')))
  const rank = (name: string) => (order.indexOf(name) + order.length + 1) % (order.length + 1)
  packages.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return packages.flatMap(nounsOf)
}

function nounsOf(folder: string): Noun[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
    name: string
    exports: Record<string, string>
  }
  const found = new Map<string, Noun>()
  for (const [key, target] of Object.entries(exports)) {
    if (!target.endsWith('.ts')) continue
    const entry = posix.join('packages', folder, target)
    for (const { source, names } of modulesOf(entry)) {
      const known = found.get(source)
      const imports = [...(known?.imports ?? []), posix.join(name, key)]
      found.set(source, { ...describe(folder, source), imports, names: known ? merge(known.names, names) : names })
    }
  }
  return [...found.values()].sort((a, b) => (a.page < b.page ? -1 : 1))
}

function describe(folder: string, source: string): Pick<Noun, 'package' | 'source' | 'room' | 'page'> {
  const below = relative(join('packages', folder, 'src'), source).replace(/\.ts$/, '')
  const room = dirname(below)
  return { package: folder, source, room: room === '.' ? '' : room, page: `${folder}/${below}` }
}

function merge(one: Noun['names'], other: Noun['names']): Noun['names'] {
  if (one === 'all' || other === 'all') return 'all'
  return [...one, ...other.filter(({ name }) => !one.some((known) => known.name === name))]
}

/** The modules that an entry point publishes: those that it re-exports, and itself if it declares something. */
function modulesOf(entry: string): Pick<Noun, 'source' | 'names'>[] {
  const file = ts.createSourceFile(entry, readFileSync(join(root, entry), 'utf8'), ts.ScriptTarget.Latest, true)
  const modules: Pick<Noun, 'source' | 'names'>[] = []
  const own: PublishedName[] = []
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) {
      const { text } = statement.moduleSpecifier as ts.StringLiteral
      if (!text.startsWith('.')) continue
      modules.push({ source: posix.join(dirname(entry), text), names: namesOf(statement) })
    } else own.push(...declaredNames(statement))
  }
  return own.length === 0 ? modules : [{ source: entry, names: own }, ...modules]
}

function namesOf({ exportClause, isTypeOnly }: ts.ExportDeclaration): Noun['names'] {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return 'all'
  return exportClause.elements.map((element) => ({
    name: element.name.text,
    isType: isTypeOnly || element.isTypeOnly,
  }))
}

function declaredNames(statement: ts.Statement): PublishedName[] {
  const isExported = ts.canHaveModifiers(statement)
    ? ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    : false
  if (!isExported) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => ({ name: name.getText(), isType: false }))
  const { name } = statement as ts.DeclarationStatement
  if (name === undefined) return []
  const isType = ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement)
  return [{ name: name.getText(), isType }]
}
