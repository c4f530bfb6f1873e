/**
 * The Solidity of docs/contracts.md as a project of its own, as a reader would set it up: compiled without via-IR, and its tests
 * run. What stands for forge-std is the small `Test` of our own contract tests.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const contracts = join(root, 'contracts')
const document = readFileSync(join(root, 'docs/contracts.md'), 'utf8')

/** Code blocks of a language, each with the path that its first line names. */
function readFiles(language: string): { path: string; text: string }[] {
  const blocks = document.matchAll(new RegExp(`^\`\`\`${language}\\n(?://|#) (\\S+)\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  return [...blocks].map(([, path, text]) => ({ path: path!, text: text! }))
}

test('every Solidity block of the page is a file that compiles without via-IR, and the tests among them pass', () => {
  const files = [...readFiles('solidity'), ...readFiles('toml')]
  assert.equal(files.length, [...document.matchAll(/^```(solidity|toml)$/gm)].length, 'a block names no path')
  const project = mkdtempSync(join(tmpdir(), 'tutti-project-'))
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    for (const part of ['src', 'testing']) {
      cpSync(join(contracts, part), join(project, 'lib/tutti/contracts', part), { recursive: true })
    }
    for (const [from, to] of [
      ['forge-std/Test.sol', 'src/Test.sol'],
      ['Test.sol', 'Test.sol'],
      ['Vm.sol', 'Vm.sol'],
    ] as const) {
      cpSync(join(contracts, 'test', from), join(project, 'lib/forge-std', to))
    }
    const home = dirname(createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json'))
    const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { bin: Record<string, string> }
    const environment = { ...process.env, FOUNDRY_OFFLINE: 'true', FOUNDRY_SOLC: join(contracts, 'bin/solc') }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, bin.forge!), 'test'], {
      cwd: project,
      encoding: 'utf8',
      env: environment,
    })
    assert.equal(status, 0, `${stdout}\n${stderr}`)
    assert.match(stdout, /3 tests passed, 0 failed, 0 skipped/)
    // Joiner has no test: that it is compiled shows here.
    readFileSync(join(project, 'out/Joiner.sol/Joiner.json'))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
})
