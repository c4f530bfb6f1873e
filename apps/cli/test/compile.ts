/** Compiles contracts that only tests need: the contracts of the project have no such ones. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Hex } from 'viem'

/** Creation code of the contract in `NAME.sol` of this folder. */
export function compileContract(name: string): Hex {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const content = readFileSync(new URL(`${name}.sol`, import.meta.url), 'utf8')
  const settings = { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { [`${name}.sol`]: { content } }, settings }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (contracts === undefined) throw new Error(JSON.stringify(errors))
  return `0x${contracts[`${name}.sol`][name].evm.bytecode.object}`
}
