/** `tutti seal ID`: writes the model as it stands into code, where contracts can ask it. */
import type { ChainClient, SealingPlan, SealWrite } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Terms } from '@tutti/core'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openReader,
  openSigner,
  parseId,
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { describePaid, formatCoins, sumPaid } from '../chain/paid.ts'
import { describeSealingCost } from '../federation/sealing-lines.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface SealOptions extends ConnectionOptions, AccountOptions, ModuleOptions {
  dryRun?: boolean
}

/** Adds the command `seal`. */
export function addSeal(program: Command): void {
  const command = program
    .command('seal')
    .description(
      'Write the model as it stands into code, where contracts can ask it. Anyone may; who seals pays the gas.',
    )
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'say what is left and what it would cost; send nothing')
  addModuleOption(addAccountOptions(addConnectionOptions(command)))
    .addHelpText(
      'after',
      '\nThe chain keeps the hash of a model, and its numbers pass by in each round. A contract can ask it only once they are in\n' +
        'code. Anyone may seal, at any time but between the shards of a round; who does pays the gas. A version that is sealed\n' +
        'answers for ever, also when the model has gone on. After an interruption, run the same command again: pieces that are\n' +
        'sealed are not paid for twice. Who seals the model of a federation that is over is credited what its creator set aside\n' +
        'for it (--seal-pay), by words written; fetch it with: tutti claim ID',
    )
    .action(runSeal)
}

async function runSeal(id: Hex, options: SealOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { pathOf, planSealing, readManifest } = await import('@tutti/chain')
  const client = options.dryRun === true ? await openReader(options) : await openSigner(options)
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  if (pathOf(creation) === 'blob') {
    throw new CommandError(
      `The chain never sees the numbers of a model in blobs, so they cannot be sealed in code. Pull them: tutti model pull ${id}`,
      exitCodes.refused,
    )
  }
  const { terms } = creation
  output.progress('reading what is sealed…')
  const plan = await planSealing(client, { id, terms })
  for (const line of describeLeft(plan)) output.line(line)
  const known = { id, modules, ...summarise(plan) }
  if (plan.steps.length === 0 || options.dryRun === true) {
    if (plan.steps.length > 0) output.line('Nothing was sent (--dry-run).')
    output.result({ ...known, transactions: [], paid: 0n, pay: 0n })
    return
  }
  await demandFunds(client, plan)
  const { version, writes } = await seal(client, { id, terms, steps: plan.steps.length }, output)
  const pay = writes.reduce((sum, write) => sum + write.pay, 0n)
  output.line(`Version ${version} is in code, whole. That took ${describePaid(writes)}.`)
  if (pay > 0n) {
    const { readToken } = await import('@tutti/chain')
    output.line(`${formatTokens(pay, await readToken(client, terms.token))} were credited to you: tutti claim ${id}`)
  }
  const sent = writes.map(({ hash, gasUsed, paid, step, pay: earned }) => ({ hash, gasUsed, paid, step, pay: earned }))
  output.result({
    ...{ ...known, isSealed: true, sealedVersion: version, version, done: plan.total },
    ...{ transactionsLeft: 0, transactions: sent, paid: sumPaid(writes), pay },
  })
}

/** What is left of this version, and what that and the whole model take, in lines for people. */
function describeLeft(plan: SealingPlan): string[] {
  const { steps, version, done, total, gas, feePerGas, isInMotion } = plan
  if (steps.length === 0) return [`Version ${version} is in code already, whole: nothing is left to seal.`]
  return [
    `${formatInteger(total - done)} of ${formatInteger(total)} words of version ${version} are not in code: ` +
      `${formatCount(steps.length, 'transaction')}, at most ${formatInteger(gas)} gas, ${formatCoins(gas * feePerGas)}`,
    `  ${describeSealingCost(plan.cost, plan)}`,
    ...(isInMotion
      ? ['The model is between the shards of a round: it can be sealed once all of them are aggregated.']
      : []),
  ]
}

/** What of a plan `--json` holds. */
function summarise(plan: SealingPlan) {
  const { isSealed, sealedVersion, version, isInMotion, done, total, steps, gas, feePerGas, cost } = plan
  return {
    isSealed,
    sealedVersion,
    version,
    isInMotion,
    done,
    total,
    transactionsLeft: steps.length,
    gas,
    mostPaid: gas * feePerGas,
    cost,
  }
}

/** @throws `InsufficientFundsError` before anything is sent */
async function demandFunds(client: ChainClient, { gas, feePerGas }: SealingPlan): Promise<void> {
  const { InsufficientFundsError } = await import('@tutti/chain')
  const owner = client.account!.address
  const balance = await client.public.getBalance({ address: owner })
  const cost = gas * feePerGas
  if (balance < cost) throw new InsufficientFundsError(owner, balance, cost)
}

/** Seals what is left, a line a transaction; Ctrl-C lets the one that is under way be included, and sends no further one. */
async function seal(
  client: ChainClient,
  { id, terms, steps }: { id: Hex; terms: Terms; steps: number },
  output: Output,
): Promise<{ version: number; writes: SealWrite[] }> {
  const { sealModel } = await import('@tutti/chain')
  const stopping = watchInterruption(() =>
    output.note('Waiting for the transaction under way; Ctrl-C again ends at once.'),
  )
  try {
    output.progress(`sealing, ${formatCount(steps, 'transaction')}…`)
    return await sealModel(client, {
      id,
      terms,
      onStep: (write, left) => {
        const { shard, first, count } = write.step
        output.line(
          `  shard ${shard}, ${formatCount(count, 'piece')} from ${first}: ${describePaid([write])}; ` +
            `${formatCount(left, 'transaction')} left`,
        )
        if (stopping.signal.aborted && left > 0) throw new SealingStoppedError(id, left)
      },
    })
  } finally {
    stopping.release()
  }
}

/** Sealing was interrupted between two transactions. Nothing is lost. */
class SealingStoppedError extends CommandError {
  constructor(id: Hex, left: number) {
    super(
      `Interrupted: what was sealed stays; left: ${formatCount(left, 'transaction')}. Go on with: tutti seal ${id}`,
      exitCodes.interrupted,
    )
  }
}
