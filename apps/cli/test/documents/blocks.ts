/**
 * The repository's documents and the command blocks in them, with what a hidden comment says of a block before it:
 *
 * - `<!-- not run: REASON -->`: the test leaves it out, and lists it.
 * - `<!-- needs: COMMAND -->`: left out, and listed, where this command does not end well.
 * - `<!-- keeps running: TEXT -->`: runs beside what follows, which begins once it has printed the text.
 * - `<!-- file: PATH -->`: before a block of JSON: the reader writes it into this file.
 *
 * A document whose commands go on where those of another ended says so once: `<!-- follows: PATH -->`.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = resolve(fileURLToPath(new URL('.', import.meta.url)), '../../../..')

/** What a comment says of a block. */
export type Treatment =
  | { kind: 'run' }
  | { kind: 'not-run'; reason: string }
  | { kind: 'needs'; command: string }
  | { kind: 'keeps-running'; readyText: string }
  | { kind: 'file'; path: string }

/** A block of commands, or of what a file holds: where its first line stands, counted from 1. */
export interface Block {
  line: number
  text: string
  treatment: Treatment
}

/** A document by its path from the root. */
export interface Document {
  path: string
  text: string
  blocks: Block[]
  /** Path of the document whose commands come first. */
  follows: string | undefined
}

/** Every document of the repository but the list of changes, which tells of commands as they were. */
export function readDocuments(): Document[] {
  return listDocuments(root)
    .filter((path) => !path.endsWith('CHANGELOG.md'))
    .map((path) => {
      const text = readFileSync(path, 'utf8')
      const follows = /^<!-- follows: (\S+) -->$/m.exec(text)?.[1]
      return {
        path: relative(root, path),
        text,
        blocks: readBlocks(text),
        follows: follows === undefined ? undefined : relative(root, resolve(dirname(path), follows)),
      }
    })
}

function listDocuments(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return /^(node_modules|\..*|out|cache|build)$/.test(entry.name) ? [] : listDocuments(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Command blocks of a text, and blocks that are written into a file, in order. */
export function readBlocks(text: string): Block[] {
  const pattern = /(?:^<!-- ([^\n]*) -->\n\n?)?^```(sh|bash|console|json)\n([\s\S]*?)^```$/gm
  return [...text.matchAll(pattern)].flatMap((match) => {
    const [whole, comment, language, content] = match
    const treatment = toTreatment(comment)
    if ((language === 'json') !== (treatment.kind === 'file')) return []
    const start = match.index + whole.indexOf('```')
    return [{ line: text.slice(0, start).split('\n').length + 1, text: content!, treatment }]
  })
}

function toTreatment(comment: string | undefined): Treatment {
  const [, kind, words] = /^(not run|needs|keeps running|file): (.+)$/.exec(comment ?? '') ?? []
  if (kind === 'not run') return { kind: 'not-run', reason: words! }
  if (kind === 'needs') return { kind: 'needs', command: words! }
  if (kind === 'keeps running') return { kind: 'keeps-running', readyText: words! }
  if (kind === 'file') return { kind: 'file', path: words! }
  return { kind: 'run' }
}

/** Commands of a block, each with its line in the document: as few lines together as the shell takes for whole. */
export function toCommands({ text, line, treatment }: Block): { line: number; text: string }[] {
  if (treatment.kind === 'file') return []
  const commands: { line: number; text: string }[] = []
  let begun: { line: number; text: string } | undefined
  for (const [index, row] of text.trimEnd().split('\n').entries()) {
    if (begun === undefined && /^\s*(#.*)?$/.test(row)) continue
    begun = begun === undefined ? { line: line + index, text: row } : { ...begun, text: `${begun.text}\n${row}` }
    if (row.endsWith('\\') || whyNoShell(begun.text) !== undefined) continue
    commands.push(begun)
    begun = undefined
  }
  return begun === undefined ? commands : [...commands, begun]
}

/** What the shell says against a text as commands; undefined where it takes them. */
export function whyNoShell(text: string): string | undefined {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  return status === 0 && stderr === '' ? undefined : stderr
}
