/** `tutti chain`: a local chain with the contracts on it, until Ctrl-C; its state stays on disk. */
import type { Command } from 'commander'
import { parseCount } from '../chain/connection.ts'
import { createOutput } from '../terminal/output.ts'

interface ChainOptions {
  directory: string
  port: number
  accounts: number
  blockTime?: number
  json?: boolean
}

/** What draws a cohort waits for a block or two; a chain that nobody uses does not grow. */
const SPARING = { seconds: 1, blocks: 3 }

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
      'a block every so often (default: one for each transaction, and three at a second each after the last)',
      parseCount,
    )
    .option('--json', 'print one JSON object when it is ready')
    .addHelpText('after', '\nThe test accounts are public: anyone can spend from them. They are for this chain only.')
    .action(async (options: ChainOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const { connect, deployBlobAggregator, deployContracts, mintDemoTokens, testAccounts } = await import(
        '@tutti/chain'
      )
      const { startLocalChain } = await import('@tutti/chain/local')
      const { holdChainDirectory } = await import('../chain/chain-directory.ts')
      const release = holdChainDirectory(options.directory)
      const chain = await startLocalChain({
        directory: options.directory,
        port: options.port,
        accounts: options.accounts,
        pace: !options.blockTime ? SPARING : { seconds: options.blockTime, blocks: Infinity },
      })
      const interrupted = new Promise<void>((resolve) => {
        process.once('SIGINT', resolve)
        process.once('SIGTERM', resolve)
      })
      try {
        output.progress('deploying the contracts…')
        const accounts = testAccounts(options.accounts)
        const client = await connect({ rpcUrl: chain.rpcUrl, account: accounts[0]! })
        const deployed = await deployContracts(client)
        const { address: blobAggregator } = await deployBlobAggregator(client)
        if (deployed.writes.length > 0) {
          for (const account of accounts) {
            await mintDemoTokens(client, { to: account.address, amount: 1_000_000n * 10n ** 18n })
          }
        }
        output.line(
          `A local chain answers at ${chain.rpcUrl} (chain id ${client.chainId}); its state is in ${options.directory}.`,
        )
        output.line(`  Federation        ${deployed.core}`)
        output.line(`  DirectAggregator  ${deployed.directAggregator}`)
        output.line(`  BlobAggregator    ${blobAggregator}`)
        output.line(`  DemoToken         ${deployed.demoToken}`)
        output.line(
          `${accounts.length} test accounts hold funds and demo tokens: --test-account 0 to ${accounts.length - 1}.`,
        )
        output.line('Next, in another terminal: tutti create --task digits --test-account 0. Ctrl-C stops the chain.')
        output.result({
          rpcUrl: chain.rpcUrl,
          chainId: client.chainId,
          core: deployed.core,
          directAggregator: deployed.directAggregator,
          blobAggregator,
          demoToken: deployed.demoToken,
          accounts: accounts.map((account) => account.address),
        })
        await interrupted
        output.note('stopping; the state is being written…')
      } finally {
        await chain.stop()
        release()
      }
    })
}
