/** The pages of `docs/api`: TypeDoc's of the nouns, the page of the prelude, and the index by package and room. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readDocstring } from './docstring.ts'
import { PRELUDE_MARK, writeFacades } from './facades.ts'
import { readPrelude } from './prelude.ts'
import { type Noun, root } from './published.ts'

/** Texts by path, relative to `docs/api`. */
export type Pages = ReadonlyMap<string, string>

const work = join(root, 'build')

/**
 * Makes all pages, in a folder of its own below `build/`.
 *
 * @throws an Error with TypeDoc's words if a link leads nowhere or a source does not compile.
 */
export function makePages(nouns: readonly Noun[]): Pages {
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, 'api-'))
  try {
    runTypeDoc(writeFacades(nouns, join(folder, 'facades')), folder)
    return new Map([
      ['README.md', indexPage(nouns)],
      ['prelude.md', preludePage()],
      ...nouns.map((noun) => [`${noun.page}.md`, nounPage(noun, join(folder, 'pages'))] as const),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Nothing of a page changes with what TypeDoc does not document: no lines, no commits, no dates. */
const typeDocOptions = {
  plugin: ['typedoc-plugin-markdown', join(root, 'scripts/api/typedoc-plugin.ts')],
  router: 'module',
  entryFileName: 'index',
  readme: 'none',
  skipErrorChecking: true,
  disableGit: true,
  disableSources: true,
  hideGenerator: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  useCodeBlocks: true,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  propertyMembersFormat: 'table',
  sort: ['source-order'],
  groupOrder: ['Functions', 'Variables', 'Type Aliases', 'Interfaces', 'Classes'],
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
  validation: { invalidLink: true, notExported: false, notDocumented: false, rewrittenLink: false },
  treatWarningsAsErrors: true,
  logLevel: 'Warn',
}

function runTypeDoc(entryPoints: readonly string[], folder: string): void {
  const options = join(folder, 'typedoc.json')
  const places = { entryPoints, out: join(folder, 'pages'), tsconfig: join(folder, 'facades/tsconfig.json') }
  writeFileSync(options, JSON.stringify({ ...typeDocOptions, ...places, basePath: join(folder, 'facades') }))
  const program = join(root, 'node_modules/typedoc/bin/typedoc')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, '--options', options], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`TypeDoc refuses the docstrings:\n${stdout}${stderr}`)
}

function nounPage({ page }: Noun, pages: string): string {
  const up = '../'.repeat(page.split('/').length - 1)
  return readFileSync(join(pages, `${page}.md`), 'utf8').replaceAll(PRELUDE_MARK, `${up}prelude.md`)
}

function preludePage(): string {
  return `# The prelude of the examples

Examples of \`chain\` and \`node\` that use a name which they do not declare find it here: a local chain, and a small federation
that has run to its end. They run one after the other on this one chain.

\`\`\`ts
${readPrelude().text.trim()}
\`\`\`
`
}

function indexPage(nouns: readonly Noun[]): string {
  const packages = [...new Set(nouns.map((noun) => noun.package))]
  const parts = packages.map((name) => {
    const own = nouns.filter((noun) => noun.package === name)
    const rooms = [...new Set(own.map(({ room }) => room))]
    const tables = rooms.map((room) =>
      roomTable(
        room,
        own.filter((noun) => noun.room === room),
      ),
    )
    return `## @tutti/${name}\n\n${tables.join('\n\n')}`
  })
  return `# API reference

What the packages publish, one page a module, by package and room. Written by \`npm run docs:api\` from the docstrings; every
example is run by \`test/api-examples.test.ts\`. In an example, \`expression // → value\` says what comes out.

${parts.join('\n\n')}
`
}

function roomTable(room: string, nouns: readonly Noun[]): string {
  const lines = nouns.map((noun) => `| [${noun.page.split('/').at(-1)}](${noun.page}.md) | ${summary(noun)} |`)
  return `### ${room}\n\n| module | what it is |\n| --- | --- |\n${lines.join('\n')}`
}

/** The first sentence of a docstring; sentences end before a capital letter or the paragraph's end. */
function summary({ source }: Noun): string {
  const text = readDocstring(readFileSync(join(root, source), 'utf8'))?.text ?? ''
  const paragraph = text.split(/\n\s*\n|\n@/)[0]!.replaceAll('\n', ' ')
  const sentence = /^(.*?[.:])(?= [A-Z`]|$)/.exec(paragraph)?.[1] ?? paragraph
  return sentence
    .replace(/:$/, '.')
    .replaceAll('|', '\\|')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
}

/** Pages as they are committed. */
export function readPages(folder: string): Pages {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path), readFileSync(path, 'utf8')]
    }),
  )
}
