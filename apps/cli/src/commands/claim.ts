/** `tutti claim ID` and `tutti leave ID`: what a node does at the end, by hand and without its data. */
import { formatTokens } from '@tutti/core'
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
import { describePaid, formatCoins } from '../chain/paid.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface StepOptions extends ConnectionOptions, AccountOptions {
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
  addStep(command, 'claim')
}

/** Adds the command `leave`. */
export function addLeave(program: Command): void {
  const command = program
    .command('leave')
    .description('Leave a federation: at once, or when the round that the account is part of is over.')
  addStep(command, 'leave')
}

function addStep(command: Command, step: 'claim' | 'leave'): void {
  command
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands, and send nothing')
  addAccountOptions(addConnectionOptions(command)).action((id: Hex, options: StepOptions) =>
    takeStep(step, id, options),
  )
}

async function takeStep(step: 'claim' | 'leave', id: Hex, options: StepOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const recipient = options.to ?? account
  for (const nobody of [zeroAddress, client.core]) {
    if (isAddressEqual(recipient, nobody)) {
      throw new CommandError(`${recipient} could never spend what it is paid; name another with --to.`, exitCodes.usage)
    }
  }
  const { terms } = await chain.readManifest(client, { id })
  const token = await chain.readToken(client, terms.token)
  const before = await chain.readMember(client, { id, account })
  if (step === 'leave' && (await chain.readStatus(client, { id })).isFinished) {
    const isDue = before.owed > 0n || before.stake > 0n
    const rest = isDue ? `What ${account} is owed: tutti claim ${id}` : `Nothing is owed to ${account}.`
    throw new CommandError(`${id} is finished: there is nothing to leave. ${rest}`, exitCodes.refused)
  }
  if (step === 'leave' && !before.isMember) {
    throw new CommandError(
      `${account} is not a member of ${id}; what it is owed, tutti claim ${id} fetches.`,
      exitCodes.refused,
    )
  }
  if (step === 'claim' && before.owed === 0n && before.stake === 0n) {
    output.line(`Nothing is owed to ${account}.`)
    output.result({ id, account, token, amount: 0n, owed: 0n, stake: 0n })
    return
  }
  if (
    step === 'claim' &&
    before.owed === 0n &&
    before.isMember &&
    !(await chain.readStatus(client, { id })).isFinished
  ) {
    const stays = `${formatTokens(before.stake, token)} of stake are not free while it is a member: tutti leave ${id}`
    output.line(`Nothing is owed to ${account} yet; ${stays}`)
    output.result({ id, account, token, amount: 0n, owed: 0n, stake: before.stake })
    return
  }
  const { owed, stake } = before
  const target = options.to === undefined ? { id } : { id, recipient }
  if (options.dryRun === true) {
    const prepared = await chain.prepareTransaction(
      client,
      step === 'claim' ? chain.callToClaim(client, target) : chain.callToLeave(client, { id }),
    )
    const most = chain.toMostPaid(prepared.raw)
    output.line(`The chain would take it: owed ${formatTokens(owed, token)}, stake ${formatTokens(stake, token)}.`)
    output.line(`Its gas would cost at most ${formatCoins(most)}. Nothing was sent (--dry-run).`)
    output.result({ id, account, token, owed, stake, mostPaid: most })
    return
  }
  output.progress(step === 'claim' ? 'claiming…' : 'leaving…')
  const taken = step === 'claim' ? await chain.claim(client, target) : await chain.leave(client, { id })
  const { amount, hash, gasUsed, paid, receipt } = taken
  if ('hasLeft' in taken) {
    output.line(`${account} ${taken.hasLeft ? 'has left' : 'asked to leave; it does when its round is over'}.`)
  }
  output.line(`${formatTokens(amount, token)} were paid to ${recipient} for ${describePaid([taken])}.`)
  // As of the block that has the transaction: an endpoint of several servers may answer for an older one.
  const after = await chain
    .readMember(client, { id, account, blockNumber: receipt.blockNumber })
    .catch((error: Error) => {
      output.note(`What ${account} is still owed was not read: ${error.message}`)
      return undefined
    })
  const rest = after === undefined ? 0n : after.owed + after.stake
  if (rest > 0n) output.line(`${formatTokens(rest, token)} are not free yet; later: tutti claim ${id}`)
  output.result({
    id,
    account,
    recipient,
    token,
    amount,
    owed: after?.owed ?? null,
    stake: after?.stake ?? null,
    isMember: after?.isMember ?? null,
    hash,
    gasUsed,
    paid,
  })
}
