/** Whose contracts a federation uses: commands that show its answers as true check that first. */

import type { ChainClient, Creation, Module } from '@tutti/chain'
import type { Command } from 'commander'
import type { Output } from '../terminal/output.ts'

/** What {@link addModuleOption} reads. */
export interface ModuleOptions {
  unknownModules?: boolean
}

/** Adds `--unknown-modules`. */
export function addModuleOption(command: Command): Command {
  return command.option('--unknown-modules', "go on even if the federation names contracts that are not Tutti's")
}

/**
 * The modules of a federation. Unknown ones are refused, or named on standard error if the options allow them.
 *
 * @throws `UnknownModulesError`
 */
export async function demandKnownModules(
  client: ChainClient,
  creation: Creation,
  { unknownModules = false }: ModuleOptions,
  output: Pick<Output, 'note'>,
): Promise<Module[]> {
  const { inspectModules, UnknownModulesError } = await import('@tutti/chain')
  const modules = await inspectModules(client, creation)
  const warning = warnOfModules(modules)
  if (warning === undefined) return modules
  if (!unknownModules) throw new UnknownModulesError(modules.filter(({ isKnown }) => !isKnown))
  output.note(warning)
  return modules
}

/** The warning of commands that only show a federation; undefined where all its modules are known. */
export function warnOfModules(modules: readonly Module[]): string | undefined {
  const unknown = modules.filter(({ isKnown }) => !isKnown)
  if (unknown.length === 0) return undefined
  const named = unknown.map(({ name, address }) => `${name} ${address}`).join(', ')
  return `Careful: these contracts are not Tutti's, so what they say of this federation may be false: ${named}.`
}
