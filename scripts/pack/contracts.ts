/** `@tutti/contracts`: the Solidity that other contracts are compiled against, fixtures for their tests, and ABIs as JSON. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { copy, writeJson } from './files.ts'

/** Writes the package into a folder. */
export async function stageContracts(
  root: string,
  folder: string,
  about: { version: string; license: string; [key: string]: unknown },
): Promise<string> {
  for (const part of ['src', 'testing']) copy(join(root, 'contracts', part), join(folder, part))
  copy(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  copy(join(root, 'docs/contracts.md'), join(folder, 'README.md'))
  const abis = join(root, 'packages/chain/src/abi')
  for (const file of readdirSync(abis)) {
    const name = file.replace(/\.ts$/, '')
    const exported = (await import(pathToFileURL(join(abis, file)).href)) as Record<string, unknown>
    const abi = exported[`${name}Abi`]
    // The core's extension has none of its own: it is called through the core.
    if (abi !== undefined) writeJson(join(folder, 'abi', `${name}.json`), abi)
  }
  const { devDependencies } = (await import(pathToFileURL(join(root, 'package.json')).href, { with: { type: 'json' } }))
    .default as { devDependencies: Record<string, string> }
  const libraries = ['@openzeppelin/contracts', 'solady']
  writeJson(join(folder, 'package.json'), {
    ...{ name: '@tutti/contracts', description: 'Contracts of Tutti, federated learning on the chain.', ...about },
    exports: { './abi/*': './abi/*', './package.json': './package.json' },
    dependencies: Object.fromEntries(libraries.map((name) => [name, devDependencies[name]])),
    files: ['src', 'testing', 'abi'],
  })
  return folder
}
