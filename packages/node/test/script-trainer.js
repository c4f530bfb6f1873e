// A trainer as an owner might write it, in plain JavaScript: reads round.json, moves every weight by 0.02, writes the
// model and metrics. The word before the path of round.json says what it does wrong.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [mode = 'well', path = ''] = process.argv.slice(2)
const task = JSON.parse(readFileSync(path, 'utf8'))
const bytes = readFileSync(task.weights)
const start = 8 + Number(bytes.readBigUInt64LE(0))
for (let at = start; at < bytes.length; at += 4) bytes.writeFloatLE(bytes.readFloatLE(at) + 0.02, at)

console.log(`training round ${task.round}, key ${process.env.TUTTI_PRIVATE_KEY}, ${process.env.TUTTI_ROUND === path}`)
if (mode === 'fails') {
  console.error('out of \u001b[31mmemory')
  process.exit(3)
}
if (mode === 'hangs') {
  // A grandchild that must not outlive the group; both ignore the polite request.
  process.on('SIGTERM', () => undefined)
  const ignore = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)"
  const child = spawn(process.execPath, ['-e', ignore], { stdio: 'ignore' })
  writeFileSync(`${path}.pid`, String(child.pid))
  setInterval(() => undefined, 1000)
} else {
  if (mode === 'not-finite') bytes.writeFloatLE(Number.NaN, start + 4 * (128 + 3))
  const header = bytes.toString('utf8', 8, start)
  const files = {
    transposed: () =>
      Buffer.concat([bytes.subarray(0, 8), Buffer.from(header.replace('[8,16]', '[16,8]')), bytes.subarray(start)]),
    half: () => bytes.subarray(0, bytes.length / 2),
  }
  const file = files[mode]?.() ?? bytes
  if (mode !== 'silent') writeFileSync(task.trained, file)
  const metrics = mode === 'no-examples' ? { loss: 1 } : { examples: 48, loss: 0.5, correct: null, note: 'mine' }
  if (mode !== 'no-metrics')
    writeFileSync(task.metrics, mode === 'nan-loss' ? '{"loss": NaN}' : JSON.stringify(metrics))
}
