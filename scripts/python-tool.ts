/** Foreign programs from PyPI, each in an environment of its own under node_modules. */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A package of PyPI and the program of it that is run. */
export interface PythonTool {
  name: string
  version: string
  program: string
}

/** Folder of a tool's environment. */
export function cacheOf(root: string, name: string, version: string): string {
  return join(root, 'node_modules', '.cache', `${name}-${version}`)
}

/**
 * Path of a program, installed when it is not. Undefined, with its reason said, where that cannot be: a failure of this
 * process where TUTTI_FOREIGN=required.
 */
export function findProgram(root: string, { name, version, program }: PythonTool): string | undefined {
  const cache = cacheOf(root, name, version)
  const installed = join(cache, 'bin', program)
  if (existsSync(installed)) return installed
  if (run('python3', ['--version']).status !== 0) return skip(name, 'there is no python3')
  console.log(`installing ${name} ${version} into ${cache}`)
  const made = run('python3', ['-m', 'venv', cache])
  if (made.status !== 0) return skip(name, `python3 makes no environment: ${lastLine(made.stderr || made.stdout)}`)
  const got = run(join(cache, 'bin', 'pip'), ['install', '--quiet', `${name}==${version}`])
  if (got.status === 0 && existsSync(installed)) return installed
  rmSync(cache, { recursive: true, force: true })
  return skip(name, `pip does not install it: ${lastLine(got.stderr)}`)
}

function run(command: string, words: readonly string[]) {
  return spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1 << 28 })
}

/** Says why nothing is run; a failure where it must run. */
function skip(name: string, reason: string): undefined {
  console.log(`${name} is skipped: ${reason}.`)
  if (process.env.TUTTI_FOREIGN === 'required') {
    console.log('TUTTI_FOREIGN=required asks for it.')
    process.exitCode = 1
  }
  return undefined
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
