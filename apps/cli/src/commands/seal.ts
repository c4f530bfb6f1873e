/** `tutti seal ID`: writes the model as it stands into code, where contracts can ask it for ever. */
import { formatCount, formatInteger, formatTokens } from '@tutti/core'
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
import { describeSealed, describeSealing } from '../federation/sealing-lines.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

interface SealOptions extends ConnectionOptions, AccountOptions {
  dryRun?: boolean
}

/** Adds the command `seal`. */
export function addSeal(program: Command): void {
  const command = program
    .command('seal')
    .description('Write the model as it stands into code, where contracts can ask it.')
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'say what is left to do and what it costs; send nothing')
  addAccountOptions(addConnectionOptions(command))
    .addHelpText(
      'after',
      '\nThe chain keeps the hash of a model, and its numbers pass by in each round. A contract can ask it only once they are in\n' +
        'code. Anyone may seal, at any time but between the shards of a round; who does pays the gas. A version that is sealed\n' +
        'answers for ever, also when the model has gone on. Where the terms set a sum aside, it is paid for the model of a\n' +
        'federation that is over, by words written. A command that was stopped goes on where it was, and so does anybody else.',
    )
    .action((id: Hex, options: SealOptions) => seal(id, options))
}

async function seal(id: Hex, options: SealOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const chain = await import('@tutti/chain')
  const client = await openSigner(options)
  output.progress('reading the model…')
  const creation = await chain.readManifest(client, { id })
  if (chain.pathOf(creation) === 'blob') {
    throw new CommandError(
      `${id} keeps its numbers in blobs: its model cannot be sealed, and contracts cannot ask it.`,
      exitCodes.refused,
    )
  }
  const { terms } = creation
  const plan = await chain.planSealing(client, { id, terms })
  const { steps, gas, feePerGas, version, cost } = plan
  output.line(`Sealed: ${describeSealed(plan)}.`)
  if (steps.length === 0) {
    output.line('Nothing is left to do; nothing was sent.')
    output.result({ id, version, isSealed: true, transactions: [], pay: 0n, paid: 0n })
    return
  }
  output.line(
    `Left: ${formatCount(steps.length, 'transaction')} of at most ${formatInteger(gas)} gas together, ` +
      `${formatCoins(gas * feePerGas)} at today's fees. The whole model: ${describeSealing(cost)}.`,
  )
  if (options.dryRun === true) {
    output.line('Nothing was sent (--dry-run).')
    output.result({
      id,
      version,
      isSealed: false,
      transactionsLeft: steps.length,
      gas,
      mostPaid: gas * feePerGas,
      cost,
    })
    return
  }
  output.progress(`sealing, ${formatCount(steps.length, 'transaction')} left…`)
  const { version: sealed, writes } = await chain.sealModel(client, {
    id,
    terms,
    onStep: (_, left) => output.progress(`sealing, ${formatCount(left, 'transaction')} left…`),
  })
  output.line(`Version ${sealed} is sealed: contracts can ask it.`)
  output.line(`That took ${describePaid(writes)}.`)
  const pay = writes.reduce((sum, { pay: part }) => sum + part, 0n)
  if (pay > 0n) {
    const token = await chain.readToken(client, terms.token)
    output.line(`${formatTokens(pay, token)} are yours: tutti claim ${id}`)
  }
  const transactions = writes.map(({ hash, gasUsed, paid, pay: part }) => ({ hash, gasUsed, paid, pay: part }))
  output.result({
    ...{ id, version: sealed, isSealed: true, transactions, pay },
    paid: writes.reduce((sum, { paid }) => sum + paid, 0n),
  })
}
