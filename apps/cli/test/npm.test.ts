/** The command as README has it run, through npm, which changes into the repository's folder. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('relative paths are meant from the folder in which npm was called', () => {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'tutti-npm-')))
  try {
    writeFileSync(join(cwd, 'mine.csv'), 'age,outcome\n1,yes\n2,no\n3,yes\n4,no\n')
    // As from a shell: the script that runs the tests is not the caller.
    const { INIT_CWD: _from, npm_lifecycle_event: _script, ...env } = process.env
    const words = ['--prefix', root, 'run', '--silent', 'tutti', '--', 'task', 'init', 'mine.csv', '--label', 'outcome']
    execFileSync('npm', words, { cwd, env, stdio: 'pipe' })
    assert.ok(existsSync(join(cwd, 'task.yaml')))
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})
