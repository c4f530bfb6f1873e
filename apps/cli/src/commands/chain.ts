/** `tutti chain`: a local chain with the contracts on it, until Ctrl-C; its state stays on disk. */
import type { Command } from 'commander'
import { parseCount } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface ChainOptions {
  directory: string
  port: number
  accounts: number
  blockTime?: number
  json?: boolean
}

/** Adds the command `chain`. */
export function addChain(program: Command): void {
  program
    .command('chain')
    .description('Run a local chain with the contracts on it, until Ctrl-C.')
    .option('--directory <path>', 'where its state is kept between runs', '.tutti/chain')
    .option('--port <n>', 'port on 127.0.0.1', parseCount, 8545)
    .option('--accounts <n>', 'public test accounts with funds', parseCount, 20)
    .option(
      '--block-time <seconds>',
      'seconds between blocks (default: a block for each transaction, then three more, one a second)',
      parseCount,
    )
    .option('--json', 'print one JSON object when it is ready')
    .addHelpText('after', '\nThe test accounts are public: anyone can spend from them. They are for this chain only.')
    .action(runChain)
}

/** Runs the chain until it is stopped. */
async function runChain(options: ChainOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { SPARING_PACE, startLocalChain } = await import('@tutti/chain/local')
  const { holdChainDirectory } = await import('../chain/chain-directory.ts')
  const release = holdChainDirectory(options.directory)
  const chain = await startLocalChain({
    directory: options.directory,
    port: options.port,
    accounts: options.accounts,
    pace: !options.blockTime ? SPARING_PACE : { seconds: options.blockTime, blocks: Infinity },
  })
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  try {
    await prepareChain(chain.rpcUrl, options, output)
    await interrupted
    output.note('stopping; the state is being written…')
  } finally {
    await chain.stop()
    release()
  }
}

/** Deploys the contracts and mints demo tokens where the chain is new, and says what is there. */
async function prepareChain(rpcUrl: string, options: ChainOptions, output: Output): Promise<void> {
  const { blobAggregatorAddress, connect, deployContracts, mintDemoTokens, testAccounts } = await import('@tutti/chain')
  output.progress('deploying the contracts…')
  const accounts = testAccounts(options.accounts)
  const client = await connect({ rpcUrl, account: accounts[0]! })
  // It takes blobs: to ask it first, as `deployBlobAggregator` does, would take seconds.
  const { core, directAggregator, demoToken, writes } = await deployContracts(client)
  writes.push(...(await deployContracts(client, { names: ['blobAggregator'] })).writes)
  const blobAggregator = blobAggregatorAddress()
  if (writes.length > 0) {
    for (const { address: to } of accounts) await mintDemoTokens(client, { to, amount: 1_000_000n * 10n ** 18n })
  }
  const { chainId } = client
  output.line(`A local chain answers at ${rpcUrl} (chain id ${chainId}); its state is in ${options.directory}.`)
  output.line(`  Federation        ${core}`)
  output.line(`  DirectAggregator  ${directAggregator}`)
  output.line(`  BlobAggregator    ${blobAggregator}`)
  output.line(`  DemoToken         ${demoToken}`)
  output.line(
    `${accounts.length} test accounts hold funds and demo tokens: --test-account 0 to ${accounts.length - 1}.`,
  )
  output.line('Next, in another terminal: tutti create --task digits --test-account 0. Ctrl-C stops the chain.')
  const addresses = accounts.map(({ address }) => address)
  output.result({ rpcUrl, chainId, core, directAggregator, blobAggregator, demoToken, accounts: addresses })
}
