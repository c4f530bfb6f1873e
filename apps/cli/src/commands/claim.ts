/** `tutti claim ID`: fetches what an account is owed, as a node does at the end, by hand and without its data. */
import type { ChainClient } from '@tutti/chain'
import { formatTokens, type Token } from '@tutti/core'
import type { Command } from 'commander'
import { type Address, type Hex, isAddressEqual, zeroAddress } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseAddress,
  parseId,
} from '../chain/connection.ts'
import { describePayout, describePayoutTrial, readRest } from '../chain/payout.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface ClaimOptions extends ConnectionOptions, AccountOptions {
  dryRun?: boolean
  to?: Address
}

/** Adds the command `claim`. */
export function addClaim(program: Command): void {
  const command = program
    .command('claim')
    .description('Fetch what an account is owed: rewards, refund, and its stake once that may go.')
    .option(
      '--to <address>',
      'who is paid, for a token that does not pay the account itself (default: the account)',
      parseAddress,
    )
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands; send nothing')
  addAccountOptions(addConnectionOptions(command)).action(runClaim)
}

async function runClaim(id: Hex, options: ClaimOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const recipient = options.to ?? account
  refuseLost(recipient, client.core)
  const { terms } = await chain.readManifest(client, { id })
  const token = await chain.readToken(client, terms.token)
  if (await isNothingFree(client, { id, account, token }, output)) return
  const target = options.to === undefined ? { id } : { id, recipient }
  if (options.dryRun === true) {
    await describePayoutTrial(client, { id, account, token, call: chain.callToClaim(client, target) }, output)
    return
  }
  output.progress('claiming…')
  const claimed = await chain.claim(client, target)
  output.line(describePayout({ ...claimed, recipient, token }))
  const rest = await readRest(client, { id, account, token, receipt: claimed.receipt }, output)
  const { amount, hash, gasUsed, paid } = claimed
  output.result({ id, account, recipient, token, amount, ...rest, hash, gasUsed, paid })
}

/** @throws `CommandError` if what is paid there could never be spent */
function refuseLost(recipient: Address, core: Address): void {
  if (![zeroAddress, core].some((nobody) => isAddressEqual(recipient, nobody))) return
  throw new CommandError(`${recipient} could never spend what it is paid; name another with --to.`, exitCodes.usage)
}

/** Whether nothing can be fetched now, which is said: nothing is owed, or only the stake of somebody who is a member still. */
async function isNothingFree(
  client: ChainClient,
  { id, account, token }: { id: Hex; account: Address; token: Token },
  output: Output,
): Promise<boolean> {
  const { readMember, readStatus } = await import('@tutti/chain')
  const { owed, stake, isMember } = await readMember(client, { id, account })
  if (owed > 0n) return false
  if (stake === 0n) output.line(`Nothing is owed to ${account}.`)
  else {
    if (!isMember || (await readStatus(client, { id })).isFinished) return false
    const stays = `${formatTokens(stake, token)} of stake are not free while it is a member: tutti leave ${id}`
    output.line(`Nothing is owed to ${account} yet; ${stays}`)
  }
  output.result({ id, account, token, amount: 0n, owed: 0n, stake })
  return true
}
