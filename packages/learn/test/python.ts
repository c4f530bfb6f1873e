import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

/** Runs a script in the first Python that has `module`; says why where none has. */
export function runPython(module: string, script: string, args: string[]): { output: string } | { reason: string } {
  for (const python of ['python3', '/usr/bin/python3']) {
    if (spawnSync(python, ['-c', `import ${module}`]).status !== 0) continue
    const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...args], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return { output: stdout }
  }
  return { reason: `no Python with ${module} on this machine: nothing was held against it` }
}
