/**
 * Compiles PumpWatch.sol, deploys it, and lets it ask a federation's model about a row of a CSV.
 *
 *   node --import tsx examples/ask-a-model/ask.ts ID FILE.csv [ROW]
 *
 * The chain is TUTTI_RPC (the local one of `tutti chain` by default); it signs with TUTTI_PRIVATE_KEY, on a local chain
 * with a public test account where that is not set.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  accountFromEnvironment,
  type ChainClient,
  connect,
  deployment,
  readManifest,
  readModelStatus,
  refuseTestAccounts,
  sendCall,
  testAccounts,
} from '@tutti/chain'
import { encodeExample, parseModelManifest, toPlainValues } from '@tutti/learn'
import { readTableFile } from '@tutti/learn/node'
import { type Abi, bytesToHex, encodeDeployData, encodeFunctionData, type Hex, parseEventLogs } from 'viem'

const [id, file, row = '0'] = process.argv.slice(2)
if (id === undefined || file === undefined) throw new Error('Usage: ask.ts ID FILE.csv [ROW]')
const account = accountFromEnvironment(process.env) ?? testAccounts(1)[0]!
const client = await connect({ rpcUrl: process.env.TUTTI_RPC ?? 'http://127.0.0.1:8545', account })
refuseTestAccounts(account.address, client.chainId)

const { isTrained, isSealed, sealedVersion } = await readModelStatus(client, { id: id as Hex })
if (!isTrained) {
  throw new Error('No round has changed this model yet, so its answers mean nothing: run the nodes, then ask again.')
}
if (!isSealed || sealedVersion === 0) {
  throw new Error(`No trained version of this model is in code, so contracts cannot ask it: tutti seal ${id}`)
}
const { abi, bytecode } = compile()
const data = encodeDeployData({ abi, bytecode, args: [client.core, deployment().directAggregator, id as Hex] })
const { receipt, gasUsed } = await sendCall(client, { data })
const watch = receipt.contractAddress!
console.log(`PumpWatch ${watch}, deployed for ${gasUsed} gas; it asks ${client.core}`)

const reading = await readReading(client, id as Hex, file, Number(row))
const [isFailing, output] = (await client.public.readContract({
  address: watch,
  abi,
  functionName: 'willFail',
  args: [reading],
})) as [boolean, bigint]
console.log(`willFail(${reading}) as a call, free: ${isFailing} (output ${Number(output) / 1e18})`)

const pump = BigInt(row)
const call = encodeFunctionData({ abi, functionName: 'report', args: [pump, reading] })
const reported = await sendCall(client, { to: watch, data: call })
const [order] = parseEventLogs({ abi, eventName: 'ServiceOrdered', logs: reported.receipt.logs })
console.log(`report(${pump}, reading) in a transaction: ${reported.gasUsed} gas`)
console.log(order === undefined ? 'No service is ordered.' : `Service is ordered for pump ${pump}.`)

/** A row as the bytes that the model takes: the manifest on the chain says how. */
async function readReading(from: ChainClient, federation: Hex, path: string, index: number): Promise<Hex> {
  const manifest = parseModelManifest((await readManifest(from, { id: federation })).manifest)
  const table = readTableFile(path, { decimal: manifest.data.csv?.decimal })
  if (index >= table.count) throw new Error(`${path} has rows 0 to ${table.count - 1}.`)
  return bytesToHex(encodeExample(manifest.data, toPlainValues(table, index, manifest.data)))
}

/** Compiles the contract with solc-js. */
function compile(): { abi: Abi; bytecode: Hex } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const name = 'PumpWatch.sol'
  const content = readFileSync(new URL(name, import.meta.url), 'utf8')
  const settings = {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { '*': { PumpWatch: ['abi', 'evm.bytecode.object'] } },
  }
  const input = { language: 'Solidity', sources: { [name]: { content } }, settings }
  const result = JSON.parse(solc.compile(JSON.stringify(input))) as {
    errors?: { severity: string; formattedMessage: string }[]
    contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
  }
  const faults = (result.errors ?? []).map(({ formattedMessage }) => formattedMessage)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const { abi, evm } = result.contracts[name]!.PumpWatch!
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
