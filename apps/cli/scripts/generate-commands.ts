/**
 * Writes `docs/commands.md`, every command with its options as `--help` shows them:
 * `node --import tsx apps/cli/scripts/generate-commands.ts`. A test fails where the page is not current.
 */
import { writeFileSync } from 'node:fs'
import { createProgram } from '../src/main.ts'
import { commandPage } from '../src/terminal/command-page.ts'

writeFileSync(new URL('../../../docs/commands.md', import.meta.url), commandPage(createProgram()))
