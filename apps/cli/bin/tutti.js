#!/usr/bin/env node
// The entry for Node: the program made from the sources, or else the TypeScript sources as they are, through tsx.
import { prepareProgram } from './program.js'

const program = await prepareProgram()
if (program === undefined) (await import('tsx/esm/api')).register()
const { main } = await import(program ?? '../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
