#!/usr/bin/env node
// The entry for Node: TypeScript sources run as they are, through tsx.
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
