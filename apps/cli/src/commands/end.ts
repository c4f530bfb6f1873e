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

/** All members, in basis points. */
const WHOLE = 10_000

/** Adds the command `end`. */
export function addEnd(program: Command): void {
  const command = program
    .command('end')
    .description('Vote to end a federation with the round in progress, for example when its model is good enough.')
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'try it on the chain as it stands; send nothing')
  addAccountOptions(addConnectionOptions(command))
    .addHelpText(
      'after',
      '\nEach member of the round has one vote in it. When as many have voted as the terms ask for, this round is the last.\n' +
        'Stakes then go back, the model goes on answering, and what is left of the bounty returns to the creator.',
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
      `The terms of ${id} allow no early end (endQuorum 0). To leave it yourself: tutti leave ${id}`,
      exitCodes.refused,
    )
  }
  const { number: round, openedAt } = await chain.readRound(client, { id })
  if (openedAt === 0 && round === 0) {
    throw new CommandError(
      `No round of ${id} has opened yet, so there is nothing to end. To leave it yourself: tutti leave ${id}`,
      exitCodes.refused,
    )
  }
  if (options.dryRun === true) {
    const prepared = await chain.prepareTransaction(client, chain.callToVoteToEnd(client, { id, round }))
    const most = chain.toMostPaid(prepared.raw)
    output.line(
      `The chain would take the vote. The gas would cost at most ${formatCoins(most)}. Nothing was sent (--dry-run).`,
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
      : `${account} voted. So far ${votes} of ${formatCount(after.members, 'member')} of round ${round + 1} have; ${needed} are needed.`,
  )
  output.line(`That took ${describePaid([written])}.`)
  output.result({ id, account, round, votes, needed, isEnding: status.isEnding, hash, gasUsed, paid })
}

/** Fewest votes with `votes · 10,000 ≥ quorum · members`. */
export function votesNeeded(quorum: number, members: number): number {
  return Math.ceil((quorum * members) / WHOLE)
}
