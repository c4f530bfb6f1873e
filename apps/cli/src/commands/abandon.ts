/** `tutti abandon ID`: ends a federation that stands still, so that stakes and bounty go back. */
import { formatTokens } from '@tutti/core'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseId,
} from '../chain/connection.ts'
import { describePaid, formatCoins } from '../chain/paid.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface AbandonOptions extends ConnectionOptions, AccountOptions {
  dryRun?: boolean
}

/** Adds the command `abandon`. */
export function addAbandon(program: Command): void {
  const command = program
    .command('abandon')
    .description('End a federation that stands still: nobody joined, or nobody takes the action that is due.')
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands; send nothing')
  addAccountOptions(addConnectionOptions(command))
    .addHelpText(
      'after',
      '\nAnyone may abandon a federation once its next action is overdue by the idle time of the terms (a week by default).\n' +
        'Stakes go back, what is left of the bounty returns to the creator, and a trained model goes on answering. All of\n' +
        'them then fetch what is theirs with: tutti claim ID',
    )
    .action((id: Hex, options: AbandonOptions) => giveUp(id, options))
}

async function giveUp(id: Hex, options: AbandonOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const sayWhen = (error: unknown): never => {
    if (!(error instanceof chain.ContractError) || error.errorName !== 'NotOverdue') throw error
    const [overdueAt, time] = error.args as [bigint, bigint]
    throw new CommandError(whenOverdue(id, overdueAt, time), exitCodes.refused)
  }
  const call = chain.callToAbandon(client, { id })
  if (options.dryRun === true) {
    const prepared = await chain.prepareTransaction(client, call).catch(sayWhen)
    const most = chain.toMostPaid(prepared.raw)
    output.line(
      `The chain would end it. The gas would cost at most ${formatCoins(most)}. Nothing was sent (--dry-run).`,
    )
    output.result({ id, account, mostPaid: most })
    return
  }
  output.progress('abandoning…')
  const written = await chain.abandon(client, { id }).catch(sayWhen)
  const { hash, gasUsed, paid, receipt } = written
  const [{ terms }, { owed, stake }] = await Promise.all([
    chain.readManifest(client, { id }),
    chain.readMember(client, { id, account, blockNumber: receipt.blockNumber }),
  ])
  const token = await chain.readToken(client, terms.token)
  output.line(`${id} has ended. Stakes and what is left of the bounty can be claimed.`)
  output.line(`That took ${describePaid([written])}.`)
  const due = owed + stake
  if (due > 0n) output.line(`${formatTokens(due, token)} are yours: tutti claim ${id}`)
  output.result({ id, account, token, owed, stake, hash, gasUsed, paid })
}

/** Why a federation cannot be abandoned yet, and from when on it can be, by the chain's clock; both in unix seconds. */
export function whenOverdue(id: Hex, overdueAt: bigint, time: bigint): string {
  // A phase that ends by itself is never overdue: the contract names the largest number there is.
  if (overdueAt >= 1n << 53n) return `${id} cannot be abandoned: its round is running and ends by itself.`
  const at = new Date(Number(overdueAt) * 1000).toISOString().slice(0, 19)
  return `${id} cannot be abandoned yet: its next action is overdue from ${at} UTC on, in ${overdueAt - time} s.`
}
