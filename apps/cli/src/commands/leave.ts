/** `tutti leave ID`: takes an account out of a federation, at once or when its round is over. */
import type { ChainClient } from '@tutti/chain'
import type { Command } from 'commander'
import type { Address, Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseId,
} from '../chain/connection.ts'
import { describePayout, describePayoutTrial, readRest } from '../chain/payout.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface LeaveOptions extends ConnectionOptions, AccountOptions {
  dryRun?: boolean
}

/** Adds the command `leave`. */
export function addLeave(program: Command): void {
  const command = program
    .command('leave')
    .description('Leave a federation: at once, or when the round that the account is part of is over.')
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands; send nothing')
  addAccountOptions(addConnectionOptions(command)).action(runLeave)
}

async function runLeave(id: Hex, options: LeaveOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const { terms } = await chain.readManifest(client, { id })
  const token = await chain.readToken(client, terms.token)
  await demandMember(client, id, account)
  if (options.dryRun === true) {
    await describePayoutTrial(client, { id, account, token, call: chain.callToLeave(client, { id }) }, output)
    return
  }
  output.progress('leaving…')
  const left = await chain.leave(client, { id })
  output.line(`${account} ${left.hasLeft ? 'has left' : 'asked to leave; it does when its round is over'}.`)
  output.line(describePayout({ ...left, recipient: account, token }))
  const rest = await readRest(client, { id, account, token, receipt: left.receipt }, output)
  const { amount, hash, gasUsed, paid } = left
  output.result({ id, account, recipient: account, token, amount, ...rest, hash, gasUsed, paid })
}

/** @throws `CommandError` if the federation is finished, or the account is no member of it */
async function demandMember(client: ChainClient, id: Hex, account: Address): Promise<void> {
  const { readMember, readStatus } = await import('@tutti/chain')
  const { owed, stake, isMember } = await readMember(client, { id, account })
  if ((await readStatus(client, { id })).isFinished) {
    const isDue = owed > 0n || stake > 0n
    const rest = isDue ? `What ${account} is owed: tutti claim ${id}` : `Nothing is owed to ${account}.`
    throw new CommandError(`${id} is finished: there is nothing to leave. ${rest}`, exitCodes.refused)
  }
  if (!isMember) {
    throw new CommandError(
      `${account} is not a member of ${id}. What it is owed, it fetches with: tutti claim ${id}`,
      exitCodes.refused,
    )
  }
}
