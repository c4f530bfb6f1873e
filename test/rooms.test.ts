/** What ARCHITECTURE.md says of rooms is what the tree has; what any text says of a file is the name of one. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

/** Folders below `folder` that hold sources of their own, as the document writes them: `blob/kzg/`. */
function roomsOf(folder: string): string[] {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && /\.(ts|sol)$/.test(entry.name),
  )
  const rooms = new Set(files.map((entry) => relative(folder, entry.parentPath)))
  return [...rooms].filter((room) => room !== '').map((room) => `${room}/`)
}

for (const [heading, folder] of [
  ['contracts/src', 'contracts/src'],
  ['packages/core', 'packages/core/src'],
  ['packages/learn', 'packages/learn/src'],
  ['packages/chain', 'packages/chain/src'],
  ['packages/node', 'packages/node/src'],
  ['apps/cli', 'apps/cli/src'],
] as const) {
  test(`ARCHITECTURE names each room of ${heading}, and no other`, () => {
    const section = architecture.split(`### ${heading}\n`)[1]?.split('\n###')[0] ?? ''
    const named = [...section.matchAll(/^\| `([^`]+\/)`/gm)].map((match) => match[1]!)
    // Rooms of one idea may stand in a line of their parent's.
    const missing = roomsOf(join(root, folder)).filter(
      (room) => !named.includes(room) && !named.some((parent) => room.startsWith(parent)),
    )
    assert.deepEqual(missing, [], 'rooms without a line')
    assert.deepEqual(
      named.filter((room) => !existsSync(join(root, folder, room))),
      [],
      'lines without a room',
    )
  })
}

test('each source file that a comment or a document names exists', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
  const names = new Set(files.map((file) => basename(file)))
  const wrong: string[] = []
  for (const file of files) {
    if (!/\.(ts|js|mjs|sol|md|toml)$/.test(file) || file === 'CHANGELOG.md' || !existsSync(join(root, file))) continue
    const text = readFileSync(join(root, file), 'utf8')
    // In backticks with a path or without; NAME stands for any: `blob/sum.ts`, `Phase.sol`.
    for (const [, named] of text.matchAll(/`((?:[\w-]+\/)*[\w-]+(?:\.test|\.t)?\.(?:ts|sol))`/g)) {
      if (named!.includes('NAME')) continue
      const isThere = named!.includes('/')
        ? files.some((other) => `/${other}`.endsWith(`/${named}`))
        : names.has(named!)
      if (!isThere) wrong.push(`${file} names ${named}`)
    }
  }
  assert.deepEqual(wrong, [])
})
