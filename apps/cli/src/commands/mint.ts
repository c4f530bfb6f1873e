/** `tutti mint`: makes demo tokens, to stake and to pay with in trials. */

import { formatTokens } from '@tutti/core'
import type { Command } from 'commander'
import type { Address } from 'viem'
import { parseAmountText, toUnits } from '../chain/amounts.ts'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseAddress,
} from '../chain/connection.ts'
import { describePaid } from '../chain/paid.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface MintOptions extends ConnectionOptions, AccountOptions {
  to?: Address
}

/** Adds the command `mint`. */
export function addMint(program: Command): void {
  const command = program
    .command('mint')
    .description('Make demo tokens, for stakes and bounties in trials. They are worth nothing.')
    .argument('<amount>', 'how many, with at most 18 decimals', parseAmountText)
    .option('--to <address>', 'who gets them (default: the account that signs)', parseAddress)
  addAccountOptions(addConnectionOptions(command)).action(async (text: string, options: MintOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const { demoToken, mintDemoTokens, readBalance } = await import('@tutti/chain')
    const client = await openSigner(options)
    const form = demoToken()
    const { address: token } = form
    const amount = toUnits(text, form, 'The amount')
    const code = await client.public.getCode({ address: token })
    if (code === undefined || code === '0x') {
      throw new CommandError(
        `There is no demo token on chain ${client.chainId}. On a test net, deploy it with: tutti deploy --demo-token`,
        exitCodes.usage,
      )
    }
    const to = options.to ?? client.account!.address
    const written = await mintDemoTokens(client, { to, amount })
    const { gasUsed, paid } = written
    const balance = await readBalance(client, { token, account: to })
    output.line(`${to} now has ${formatTokens(balance, form)}: demo tokens, worth nothing.`)
    output.line(`That took ${describePaid([written])}.`)
    output.result({ token: form, to, amount, balance, gasUsed, paid })
  })
}
