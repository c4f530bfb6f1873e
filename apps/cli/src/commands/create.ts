/** `tutti create`: a federation of one's own, its steps calibrated on the creator's data. */

import type { ChainClient } from '@tutti/chain'
import { describeToken, formatCount, formatTokens, proposeBits, type Terms, type Token } from '@tutti/core'
import type { TaskFile } from '@tutti/learn'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { demandAmounts, openToken, parseAmountText, toUnits } from '../chain/amounts.ts'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openReader,
  openSigner,
  parseAddress,
  parseAtLeastOne,
  parseCount,
  parseId,
  parsePositive,
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import type { FoundingChoices } from '../create/founding.ts'
import type { SourcedTask } from '../create/task-source.ts'
import { addTensorOptions, type TensorOptions } from '../create/tensor-options.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface CreateOptions extends ConnectionOptions, AccountOptions, ModuleOptions, TensorOptions {
  task?: 'digits' | 'breast-cancer' | 'mnist'
  taskFile?: string
  statistics?: Hex
  from?: Hex
  resume?: Hex
  path: 'direct' | 'blob'
  baseModel?: string
  data?: string
  members: number
  rounds: number
  bits?: string
  laneBits?: string
  stake: string
  bounty: string
  joinSeconds: number
  commitSeconds: number
  submitSeconds: number
  challengeSeconds?: number
  idleSeconds: number
  privateNetwork?: boolean
  minimumUpdates?: number
  shards?: number
  shardsPerMember?: number
  token?: Hex
  seed: number
  learningRate?: number
  epochs?: number
  steps?: number
  dryRun?: boolean
}

/** Adds the command `create`. */
export function addCreate(program: Command): void {
  const command = program
    .command('create')
    .description('Create a federation: rehearse on your own data, publish the manifest, pay the bounty.')
    .addOption(new Option('--task <name>', 'a built-in task').choices(['digits', 'breast-cancer', 'mnist']))
    .option('--task-file <path>', 'a task of your own, YAML or JSON; `tutti task init` writes a first one')
    .option('--statistics <id>', "with --task-file: normalise by this statistics round's figures", parseId)
    .option('--from <id>', 'continue the model of another federation', parseId)
    .option('--resume <id>', 'finish a creation: write what its initial model lacks; anyone may', parseId)
    .addOption(
      new Option('--path <name>', "where the model lives: in the contract's storage, or in blobs (EIP-4844)")
        .choices(['direct', 'blob'])
        .default('direct'),
    )
    .option(
      '--base-model <file>',
      "in blobs: start from this file's weights: an ONNX model of your own, or safetensors",
    )
    .option('--data <path>', "the creator's own data, to calibrate steps on: CSV, or a folder of IDX files")
    .option('--members <n>', 'the most members that train in a round', parseAtLeastOne, 8)
    .option(
      '--minimum-updates <n>',
      'fewer updates leave the model unchanged (default: half of the members)',
      parseAtLeastOne,
    )
    .option('--rounds <n>', 'the most rounds', parseAtLeastOne, 30)
    .addOption(
      new Option(
        '--bits <n>',
        'bits of an update, a parameter (default: 2, or 4 where fewer than 8 members train in a round; 8 in blobs)',
      ).choices(['1', '2', '4', '8']),
    )
    .addOption(
      new Option(
        '--lane-bits <n>',
        'bits of a model integer (default: 16, or 32 where so many rounds and members could overflow 16; 24 in blobs)',
      ).choices(['16', '24', '32']),
    )
    .addOption(new Option('--stake <tokens>', 'what a member deposits').argParser(parseAmountText).default('10'))
    .addOption(
      new Option('--bounty <tokens>', 'what you pay to members and keepers over all rounds')
        .argParser(parseAmountText)
        .default('100'),
    )
    .option('--join-seconds <n>', 'how long members may join before the first round', parseCount, 3_600)
    .option('--commit-seconds <n>', 'length of a commit phase, 0 for none', parseCount, 0)
    .option('--submit-seconds <n>', 'how long a round waits for updates', parseAtLeastOne, 600)
    .option(
      '--challenge-seconds <n>',
      'how long a fault in a blob can be proven (default: three hours, at least two)',
      parseCount,
    )
    .option(
      '--private-network',
      'for trials and a network of your own: durations may be short; nodes elsewhere refuse it (default on a local chain)',
    )
    .option('--idle-seconds <n>', 'how overdue an action must be until anyone may abandon', parseAtLeastOne, 604_800)
    .option('--shards <n>', 'cut the model into so many shards (default: as few as fit a transaction)', parseAtLeastOne)
    .option('--shards-per-member <n>', 'shards a member trains in a round, rotating (default: all)', parseAtLeastOne)
    .option('--token <address>', 'ERC-20 of stake and bounty (default: the demo token)', parseAddress)
    .option('--learning-rate <x>', "local learning rate (default: the task's)", parsePositive)
    .option('--epochs <n>', "passes over a member's rows in a round (default: the task's)", parseAtLeastOne)
    .option('--steps <n>', 'in place of --epochs: steps a round, whatever the rows', parseAtLeastOne)
    .option('--seed <n>', 'seeds the initial model and the rehearsal', parseCount, 1)
    .option('--dry-run', 'say what the terms allow and what its transactions would cost, and send nothing')
  addModuleOption(addAccountOptions(addConnectionOptions(addTensorOptions(command))))
    .addHelpText(
      'after',
      '\nWithout --data, the built-in data of a built-in task are rehearsed on; for a task file, made-up data of its\n' +
        'columns. Terms in a task file come before the defaults above; options that are given come before the file.\n' +
        'With an ONNX file as --base-model, the task gives data, label and training, and the file the model: members need\n' +
        'the very same file (node --base-model FILE); what is not trained in it is not on the chain.',
    )
    .action(async (options: CreateOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const sources = [options.task, options.taskFile, options.from].filter((source) => source !== undefined)
      if (options.resume !== undefined) {
        if (options.task !== undefined || options.taskFile !== undefined) {
          throw new CommandError('--resume finishes what exists: leave --task and --task-file out.', exitCodes.usage)
        }
        const { resumeOnChain } = await import('../create/creation.ts')
        const client = await openSigner(options)
        // Who pays for a model's words under a foreign module pays for nothing that Tutti answers for.
        const { readManifest } = await import('@tutti/chain')
        await demandKnownModules(client, await readManifest(client, { id: options.resume }), options, output)
        output.result(await resumeOnChain(client, options.resume, options.from, output))
        return
      }
      if (sources.length > 1) {
        const given = [
          ...(options.task === undefined ? [] : ['--task']),
          ...(options.taskFile === undefined ? [] : ['--task-file']),
          ...(options.from === undefined ? [] : ['--from']),
        ]
        const message = `${given.join(' and ')} each say what to learn: give one of them and leave the others out.`
        throw new CommandError(message, exitCodes.usage)
      }
      if (sources.length === 0) {
        throw new CommandError(
          'Say what to learn: --task NAME, --task-file PATH, or --from ID to continue a model.',
          exitCodes.usage,
        )
      }
      if (options.baseModel !== undefined && (options.path !== 'blob' || options.from !== undefined)) {
        throw new CommandError(
          'A base model is for the blob path: add --path blob, and leave --from out.',
          exitCodes.usage,
        )
      }
      const { readTaskFile } = await import('@tutti/learn/node')
      const written = options.taskFile === undefined ? undefined : readTaskFile(options.taskFile)
      const taskFile = options.statistics === undefined ? written : await normaliseTask(options, written, output)
      const { readPlan } = await import('../create/task-source.ts')
      const plan = options.from === undefined ? await readPlan(options, taskFile) : undefined
      const client = await openSigner(options)
      const { blobAggregatorAddress, deployBlobAggregator, deployment, readLimits, readManifest } = await import(
        '@tutti/chain'
      )
      const isBlob = options.path === 'blob'
      if (isBlob && options.from !== undefined) {
        throw new CommandError('--from continues a model of the direct path; leave --path out.', exitCodes.usage)
      }
      if (options.from !== undefined) {
        await demandKnownModules(client, await readManifest(client, { id: options.from }), options, output)
      }
      const { checkShards, checkTerms, choosePrivateNetwork, describeBlobTerms, describeRisks, describeTerms } =
        await import('../create/terms-proposal.ts')
      const { foundFederation, continueFederation, describeFounding, fitToChain } = await import(
        '../create/founding.ts'
      )
      const { costWidths, widthLines } = await import('../create/width-lines.ts')
      const { createOnChain, planOnChain } = await import('../create/creation.ts')
      const { directAggregator } = deployment()
      const token = await openToken(client, options.token)
      const aggregator = isBlob ? blobAggregatorAddress() : directAggregator
      const choices: FoundingChoices = {
        ...chooseTerms(options, taskFile?.terms ?? {}, command, token),
        path: options.path,
        aggregator,
        token: token.address,
        seed: options.seed,
        isPrivateNetwork: choosePrivateNetwork(options, client.chainId),
      }
      if (plan?.source === 'made-up') {
        output.note(
          `No --data: rehearsing on ${plan.data.count} made-up examples of the task's columns (seed ${options.seed}). ` +
            'Steps measured on data of your own fit better.',
        )
      }
      if (plan !== undefined && 'leftOut' in plan.undertaking.model) {
        const { leftOutLine, modelNotes } = await import('../create/model-lines.ts')
        for (const note of modelNotes(plan.undertaking.model)) output.note(note)
        const left = leftOutLine(plan.undertaking.model)
        if (left !== undefined) output.note(left)
      }
      output.progress(plan === undefined ? 'reading the model…' : 'rehearsing, to calibrate steps…')
      const proposed =
        plan === undefined
          ? await continueFederation(client, options.from!, choices)
          : await foundFederation(plan.undertaking, plan.data, choices)
      const founding = fitToChain(proposed, choices, await readLimits(client))
      const { terms, manifest } = founding
      checkShards(terms, choices)
      checkTerms(terms, founding.initialBound, options.path)
      output.line(`${manifest.name}: ${manifest.purpose}`)
      const allowed = isBlob ? describeBlobTerms(terms) : describeTerms(terms, founding.initialBound)
      for (const line of allowed) output.line(`  ${line}`)
      const proposeAt = (bits: number) =>
        describeFounding(manifest, { ...choices, bits, laneBits: terms.laneBits }).terms
      const widths = isBlob ? undefined : costWidths(proposeAt)
      for (const line of widths === undefined ? [] : widthLines(widths, terms.bits)) output.line(line)
      output.line(`  stake ${formatTokens(terms.stake, token)}, bounty ${formatTokens(terms.bounty, token)}`)
      if (BigInt(terms.token) !== 0n) output.line(`  token ${describeToken(token)}`)
      for (const warning of describeRisks(terms)) output.note(warning)
      const isWidened = !isBlob && choices.laneBits === undefined && terms.laneBits === 32
      if (isWidened) {
        output.line(
          `  lanes of 32 bits are proposed, since lanes of 16 could overflow in ${formatCount(terms.rounds, 'round')} of ` +
            `${formatCount(terms.cohortSize, 'member')} with updates of ${terms.bits} bits; they cost about twice the gas to write`,
        )
      }
      const rehearsal = plan === undefined ? {} : { rehearsal: { source: plan.source, examples: plan.data.count } }
      const isDryRun = options.dryRun === true
      if (isBlob && !isDryRun) {
        const { support } = await deployBlobAggregator(client)
        if (support?.answer === 'unknown') {
          output.note(
            `Not known whether chain ${client.chainId} takes blob transactions: ${support.why}. If it does not, no ` +
              'update can be submitted; look into its documentation before members stake.',
          )
        }
      }
      const isThere = ((await client.public.getCode({ address: aggregator })) ?? '0x') !== '0x'
      if (isDryRun && !isThere) output.line('  the blob aggregator is not on this chain yet; creating deploys it')
      const steps = isDryRun && !isThere ? undefined : await planOnChain(client, founding, output)
      const described = {
        terms,
        token,
        manifest,
        isWidened,
        ...(widths === undefined ? {} : { widths }),
        ...rehearsal,
        ...(steps === undefined ? {} : { plan: steps }),
      }
      if (isDryRun) {
        if (terms.bounty > 0n) await warnOfTokens(client, terms, output)
        output.line('Nothing was sent (--dry-run).')
        output.result(described)
        return
      }
      const { id, gas } = await createOnChain(client, founding, steps!, output)
      output.line(`Members join with: tutti join ${id} --data FILE`)
      output.result({ id, ...described, gas })
    })
}

/** Says that the account does not hold the bounty, which may come before the federation is created. */
async function warnOfTokens(
  client: ChainClient,
  { token, bounty: amount }: Pick<Terms, 'token' | 'bounty'>,
  output: Output,
): Promise<void> {
  const { checkTokens, InsufficientTokensError } = await import('@tutti/chain')
  try {
    await checkTokens(client, { token, amount })
  } catch (error) {
    if (!(error instanceof InsufficientTokensError)) throw error
    output.note(`Creating it would stop there as yet. ${error.message}`)
  }
}

/** A task file whose constants are those of a statistics round; what changes is said. */
async function normaliseTask(options: CreateOptions, file: TaskFile | undefined, output: Output): Promise<SourcedTask> {
  if (file === undefined) {
    throw new CommandError(
      '--statistics changes the constants of a task file: name it with --task-file.',
      exitCodes.usage,
    )
  }
  const { applyStatistics } = await import('../federation/statistics-reading.ts')
  const { readManifest } = await import('@tutti/chain')
  const reader = await openReader(options)
  const id = options.statistics!
  await demandKnownModules(reader, await readManifest(reader, { id }), options, output)
  const { data, lines, source } = await applyStatistics(reader, id, file.data)
  for (const line of lines) output.line(line)
  return { ...file, data, statistics: source }
}

/** What may be chosen of the terms, on the command line or in a task file. */
type ChosenTerms = Omit<FoundingChoices, 'path' | 'aggregator' | 'token' | 'seed' | 'isPrivateNetwork'>

/** Bits of an update in blobs, where nobody chooses: a lane is as wide however little it holds. */
const BLOB_BITS = 8

/** Options that were given come before the task file, and the file before the options' defaults. */
function chooseTerms(
  options: CreateOptions,
  file: NonNullable<TaskFile['terms']>,
  command: Command,
  token: Token,
): ChosenTerms {
  const isDefault = (name: string) => command.getOptionValueSource(name) === 'default'
  const isStated = (name: 'stake' | 'bounty') => !isDefault(name) || file[name] !== undefined
  demandAmounts(options.token, isStated('stake') && isStated('bounty'))
  const { stake, bounty, ...plain } = file
  const fromFile = {
    ...plain,
    ...(stake === undefined ? {} : { stake: toUnits(String(stake), token, 'terms.stake') }),
    ...(bounty === undefined ? {} : { bounty: toUnits(String(bounty), token, 'terms.bounty') }),
  }
  const fromOptions: Record<keyof ChosenTerms & keyof CreateOptions, number | bigint | undefined> = {
    members: options.members,
    minimumUpdates: options.minimumUpdates,
    rounds: options.rounds,
    bits: options.bits === undefined ? undefined : Number(options.bits),
    laneBits: options.laneBits === undefined ? undefined : Number(options.laneBits),
    stake: toUnits(options.stake, token, '--stake'),
    bounty: toUnits(options.bounty, token, '--bounty'),
    joinSeconds: options.joinSeconds,
    commitSeconds: options.commitSeconds,
    submitSeconds: options.submitSeconds,
    challengeSeconds: options.challengeSeconds,
    idleSeconds: options.idleSeconds,
    shards: options.shards,
    shardsPerMember: options.shardsPerMember,
  }
  const defined = Object.entries(fromOptions).filter(([, value]) => value !== undefined)
  const chosen = {
    ...Object.fromEntries(defined.filter(([name]) => isDefault(name))),
    ...fromFile,
    ...Object.fromEntries(defined.filter(([name]) => !isDefault(name))),
  } as Omit<ChosenTerms, 'bits'> & { bits?: number }
  return { ...chosen, bits: chosen.bits ?? (options.path === 'blob' ? BLOB_BITS : proposeBits(chosen.members)) }
}
