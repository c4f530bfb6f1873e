/** Documents against the command line: every command in them exists, with every option that it is given. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { commandPage, listCommands } from '../src/command-page.ts'
import { createProgram } from '../src/main.ts'

const root = resolve(fileURLToPath(new URL('.', import.meta.url)), '../../..')
const program = createProgram()

function listDocuments(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return /^(node_modules|\..*|out|cache)$/.test(entry.name) ? [] : listDocuments(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Commands of `tutti` in the fenced blocks of a document, a line each, continued lines joined. */
function commandsOf(document: string): string[][] {
  const blocks = [...document.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```/gm)].map(([, block]) => block!)
  const lines = blocks.flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n'))
  return lines.flatMap((line) => {
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
  })
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

const documents = listDocuments(root).filter((path) => !path.endsWith('CHANGELOG.md'))

test('every command in a document exists, with its options, its choices and its arguments', () => {
  let commands = 0
  for (const path of documents) {
    for (const words of commandsOf(readFileSync(path, 'utf8'))) {
      const where = `${relative(root, path)}: tutti ${words.join(' ')}`
      if (words.length === 0 || words[0] === '--help' || words[0] === 'COMMAND') continue
      const found = find(words)
      assert.ok(found !== undefined, `${where}: there is no such command`)
      commands++
      const { operands, unknown } = found.command.parseOptions(found.rest.filter((word) => word !== '--help'))
      assert.deepEqual(unknown, [], `${where}: it takes no such option`)
      const needed = found.command.registeredArguments.filter(({ required }) => required).length
      const most = found.command.registeredArguments.length
      if (found.rest.includes('--help')) continue
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
  for (const path of documents) {
    for (const [, link] of readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const target = resolve(path, '..', decodeURIComponent(link!))
      assert.ok(readable(target), `${relative(root, path)} links to ${link}, which is not there`)
    }
  }
})

function readable(path: string): boolean {
  try {
    return readFileSync(path).length >= 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR'
  }
}
