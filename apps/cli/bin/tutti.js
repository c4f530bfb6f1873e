#!/usr/bin/env node
// The entry for Node: the program made from the sources, or else the TypeScript sources as they are, through tsx.
import { setFlagsFromString } from 'node:v8'
import { prepareProgram } from './program.js'

// A node mostly waits, so it collects garbage more often instead of taking more memory.
if (process.argv[2] === 'node') setFlagsFromString('--semi-space-growth-factor=1')

// A reader that has seen enough (`tutti status | head`) ends the output, and a full disk ends the command, both without a
// stack trace.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`tutti: The output cannot be written: ${error.message}. Free some space, or write elsewhere.\n`)
  process.exit(11)
})

// npm runs scripts in its package's folder, but paths on the command line are relative to where npm was called.
if (['tutti', 'demo'].includes(process.env.npm_lifecycle_event) && process.env.INIT_CWD !== undefined) {
  process.chdir(process.env.INIT_CWD)
  delete process.env.INIT_CWD
}

const program = await prepareProgram()
if (program === undefined) (await import('tsx/esm/api')).register()
const { main } = await import(program ?? '../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
