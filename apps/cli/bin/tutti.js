#!/usr/bin/env node
// The entry for Node: TypeScript sources run as they are, through tsx.
import { register } from 'tsx/esm/api'

// A reader that has seen enough (`tutti status | head`) ends the output, not with a stack trace.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

register()
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
