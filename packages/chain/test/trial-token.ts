/** A token of the tests with metadata of choice, compiled here: the contracts of the project have no such one. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Address, encodeAbiParameters, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import { type ChainClient, sendCall } from '../src/index.ts'

/** What a {@link deployTrialToken} token answers, in bytes: nothing reverts, a single byte halts. */
export interface TrialAnswers {
  decimals: Hex
  symbol: Hex
  /** Bytes of an endless string that both answer instead. */
  loops?: bigint
}

/** One word. */
export const word = (value: bigint | number): Hex => encodeAbiParameters([{ type: 'uint256' }], [BigInt(value)])
/** A string as the standard wants it. */
export const text = (value: string): Hex => encodeAbiParameters([{ type: 'string' }], [value])

interface Compiled {
  abi: readonly unknown[]
  bytecode: Hex
}

let compiled: Compiled | undefined

function compile(): Compiled {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const content = readFileSync(new URL('./TrialToken.sol', import.meta.url), 'utf8')
  const settings = { optimizer: { enabled: true }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'TrialToken.sol': { content } }, settings }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (contracts === undefined) throw new Error(JSON.stringify(errors))
  const { abi, evm } = contracts['TrialToken.sol'].TrialToken
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

/** Deploys a token that answers as told. */
export async function deployTrialToken(client: ChainClient, answers: TrialAnswers): Promise<Address> {
  compiled ??= compile()
  const { abi, bytecode } = compiled
  const args = [answers.decimals, answers.symbol, answers.loops ?? 0n]
  const data = encodeDeployData({ abi, bytecode, args } as never)
  const hash = await client.public.request({
    method: 'eth_sendTransaction',
    params: [{ from: client.account!.address, data, gas: '0x2dc6c0' }],
  } as never)
  const receipt = await client.public.waitForTransactionReceipt({ hash: hash as Hex })
  return receipt.contractAddress!
}

/** Calls the token as the client's account. */
export async function callTrialToken(
  client: ChainClient,
  token: Address,
  functionName: 'mint' | 'refuse' | 'approve',
  args: readonly unknown[],
): Promise<void> {
  compiled ??= compile()
  await sendCall(client, { to: token, data: encodeFunctionData({ abi: compiled.abi, functionName, args } as never) })
}
