/** `tutti deploy`: puts the contracts on a chain, at the addresses that they have on every chain. */

import type { ContractName, DeploymentPlan } from '@tutti/chain'
import { hideSecrets } from '@tutti/chain/secrets'
import { formatInteger } from '@tutti/core'
import { type Command, Option } from 'commander'
import { formatGwei } from 'viem'
import { type AccountOptions, addAccountOptions, defaultRpcUrl, openAccount, payingOf } from '../chain/connection.ts'
import { describeLimits } from '../chain/limit-lines.ts'
import { roundCoins } from '../chain/paid.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface DeployCommandOptions extends AccountOptions {
  rpc: string
  path?: 'direct' | 'blob'
  demoToken?: boolean
  dryRun?: boolean
  json?: boolean
}

/** How people read the contracts' names. */
const titles: Record<ContractName, string> = {
  extension: 'FederationExtension',
  core: 'Federation',
  directAggregator: 'DirectAggregator',
  blobAggregator: 'BlobAggregator',
  demoToken: 'DemoToken',
}

/** Adds the command `deploy`. */
export function addDeploy(program: Command): void {
  const command = program
    .command('deploy')
    .description(
      'Put the contracts on a chain, at the same addresses as on every other chain. Contracts that are there are checked.',
    )
    .addOption(new Option('--rpc <url>', 'the chain').env('TUTTI_RPC').default(defaultRpcUrl))
    .addOption(
      new Option(
        '--path <name>',
        'direct: without the blob aggregator; blob: with it, even if the chain seems not to take blobs (default: as found)',
      ).choices(['direct', 'blob']),
    )
    .option(
      '--demo-token',
      'deploy the demo token too, which anyone may mint: for test nets (default on a local chain)',
    )
    .option('--no-demo-token', 'deploy no demo token')
    .option('--dry-run', 'say what is there, what is missing and what it would cost; send nothing (needs no key)')
    .option('--json', 'print one JSON object')
  addAccountOptions(command)
    .addHelpText(
      'after',
      '\nThe addresses follow from the code alone, so every other command finds the contracts without being told. (They are\n' +
        'made by CREATE2 through the deployment proxy at 0x4e59b44847b379578588920cA78FbF26c0B4956C, which is deployed too\n' +
        'if it is missing.) A second run finds all of them in place and spends nothing.\n\n' +
        'Only the direct path is deployed if the EVM lacks what blobs need, or if users may not send blob transactions.\n' +
        'Recent blocks and the pool tell whether they may; the pool is asked with a transaction of an empty account, which\n' +
        'no chain can include. If neither tells, it is unknown: if you know that the chain takes them, pass --path blob.',
    )
    .action(runDeploy)
}

async function runDeploy(options: DeployCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { connect, deployContracts, InsufficientFundsError, localChainId, planDeployment, refuseTestAccounts } =
    await import('@tutti/chain')
  const isDryRun = options.dryRun === true
  const reader = await connect({ rpcUrl: options.rpc })
  const account = isDryRun ? undefined : await openAccount(options)
  if (account !== undefined) refuseTestAccounts(account.address, reader.chainId)
  const client = account === undefined ? reader : await connect({ rpcUrl: options.rpc, account, ...payingOf(options) })
  const hasDemoToken = options.demoToken ?? client.chainId === localChainId
  const plan = await planDeployment(client, {
    hasDemoToken,
    ...(options.path === undefined ? {} : { path: options.path }),
  })
  describePlan(plan, options.path === 'direct', output)
  const missing = plan.contracts.filter(({ isThere }) => !isThere)
  const result = describeResult(plan)
  if (isDryRun || (missing.length === 0 && plan.proxy.isThere)) {
    output.line(isDryRun ? 'Nothing was sent (--dry-run).' : 'All is in place; nothing was sent.')
    output.result({ ...result, isDryRun, gasUsed: 0n, paid: 0n })
    return
  }
  // All or nothing: a key that can pay for the first contract alone leaves half a deployment.
  const owner = client.account!.address
  const balance = await client.public.getBalance({ address: owner })
  if (balance < plan.cost) throw new InsufficientFundsError(owner, balance, plan.cost)
  const { writes } = await deployContracts(client, {
    names: plan.contracts.map(({ name }) => name),
    onContract: (name) => output.progress(`deploying ${titles[name]}…`),
  })
  const gasUsed = writes.reduce((sum, write) => sum + write.gasUsed, 0n)
  const paid = writes.reduce((sum, { receipt }) => sum + receipt.gasUsed * receipt.effectiveGasPrice, 0n)
  output.line(`Deployed and checked; it took ${formatInteger(gasUsed)} gas and ${roundCoins(paid)} of its coin.`)
  output.line(`Next: tutti create --rpc ${hideSecrets(options.rpc)} --task-file task.yaml …`)
  output.result({ ...result, isDryRun, gasUsed, paid, transactions: writes.map(({ hash }) => hash) })
}

function describePlan(plan: DeploymentPlan, isDirect: boolean, output: Output): void {
  const { chainId, contracts, proxy, gas, feePerGas, cost } = plan
  const state = (isThere: boolean, own: bigint) => (isThere ? 'in place' : `missing, ${formatInteger(own)} gas`)
  output.line(`Chain ${chainId}:`)
  output.line(`  ${'deployment proxy'.padEnd(20)} ${proxy.address}  ${state(proxy.isThere, proxy.gas)}`)
  for (const { name, address, isThere, gas: own } of contracts) {
    output.line(`  ${titles[name].padEnd(20)} ${address}  ${state(isThere, own)}`)
  }
  for (const line of isDirect ? ['Direct path only, as --path direct asks.'] : describePaths(plan)) output.line(line)
  output.line(describeLimits(plan.limits))
  if (gas > 0n) {
    output.line(
      `To deploy what is missing: ${formatInteger(gas)} gas, ${roundCoins(cost)} of its coin at ` +
        `${formatGwei(feePerGas)} gwei. A rollup adds what it pays for data on the chain below.`,
    )
  }
}

/** Which paths are to be had, why not the blob path, and what to do about it. */
function describePaths({
  capabilities: { missingForBlobPath, blobTransactions },
  contracts,
}: DeploymentPlan): string[] {
  if (missingForBlobPath.length === 0) return ['Direct path and blob path: the chain has what both need.']
  const isForced = contracts.some(({ name }) => name === 'blobAggregator')
  const forced = 'The blob aggregator is deployed because of --path blob.'
  const evm = missingForBlobPath.filter((name) => name !== 'blob transactions')
  if (evm.length > 0) {
    const lacks = `For the blob path this chain lacks: ${missingForBlobPath.join(', ')}.`
    return [isForced ? `${lacks} ${forced} It will not work.` : `Direct path only. ${lacks}`]
  }
  const { answer, why } = blobTransactions
  if (answer === 'no') {
    const denied = `Users may not send blob transactions here: ${why}.`
    return [isForced ? `${denied} ${forced}` : `Direct path only. ${denied}`]
  }
  return [
    `Not known whether users may send blob transactions here: no blobs were found in its last blocks, and ${why}.`,
    isForced
      ? forced
      : 'Direct path only. If its documentation says that it takes them (type 3): tutti deploy --path blob.',
  ]
}

function describeResult({ chainId, capabilities, limits, contracts, proxy, gas, feePerGas, cost }: DeploymentPlan) {
  const addressOf = Object.fromEntries(contracts.map(({ name, address }) => [name, address]))
  return {
    chainId,
    paths: contracts.some(({ name }) => name === 'blobAggregator') ? ['direct', 'blob'] : ['direct'],
    missingForBlobPath: capabilities.missingForBlobPath,
    blobTransactions: capabilities.blobTransactions,
    limits,
    ...addressOf,
    contracts,
    proxy,
    estimate: { gas, feePerGas, cost },
  }
}
