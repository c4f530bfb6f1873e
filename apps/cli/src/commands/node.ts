/** `tutti node ID`: takes part until the federation is finished: trains, submits, keeps, claims. */
import type { Command } from 'commander'
import type { Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseCount,
  parseId,
  parsePositive,
} from '../connection.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { watchInterruption } from '../interruption.ts'
import { createOutput, formatInteger, formatTokens, toJson } from '../output.ts'

interface NodeCommandOptions extends ConnectionOptions, AccountOptions {
  data: string
  store: string
  seed: number
  epochs?: number
  learningRate?: number
  keeper: boolean
  leaveAfter?: number
}

/** Adds the command `node`. */
export function addNode(program: Command): void {
  const command = program
    .command('node')
    .description('Take part in a federation until it is finished: train, submit, keep, claim.')
    .argument('<id>', 'the federation; join it first', parseId)
    .requiredOption('--data <file>', "this member's own data, a CSV that fits the federation's schema")
    .option('--store <directory>', 'where the node keeps what it is about to send', '.tutti/nodes')
    .option('--seed <n>', 'seeds the order of examples', parseCount, 0)
    .option('--epochs <n>', "local epochs a round (default: the manifest's)", parseCount)
    .option('--learning-rate <x>', "local learning rate (default: the manifest's)", parsePositive)
    .option('--no-keeper', 'take no steps that anyone may take for pay')
    .option('--leave-after <rounds>', 'ask to leave after so many rounds of its own', parseCount)
  addAccountOptions(addConnectionOptions(command))
    .addHelpText(
      'after',
      '\nThe node may be stopped and started again at any time: what it is about to send is on disk first, and it never\n' +
        'submits twice. Ctrl-C ends it after the step at hand. With --json, every event is a line of JSON on standard\n' +
        'error and the summary is the object on standard output.',
    )
    .action(async (id: Hex, options: NodeCommandOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const client = await openSigner(options)
      const { readManifest, readMember } = await import('@tutti/chain')
      const { createLocalTrainer, runNode } = await import('@tutti/node')
      const { parseManifest } = await import('@tutti/learn')
      const { readLocalData } = await import('../local-data.ts')
      const { describeEvent } = await import('../node-lines.ts')
      const account = client.account!.address
      const [creation, member] = await Promise.all([readManifest(client, { id }), readMember(client, { id, account })])
      if (!member.isMember && member.owed === 0n) {
        throw new CommandError(
          `${account} is not a member of this federation. First: tutti join ${id}`,
          exitCodes.refused,
        )
      }
      const dataset = await readLocalData(parseManifest(creation.manifest), options.data)
      if (dataset.count === 0) throw new CommandError(`${options.data} has no rows to train on.`, exitCodes.badInput)
      const interruption = watchInterruption(() =>
        output.note('stopping after the step at hand; again to stop at once'),
      )
      try {
        const { epochs, learningRate, seed } = options
        const summary = await runNode({
          client,
          federationId: id,
          trainer: createLocalTrainer({
            dataset,
            seed,
            ...(epochs === undefined ? {} : { epochs }),
            ...(learningRate === undefined ? {} : { learningRate }),
          }),
          storeDirectory: options.store,
          manifestHash: creation.terms.manifestHash,
          isKeeper: options.keeper,
          ...(options.leaveAfter === undefined ? {} : { leavesAfterRounds: options.leaveAfter }),
          signal: interruption.signal,
          onEvent: (event) => {
            if (output.isJson) output.note(toJson(event))
            else {
              const text = describeEvent(event)
              if (text !== undefined) output.line(`${new Date(event.time).toISOString()}  ${text}`)
            }
          },
        })
        output.line(
          `Took part in ${summary.roundsTaken} rounds, aggregated ${summary.aggregatedShards} shards, earned ` +
            `${formatTokens(summary.rewards + summary.keeperPay)}, claimed ${formatTokens(summary.claimed)}, ` +
            `used ${formatInteger(summary.gasUsed)} gas.`,
        )
        output.result(summary)
        if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted
      } finally {
        interruption.release()
      }
    })
}
