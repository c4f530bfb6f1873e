/** `tutti end ID`: votes to end a federation early, for those who train in its round. */
import { formatCount } from '@tutti/core'
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

interface EndOptions extends ConnectionOptions, AccountOptions {
  dryRun?: boolean
}

/** Basis points in all. */
const WHOLE = 10_000

/** Adds the command `end`. */
export function addEnd(program: Command): void {
  const command = program
    .command('end')
    .description('Vote to end a federation with the round in progress, for example when its model is good enough.')
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands, and send nothing')
  addAccountOptions(addConnectionOptions(command))
    .addHelpText(
      'after',
      '\nEach member of the round has one vote in it. With as many as the terms ask for, the round in progress is the last:\n' +
        'stakes go back, the model goes on answering, and what is left of the bounty returns to the creator.',
    )
    .action((id: Hex, options: EndOptions) => vote(id, options))
}

async function vote(id: Hex, options: EndOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const { terms } = await chain.readManifest(client, { id })
  if (terms.endQuorum === 0) {
    throw new CommandError(
      `The terms of ${id} allow no early end (endQuorum 0). A member leaves it with: tutti leave ${id}`,
      exitCodes.refused,
    )
  }
  const { number: round, openedAt } = await chain.readRound(client, { id })
  if (openedAt === 0 && round === 0) {
    throw new CommandError(
      `No round of ${id} has opened yet: there is nothing to end. A member leaves it with: tutti leave ${id}`,
      exitCodes.refused,
    )
  }
  if (options.dryRun === true) {
    const prepared = await chain.prepareTransaction(client, chain.callToVoteToEnd(client, { id, round }))
    const most = chain.toMostPaid(prepared.raw)
    output.line(
      `The chain would take the vote; its gas would cost at most ${formatCoins(most)}. Nothing was sent (--dry-run).`,
    )
    output.result({ id, account, round, mostPaid: most })
    return
  }
  output.progress('voting…')
  const written = await chain.voteToEnd(client, { id, round })
  const { hash, gasUsed, paid, receipt } = written
  const at = { id, blockNumber: receipt.blockNumber }
  const [after, status] = await Promise.all([chain.readRound(client, at), chain.readStatus(client, at)])
  const needed = votesNeeded(terms.endQuorum, after.members)
  const { endVotes: votes } = after
  output.line(
    status.isEnding
      ? `${account} voted: round ${round + 1} is the last.`
      : `${account} voted, as ${votes} of ${formatCount(after.members, 'member')} of round ${round + 1} did; ${needed} end it.`,
  )
  output.line(`That took ${describePaid([written])}.`)
  output.result({ id, account, round, votes, needed, isEnding: status.isEnding, hash, gasUsed, paid })
}

/** Fewest votes with `votes · 10,000 ≥ quorum · members`. */
export function votesNeeded(quorum: number, members: number): number {
  return Math.ceil((quorum * members) / WHOLE)
}
