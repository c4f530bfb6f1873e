#!/usr/bin/env node
// The entry for Node: TypeScript sources run as they are, through tsx.
import { register } from 'tsx/esm/api'

// A reader that has seen enough (`tutti status | head`) ends the output, not the command in the middle of what it does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
  })
}

register()
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
