/**
 * Writes `src/abi/*.ts`: the ABI and the creation bytecode of what is deployed, compiled with forge; and the same bytecode as
 * Solidity, for tests of contracts that ask a model (`contracts/testing`).
 *
 * The result is committed, so that nobody who uses Tutti needs a compiler. `--check` writes nothing and fails when
 * the committed files are not what the contracts compile to. Forge gets folders of its own: others may be compiling.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AbiItem, toFunctionSelector } from 'viem'
import { formatAbiItem } from 'viem/utils'

/**
 * A contract to take over, and the folder of `contracts/` that declares it. The core's functions and events are those of its
 * whole interface: a part of its code stands in a contract of its own, of which the code alone is taken over.
 */
type Target = { contract: string; folder: 'src' | 'test/baselines'; abiOf?: string; isCodeAlone?: true }
type Artifact = { abi: AbiItem[]; bytecode: { object: string } }

const contracts = fileURLToPath(new URL('../../../contracts', import.meta.url))
const destination = fileURLToPath(new URL('../src/abi', import.meta.url))

const targets: Target[] = [
  { contract: 'Federation', folder: 'src', abiOf: 'IFederation' },
  { contract: 'FederationExtension', folder: 'src', isCodeAlone: true },
  { contract: 'DirectAggregator', folder: 'src' },
  { contract: 'BlobAggregator', folder: 'src' },
  { contract: 'DemoToken', folder: 'src' },
  { contract: 'NaiveAverage', folder: 'test/baselines' },
]

/** Finds the file below `folder` that declares `contract`. */
function sourceOf({ contract, folder }: Pick<Target, 'contract' | 'folder'>): string {
  const declaration = new RegExp(`^(abstract contract|contract|interface|library) ${contract}\\b`, 'm')
  for (const entry of readdirSync(join(contracts, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.sol')) continue
    const path = join(entry.parentPath, entry.name)
    if (declaration.test(readFileSync(path, 'utf8'))) return path
  }
  throw new Error(`No contract ${contract} below contracts/${folder}. Correct the targets in scripts/generate.ts.`)
}

/** Names of all contracts, interfaces and libraries below a folder of `contracts/`. */
function contractsOf(folder: string): string[] {
  return readdirSync(join(contracts, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .flatMap((source) => [...source.matchAll(/^(?:abstract contract|contract|interface|library) (\w+)/gm)])
    .map(([, name]) => name!)
}

/** Compiles the sources in a folder of its own and returns each target's artifact, and every error that any source declares. */
function compile(): { artifacts: Map<Target, Artifact>; errors: AbiItem[] } {
  const folder = mkdtempSync(join(tmpdir(), 'tutti-abi-'))
  try {
    const forge = join(contracts, '../node_modules/.bin/forge')
    const paths = targets.map((target) => relative(contracts, sourceOf(target)))
    const folders = ['--out', join(folder, 'out'), '--cache-path', join(folder, 'cache')]
    runForge(forge, ['build', '--root', contracts, ...folders, 'src', ...paths])
    const artifactOf = (target: Pick<Target, 'contract' | 'folder'>): Artifact => {
      const path = join(folder, 'out', basename(sourceOf(target)), `${target.contract}.json`)
      return JSON.parse(readFileSync(path, 'utf8'))
    }
    const artifacts = targets.map((target): [Target, Artifact] => {
      const artifact = artifactOf(target)
      if (target.abiOf !== undefined) artifact.abi = artifactOf({ ...target, contract: target.abiOf }).abi
      return [target, artifact]
    })
    const declared = contractsOf('src').map((contract) => artifactOf({ contract, folder: 'src' }))
    return { artifacts: new Map(artifacts), errors: mergeErrors(declared) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs forge; what it says is shown only if it fails, its lints being others' business. */
function runForge(forge: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(forge, args, { cwd: contracts, encoding: 'utf8' })
  if (status !== 0) throw new Error(`forge failed:\n${stdout}\n${stderr}`)
}

/** Every error that any of the contracts declares, once each: modules revert through the core. */
function mergeErrors(artifacts: Iterable<Artifact>): AbiItem[] {
  const errors = new Map<string, AbiItem>()
  for (const { abi } of artifacts) {
    for (const item of abi)
      if (item.type === 'error') errors.set(toFunctionSelector(formatAbiItem(item as never)), item)
  }
  return [...errors.values()].sort((a, b) => formatAbiItem(a as never).localeCompare(formatAbiItem(b as never)))
}

/** Drops `internalType`, which names Solidity types and helps nobody here. */
function stripInternalTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripInternalTypes)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([key]) => key !== 'internalType')
  return Object.fromEntries(entries.map(([key, inner]) => [key, stripInternalTypes(inner)]))
}

const header = '// Generated by packages/chain/scripts/generate.ts from contracts/. Do not edit.\n'

function toSource(name: string, abi: unknown): string {
  return `export const ${name} = ${JSON.stringify(stripInternalTypes(abi), null, 1)} as const\n`
}

/** Creation code as a Solidity library: a function a contract. */
function toSolidity(codes: Record<string, string>): string {
  const functions = Object.entries(codes).map(
    ([name, code]) =>
      `    function ${name}() internal pure returns (bytes memory) {\n        return hex"${code.replace(/^0x/, '')}";\n    }\n`,
  )
  return [
    '// SPDX-License-Identifier: MIT\n',
    header,
    'pragma solidity ^0.8.28;\n\n',
    '/// @title TuttiBytecode\n/// @notice Creation code of the contracts as they are deployed. The core takes the address of its extension.\n',
    `library TuttiBytecode {\n${functions.join('\n')}}\n`,
  ].join('')
}

/** What is to be written, by path. */
function generate(): Map<string, string> {
  const { artifacts, errors } = compile()
  const files = new Map<string, string>()
  for (const [target, { abi, bytecode }] of artifacts) {
    const name = target.contract.charAt(0).toLowerCase() + target.contract.slice(1)
    const code = `\nexport const ${name}Bytecode =\n  '${bytecode.object}' as const\n`
    const whole = target.abiOf === undefined ? abi : [...abi, ...errors]
    const interfaces = target.isCodeAlone === true ? '' : `\n${toSource(`${name}Abi`, whole)}`
    files.set(join(destination, `${name}.ts`), `${header}${interfaces}${code}`)
  }
  const codeOf = (contract: string) =>
    [...artifacts].find(([target]) => target.contract === contract)![1].bytecode.object
  const codes = {
    extension: codeOf('FederationExtension'),
    core: codeOf('Federation'),
    directAggregator: codeOf('DirectAggregator'),
  }
  files.set(join(contracts, 'testing/TuttiBytecode.sol'), toSolidity(codes))
  return files
}

const isCheck = process.argv.includes('--check')
const files = generate()
mkdirSync(destination, { recursive: true })
const stale = [...files].filter(([path, source]) => {
  try {
    return readFileSync(path, 'utf8') !== source
  } catch {
    return true
  }
})
if (isCheck && stale.length > 0) {
  console.error(
    `Stale: ${stale.map(([path]) => basename(path)).join(', ')}. Run: npx tsx packages/chain/scripts/generate.ts`,
  )
  process.exitCode = 1
} else if (!isCheck) {
  for (const [path, source] of stale) writeFileSync(path, source)
  console.log(stale.length === 0 ? 'Up to date.' : `Wrote ${stale.map(([path]) => basename(path)).join(', ')}.`)
}
