/** `tutti create`: a federation of one's own, its steps calibrated on the creator's data. */
import type { Dataset } from '@tutti/learn'
import { type Command, Option } from 'commander'
import { type Hex, parseUnits } from 'viem'
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
import { createOutput, formatTokens } from '../output.ts'

interface CreateOptions extends ConnectionOptions, AccountOptions {
  task?: 'digits' | 'breast-cancer' | 'mnist'
  from?: Hex
  data?: string
  members: number
  rounds: number
  bits: string
  laneBits: string
  stake: string
  bounty: string
  joinSeconds: number
  commitSeconds: number
  submitSeconds: number
  idleSeconds: number
  minimumUpdates?: number
  shards?: number
  shardsPerMember?: number
  token?: Hex
  seed: number
  learningRate?: number
  dryRun?: boolean
}

/** Adds the command `create`. */
export function addCreate(program: Command): void {
  const command = program
    .command('create')
    .description('Create a federation: rehearse on your own data, publish the manifest, pay the bounty.')
    .addOption(new Option('--task <name>', 'a built-in task').choices(['digits', 'breast-cancer', 'mnist']))
    .option('--from <id>', 'continue the model of another federation', parseId)
    .option('--data <path>', "the creator's own data, to calibrate steps on: CSV, or a folder of IDX files")
    .option('--members <n>', 'the most members that train in a round', parseCount, 8)
    .option(
      '--minimum-updates <n>',
      'fewer updates leave the model unchanged (default: half of the members)',
      parseCount,
    )
    .option('--rounds <n>', 'the most rounds', parseCount, 30)
    .addOption(new Option('--bits <n>', 'bits of an update, a parameter').choices(['1', '2', '4', '8']).default('4'))
    .addOption(new Option('--lane-bits <n>', 'bits of a model integer').choices(['16', '32']).default('16'))
    .option('--stake <tokens>', 'what a member deposits', '10')
    .option('--bounty <tokens>', 'what you pay to members and keepers over all rounds', '100')
    .option('--join-seconds <n>', 'how long members may join before the first round', parseCount, 3_600)
    .option('--commit-seconds <n>', 'length of a commit phase, 0 for none', parseCount, 0)
    .option('--submit-seconds <n>', 'how long a round waits for updates', parseCount, 600)
    .option('--idle-seconds <n>', 'how overdue a step must be until anyone may abandon', parseCount, 604_800)
    .option('--shards <n>', 'cut the model into so many shards (default: as few as fit a transaction)', parseCount)
    .option('--shards-per-member <n>', 'shards a member trains in a round, rotating (default: all)', parseCount)
    .option('--token <address>', 'ERC-20 of stake and bounty (default: the demo token)')
    .option('--learning-rate <x>', "local learning rate (default: the task's)", parsePositive)
    .option('--seed <n>', 'seeds the initial model and the rehearsal', parseCount, 1)
    .option('--dry-run', 'say what the terms allow and what the steps would cost, and send nothing')
  addAccountOptions(addConnectionOptions(command))
    .addHelpText('after', '\nWithout --data, the built-in data of the task are rehearsed on.')
    .action(async (options: CreateOptions) => {
      const output = createOutput({ isJson: options.json === true })
      if ((options.task === undefined) === (options.from === undefined)) {
        throw new CommandError('Say what to learn: --task NAME, or --from ID to continue a model.', exitCodes.usage)
      }
      const client = await openSigner(options)
      const { createFederation, deployment, initialiseModel } = await import('@tutti/chain')
      const { initialBound } = await import('@tutti/core')
      const { describeTerms } = await import('../terms-proposal.ts')
      const { foundFederation, continueFederation } = await import('../founding.ts')
      const { aggregator, token } = { aggregator: deployment().directAggregator, token: deployment().demoToken }
      const choices = {
        aggregator,
        token: options.token ?? token,
        members: options.members,
        rounds: options.rounds,
        bits: Number(options.bits),
        laneBits: Number(options.laneBits),
        stake: parseUnits(options.stake, 18),
        bounty: parseUnits(options.bounty, 18),
        joinSeconds: options.joinSeconds,
        commitSeconds: options.commitSeconds,
        submitSeconds: options.submitSeconds,
        idleSeconds: options.idleSeconds,
        seed: options.seed,
        ...(options.minimumUpdates === undefined ? {} : { minimumUpdates: options.minimumUpdates }),
        ...(options.shards === undefined ? {} : { shards: options.shards }),
        ...(options.shardsPerMember === undefined ? {} : { shardsPerMember: options.shardsPerMember }),
      }
      output.progress(options.from === undefined ? 'rehearsing, to calibrate steps…' : 'reading the model…')
      const founding =
        options.from === undefined
          ? await foundFederation(...(await readUndertaking(options)), choices)
          : await continueFederation(client, options.from, choices)
      const { terms, manifest, setup } = founding
      output.line(`${manifest.name}: ${manifest.purpose}`)
      for (const line of describeTerms(terms, initialBound(setup))) output.line(`  ${line}`)
      output.line(`  stake ${formatTokens(terms.stake)}, bounty ${formatTokens(terms.bounty)}`)
      if (options.dryRun === true) {
        output.line('Nothing was sent (--dry-run).')
        output.result({ terms, manifest })
        return
      }
      output.progress('creating…')
      const { id, gasUsed } = await createFederation(client, {
        terms,
        manifest: founding.manifestBytes,
        setup: founding.setupBytes,
      })
      const { writes } = await initialiseModel(client, {
        id,
        ...(founding.words === undefined ? {} : { words: founding.words }),
        onChunk: (done, total) => output.progress(`writing the initial model, part ${done} of ${total}…`),
      })
      output.line(`Created ${id}`)
      output.line(`Members join with: tutti join ${id} --data FILE`)
      const gas = { create: gasUsed, initialise: writes.reduce((sum, write) => sum + write.gasUsed, 0n) }
      output.result({ id, terms, manifest, gas })
    })
}

async function readUndertaking(options: CreateOptions) {
  const { loadTask, readCsv } = await import('@tutti/learn')
  const name = options.task!
  const isFolder = name === 'mnist'
  const task = loadTask(name, isFolder && options.data !== undefined ? { path: options.data } : {})
  const own: Dataset = !isFolder && options.data !== undefined ? readCsv(options.data, task.schema) : task.train
  const learningRate = options.learningRate ?? task.training.learningRate
  const undertaking = { ...task, contact: 'not given', training: { ...task.training, learningRate } }
  return [undertaking, own] as const
}
