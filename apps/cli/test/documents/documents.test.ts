/**
 * Documents against the command line, without running anything: every command in them exists, with every option that it is
 * given, and what their test leaves out is little (`documents-run.test.ts` runs the rest).
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '../../src/main.ts'
import { commandPage, listCommands } from '../../src/terminal/command-page.ts'
import { type Document, readBlocks, readDocuments, root, toCommands, whyNoShell } from './blocks.ts'

const program = createProgram()
const documents = readDocuments()

/** What of a document is no block of code. */
const proseOf = ({ text }: Document) => text.replace(/^```[\s\S]*?^```$/gm, '')

/** Text between single backquotes, outside blocks; a line break in it is a space. */
function spansOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replace(/\s+/g, ' '))
}

/** Commands of `tutti` in the blocks of a document. */
function commandsOf(document: Document): string[][] {
  return document.blocks.flatMap((block) =>
    toCommands(block).flatMap(({ text }) => toWords(text.replace(/\\\n\s*/g, ' '))),
  )
}

/** Commands that the text of a document names, with some or all of their arguments: `tutti claim ID --to ADDRESS`. */
function mentionsOf(document: Document): string[][] {
  return spansOf(document)
    .filter((span) => span.startsWith('tutti ') && !span.startsWith('tutti COMMAND'))
    .flatMap(toWords)
}

/** The words after `tutti` in a line of the shell; none where it calls something else. */
function toWords(line: string): string[][] {
  const words = line.replace(/\s#.*$/, '').match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? []
  const plain = words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
  const start = plain.findIndex(
    (word, index) => word === 'tutti' && ['run', 'npx', undefined, '&&', '$'].includes(plain[index - 1]),
  )
  if (start < 0) return []
  const rest = plain
    .slice(start + 1)
    .filter((word) => word !== '--')
    .map(fillIn)
  const end = rest.findIndex((word) => /^[&|;>]/.test(word))
  return [end < 0 ? rest : rest.slice(0, end)]
}

/** What stands for a reader's own, in capitals, as something of its kind. */
function fillIn(word: string): string {
  if (!/^(0x…|\$?[A-Z][A-Z_]*)$/.test(word)) return word
  if (/ADDRESS|ACCOUNT/.test(word)) return `0x${'1'.repeat(40)}`
  if (/URL|RPC/.test(word)) return 'http://127.0.0.1:8545'
  return word === 'N' ? '1' : `0x${'1'.repeat(64)}`
}

/** The command that words name, and the words after it. */
function find(words: string[]): { command: Command; rest: string[] } | undefined {
  const found = listCommands(program).filter(({ path }) => path.every((name, index) => words[index] === name))
  const [best] = found.sort((a, b) => b.path.length - a.path.length)
  return best === undefined ? undefined : { command: best.command, rest: words.slice(best.path.length) }
}

test('every command in a document exists, with its options, its choices and its arguments', () => {
  let commands = 0
  for (const document of documents) {
    const named = mentionsOf(document)
    for (const words of [...commandsOf(document), ...named]) {
      const where = `${document.path}: tutti ${words.join(' ')}`
      if (words.length === 0 || words[0] === '--help' || words[0] === 'COMMAND') continue
      const found = find(words)
      assert.ok(found !== undefined, `${where}: there is no such command`)
      commands++
      const { operands, unknown } = found.command.parseOptions(found.rest.filter((word) => word !== '--help'))
      assert.deepEqual(unknown, [], `${where}: it takes no such option`)
      const needed = found.command.registeredArguments.filter(({ required }) => required).length
      const most = found.command.registeredArguments.length
      if (found.rest.includes('--help') || named.includes(words)) continue
      assert.ok(
        operands.length >= needed && operands.length <= most,
        `${where}: it takes ${needed} to ${most} arguments`,
      )
    }
  }
  assert.ok(commands > 20, `${commands} commands were found`)
})

test('the page of all commands is the one that the commands give', () => {
  assert.equal(readFileSync(join(root, 'docs/commands.md'), 'utf8'), commandPage(createProgram()))
})

test('links within the repository lead somewhere', () => {
  for (const document of documents) {
    const { path } = document
    for (const [, link] of proseOf(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const target = resolve(root, path, '..', decodeURIComponent(link!))
      assert.ok(existsSync(target), `${path} links to ${link}, which is not there`)
    }
  }
})

test('what the test of the blocks leaves out is little, has its reason, and is for the shell', (t) => {
  let leftOut = 0
  for (const { path, blocks } of documents) {
    for (const { line, text, treatment } of blocks) {
      if (treatment.kind !== 'file') assert.equal(whyNoShell(text), undefined, `${path}:${line}`)
      if (treatment.kind !== 'not-run') continue
      leftOut++
      t.diagnostic(`${path}:${line} is not run: ${treatment.reason}`)
      assert.ok(treatment.reason.length >= 20, `${path}:${line}: "${treatment.reason}" says little`)
    }
  }
  assert.ok(leftOut <= 10, `${leftOut} blocks are not run`)
})

test('every comment before a block is one that its test knows', () => {
  for (const { path, text } of documents) {
    for (const [, comment] of text.matchAll(/<!-- ([^\n]*) -->/g)) {
      assert.match(comment!, /^(not run|needs|keeps running|file|follows): \S/, path)
    }
  }
})

test('a block has its line, its treatment and its commands, as few lines together as are whole', () => {
  const text = 'One.\n\n<!-- needs: which R -->\n\n```sh\na \\\n  b\n\n# c\nd "e\nf" &\n```\n\n```ts\ng\n```\n'
  const [block, ...others] = readBlocks(text)
  assert.deepEqual(others, [])
  assert.equal(block!.line, 6)
  assert.deepEqual(block!.treatment, { kind: 'needs', command: 'which R' })
  assert.deepEqual(toCommands(block!), [
    { line: 6, text: 'a \\\n  b' },
    { line: 10, text: 'd "e\nf" &' },
  ])
})

test('scripts and sources that a text names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const document of documents) {
    for (const span of [...spansOf(document), ...document.blocks.map(({ text }) => text)]) {
      for (const [, script] of span.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
        assert.ok(script! in scripts, `${document.path}: there is no script ${script}`)
      }
      for (const [, source] of span.matchAll(/--import tsx (?:--test )?(\S+)/g)) {
        assert.ok(existsSync(join(root, source!)), `${document.path}: there is no ${source}`)
      }
    }
  }
})
