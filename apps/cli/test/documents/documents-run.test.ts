/**
 * The command blocks of every document, run in order as they are written, each document in a fresh copy of the
 * repository. Put in their place is what differs from run to run: what stands for a reader's own (ids and tokens that
 * `create` printed, the address that `keystore new` printed), and the chain's port, so that runs side by side do not meet.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { findFreePort } from '../../../../packages/chain/test/free-port.ts'
import { type Document, readDocuments, root, toCommands } from './blocks.ts'
import { openSession, type Session } from './session.ts'

/** Folders that commands of documents write into; the rest of the repository is the one that is tested. */
const written = ['examples', 'vectors', 'docs']
const documents = readDocuments().filter(({ blocks }) => blocks.some(({ treatment }) => treatment.kind !== 'not-run'))

/** What a document's commands must have printed, where that they end well does not say enough. */
const expected: Record<string, RegExp[]> = {
  'examples/own-csv/README.md': [
    /450 rows of 3 members/,
    /Normalised by the figures of 450 rows of 3 members/,
    /^failed: yes$/m,
    /^ {2}accuracy +(0\.[89]|1)/m,
    /Consistent: the chain's model/,
  ],
  'docs/unattended.md': [
    /Pumps that will fail 0x[0-9a-f]{64} is allowed/,
    /round 3: finished/,
    /claimed \d+\.\d+ TUTTI/,
  ],
  'examples/ask-a-model/README.md': [
    /willFail\(0x[0-9a-f]+\) as a call, free: true/,
    /in a transaction: 10\d{4} gas/,
    /Service is ordered for pump 3/,
  ],
}

/** A document and those that follow it. */
function withFollowers(document: Document): Document[] {
  return [document, ...documents.filter(({ follows }) => follows === document.path).flatMap(withFollowers)]
}

/** A folder as a reader has it after cloning and `npm ci`. */
function copyRepository(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-documents-'))
  for (const name of readdirSync(root)) {
    if (name.startsWith('.')) continue
    if (written.includes(name)) cpSync(join(root, name), join(directory, name), { recursive: true })
    else symlinkSync(join(root, name), join(directory, name))
  }
  return directory
}

/** What stands for a reader's own, with what commands have printed so far. */
interface Found {
  port: number
  words: Map<string, string>
}

/** A command with what is found out in a run, and nothing else changed. */
function fillIn(command: string, { port, words }: Found): string {
  const filled = command
    .replace(/\btutti -- chain\b/g, `$& --port ${port}`)
    .replace(/\bnpx anvil\b/g, `$& --port ${port}`)
    .replace(/127\.0\.0\.1:8545/g, `127.0.0.1:${port}`)
  return [...words].reduce(
    (text, [word, value]) => text.replace(new RegExp(`(?<![\\w-])${word}(?!\\w)`, 'g'), value),
    filled,
  )
}

/** Notes what a command printed that later ones need. */
function note(command: string, output: string, { words }: Found): void {
  const id = /Created (0x[0-9a-f]{64})/.exec(output)?.[1]
  if (id !== undefined) words.set(command.includes('stats create') ? 'STATS' : 'ID', id)
  const address = /^Address: (0x[0-9a-fA-F]{40})$/m.exec(output)?.[1]
  if (address !== undefined) words.set('ADDRESS', address)
  const token = /^ *token \S+, \d+ decimals, (0x[0-9a-fA-F]{40})$/m.exec(output)?.[1]
  if (token !== undefined) words.set('TOKEN', token)
}

/** Why a command does not end well here; undefined where it does. */
function whyNot(command: string): string | undefined {
  const { status, signal, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
  if (status === 0) return undefined
  return `${command} ends with ${status ?? signal}: ${stderr.trim().split('\n').at(-1)}`
}

/** Runs the blocks of one document in a session. */
async function runBlocks(
  t: TestContext,
  document: Document,
  session: Session,
  cwd: string,
  found: Found,
): Promise<void> {
  for (const block of document.blocks) {
    const { treatment } = block
    if (treatment.kind === 'not-run') continue
    if (treatment.kind === 'needs') {
      const reason = whyNot(treatment.command)
      if (reason !== undefined) {
        t.diagnostic(`${document.path}:${block.line} is not run: ${reason}`)
        continue
      }
    }
    if (treatment.kind === 'file') writeFileSync(join(cwd, treatment.path), fillIn(block.text, found))
    for (const { line, text } of toCommands(block)) {
      const command = fillIn(text, found)
      if (treatment.kind === 'keeps-running') {
        await session.keep(command, treatment.readyText)
        continue
      }
      const { code, output } = await session.run(command)
      assert.equal(code, 0, `${document.path}:${line}: ${command}\nended with ${code}:\n${output}`)
      note(command, output, found)
    }
  }
  for (const pattern of expected[document.path] ?? []) assert.match(session.output(), pattern, document.path)
}

describe('the commands of each document run as they are written', { concurrency: 2 }, () => {
  for (const document of documents.filter(({ follows }) => follows === undefined)) {
    const all = withFollowers(document)
    test(all.map(({ path }) => path).join(', then '), { timeout: 900_000 }, async (t) => {
      const cwd = copyRepository()
      const found: Found = { port: await findFreePort(), words: new Map() }
      // As from a reader's shell: no keys, and npm is not the caller.
      const { TUTTI_PRIVATE_KEY: _key, TUTTI_PASSWORD: _password, INIT_CWD: _from, ...inherited } = process.env
      const env = Object.fromEntries(Object.entries(inherited).filter(([name]) => !/^(npm_|NODE_TEST)/i.test(name)))
      const session = openSession({
        cwd,
        env: { ...env, TUTTI_RPC: `http://127.0.0.1:${found.port}` },
        limitSeconds: 300,
      })
      try {
        for (const each of all) await runBlocks(t, each, session, cwd, found)
        const codes = await session.end()
        assert.ok(
          codes.every((code) => code === 0 || code === 130),
          `what ran beside ended with ${codes}:\n${session.output()}`,
        )
      } finally {
        session.kill()
        rmSync(cwd, { recursive: true, force: true })
      }
    })
  }
})

test('a document that follows another follows one that has commands', () => {
  for (const { path, follows } of documents) {
    assert.ok(follows === undefined || documents.some((other) => other.path === follows), `${path} follows ${follows}`)
  }
})
