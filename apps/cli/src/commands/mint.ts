/** `tutti mint`: demo tokens out of nothing, to stake and to pay with in trials. */
import type { Command } from 'commander'
import type { Address } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseAddress,
  parseTokens,
} from '../connection.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { createOutput, formatTokens } from '../output.ts'

interface MintOptions extends ConnectionOptions, AccountOptions {
  to?: Address
}

/** Adds the command `mint`. */
export function addMint(program: Command): void {
  const command = program
    .command('mint')
    .description('Make demo tokens for stakes and bounties in trials; they are worth nothing.')
    .argument('<amount>', 'how many, with at most 18 decimals', parseTokens)
    .option('--to <address>', 'who gets them (default: the account that signs)', parseAddress)
  addAccountOptions(addConnectionOptions(command)).action(async (amount: bigint, options: MintOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const { deployment, mintDemoTokens, readBalance } = await import('@tutti/chain')
    const client = await openSigner(options)
    const token = deployment().demoToken
    const code = await client.public.getCode({ address: token })
    if (code === undefined || code === '0x') {
      throw new CommandError(
        `There is no demo token on chain ${client.chainId}. On a test net, deploy it: tutti deploy --demo-token.`,
        exitCodes.usage,
      )
    }
    const to = options.to ?? client.account!.address
    const { gasUsed } = await mintDemoTokens(client, { to, amount })
    const balance = await readBalance(client, { token, account: to })
    output.line(`${to} now has ${formatTokens(balance)} demo tokens.`)
    output.result({ token, to, amount, balance, gasUsed })
  })
}
