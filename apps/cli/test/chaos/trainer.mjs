// An owner's program that trains, in plain JavaScript: takes its time, and moves every weight a little.
import { readFileSync, writeFileSync } from 'node:fs'

const task = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'))
await new Promise((resolve) => setTimeout(resolve, 400 + 200 * (task.round % 3)))
const bytes = readFileSync(task.weights)
const start = 8 + Number(bytes.readBigUInt64LE(0))
for (let at = start; at < bytes.length; at += 4) bytes.writeFloatLE(bytes.readFloatLE(at) + 0.01, at)
writeFileSync(task.trained, bytes)
writeFileSync(task.metrics, JSON.stringify({ examples: 9 }))
