/**
 * `npm run test:flower`: an unchanged Flower client trains as a member, with Flower from PyPI in an environment of its own.
 * Where there is no Python, nothing is run and the reason said, unless TUTTI_FOREIGN=required.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from './python-tool.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = findProgram(root, { name: 'flwr', version: '1.42.0', program: 'flwr' })
if (program !== undefined) {
  const words = ['--import', 'tsx', '--test', join(root, 'packages/node/test/trainers/flower-trainer.test.ts')]
  const path = `${dirname(program)}${delimiter}${process.env.PATH}`
  const { status, stdout } = spawnSync(process.execPath, words, {
    ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, PATH: path, FLWR_TELEMETRY_ENABLED: '0' },
  })
  process.stdout.write(stdout)
  const isSkipped = !/^# skipped 0$/m.test(stdout)
  if (isSkipped) console.log('The test found no Flower, though it is installed.')
  process.exitCode = status !== 0 || isSkipped ? 1 : 0
}
