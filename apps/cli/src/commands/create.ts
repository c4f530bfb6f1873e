/** `tutti create`: a federation of one's own, its steps calibrated on the creator's data. */

import type { ChainClient } from '@tutti/chain'
import { describeToken, formatCount, formatTokens, type Token } from '@tutti/core'
import type { FederationChoices, FederationProposal, TaskFile } from '@tutti/learn'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { openToken } from '../chain/amounts.ts'
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
import { describePaid, type Paid, sumPaid } from '../chain/paid.ts'
import type { SourcedTask, TaskPlan } from '../create/task-source.ts'
import { addTensorOptions, type TensorOptions } from '../create/tensor-options.ts'
import { addTermOptions, chooseTerms, type TermOptions } from '../create/term-options.ts'
import type { WidthCost } from '../create/width-lines.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseAtLeastOne, parseCount, parsePositive } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface CreateOptions extends ConnectionOptions, AccountOptions, ModuleOptions, TensorOptions, TermOptions {
  task?: 'digits' | 'breast-cancer' | 'mnist'
  taskFile?: string
  statistics?: Hex
  from?: Hex
  resume?: Hex
  path: 'direct' | 'blob'
  baseModel?: string
  data?: string
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
      new Option(
        '--path <name>',
        'where updates travel: in calldata, which the contract adds up, or in blobs (EIP-4844)',
      )
        .choices(['direct', 'blob'])
        .default('direct'),
    )
    .option(
      '--base-model <file>',
      "in blobs: start from this file's weights: an ONNX model of your own, or safetensors",
    )
    .option('--data <path>', "the creator's own data, to calibrate steps on: CSV, or a folder of IDX files")
  addTermOptions(command)
    .option('--learning-rate <x>', "local learning rate (default: the task's)", parsePositive)
    .option('--epochs <n>', "passes over a member's rows in a round (default: the task's)", parseAtLeastOne)
    .option('--steps <n>', 'in place of --epochs: training steps in a round, whatever the rows', parseAtLeastOne)
    .option('--seed <n>', 'seeds the initial model and the rehearsal', parseCount, 1)
    .option('--dry-run', 'say what the terms allow and what creating would cost; send nothing')
  addModuleOption(addAccountOptions(addConnectionOptions(addTensorOptions(command))))
    .addHelpText(
      'after',
      '\nWithout --data, a built-in task is rehearsed on its own data, and a task file on made-up rows of its columns.\n' +
        'Options that you give come before the task file, and the file comes before the defaults above.\n' +
        'With an ONNX file as --base-model, the task gives data, label and training, and the file gives the model. Members\n' +
        'need the very same file (node --base-model FILE). What is not trained in it is not on the chain.',
    )
    .action((options: CreateOptions) => runCreate(command, options))
}

/** What is chosen of the terms, and the seed of the rehearsal. */
type SeededChoices = FederationChoices & { seed: number }

async function runCreate(command: Command, options: CreateOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  checkSource(options)
  if (options.resume !== undefined) return resume(options.resume, options, output)
  const taskFile = await readTask(options, output)
  const { readTaskPlan } = await import('../create/task-source.ts')
  const plan = options.from === undefined ? await readTaskPlan(options, taskFile) : undefined
  const client = await openSigner(options)
  if (options.from !== undefined) {
    const { readManifest } = await import('@tutti/chain')
    await demandKnownModules(client, await readManifest(client, { id: options.from }), options, output)
  }
  const { blobAggregatorAddress, deployment } = await import('@tutti/chain')
  const { choosePrivateNetwork } = await import('../create/term-checks.ts')
  const token = await openToken(client, options.token)
  const choices: SeededChoices = {
    ...chooseTerms(command, { options, file: taskFile?.terms ?? {}, token }),
    path: options.path,
    aggregator: options.path === 'blob' ? blobAggregatorAddress() : deployment().directAggregator,
    token: token.address,
    seed: options.seed,
    isPrivateNetwork: choosePrivateNetwork(options, client.chainId),
  }
  const proposal = await propose(client, { plan, from: options.from, choices }, output)
  const described = await describeProposal({ proposal, choices, token, plan }, output)
  await (options.dryRun === true ? tryOut : create)(client, { proposal, choices, token, described }, output)
}

/** @throws `CommandError` unless exactly one source says what to learn, and the other options go with it. */
function checkSource({ task, taskFile, from, resume: resumed, baseModel, path }: CreateOptions): void {
  if (resumed !== undefined) {
    if (task === undefined && taskFile === undefined) return
    throw new CommandError('--resume finishes what exists: leave --task and --task-file out.', exitCodes.usage)
  }
  const given = Object.entries({ '--task': task, '--task-file': taskFile, '--from': from }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
  if (given.length > 1) {
    const message = `${given.join(' and ')} each say what to learn: give one of them and leave the others out.`
    throw new CommandError(message, exitCodes.usage)
  }
  if (given.length === 0) {
    throw new CommandError(
      'Say what to learn: --task NAME, --task-file PATH, or --from ID to continue a model.',
      exitCodes.usage,
    )
  }
  if (baseModel !== undefined && (path !== 'blob' || from !== undefined)) {
    throw new CommandError('A base model is for the blob path: add --path blob, and leave --from out.', exitCodes.usage)
  }
  if (path === 'blob' && from !== undefined) {
    throw new CommandError('--from continues a model of the direct path; leave --path out.', exitCodes.usage)
  }
}

/** Writes what the initial model of a federation lacks. */
async function resume(id: Hex, options: CreateOptions, output: Output): Promise<void> {
  const { resumeOnChain } = await import('../create/creation.ts')
  const { readManifest } = await import('@tutti/chain')
  const client = await openSigner(options)
  // Who pays for a model's words under a foreign module pays for nothing that Tutti answers for.
  await demandKnownModules(client, await readManifest(client, { id }), options, output)
  output.result(await resumeOnChain(client, { id, source: options.from }, output))
}

/** The task file, with the constants of a statistics round where one is named; says what that changes. */
async function readTask(options: CreateOptions, output: Output): Promise<SourcedTask | undefined> {
  const { readTaskFile } = await import('@tutti/learn/node')
  const file = options.taskFile === undefined ? undefined : readTaskFile(options.taskFile)
  return options.statistics === undefined ? file : normaliseTask(options.statistics, file, options, output)
}

async function normaliseTask(
  id: Hex,
  file: TaskFile | undefined,
  options: CreateOptions,
  output: Output,
): Promise<SourcedTask> {
  if (file === undefined) {
    throw new CommandError(
      '--statistics changes the constants of a task file: name it with --task-file.',
      exitCodes.usage,
    )
  }
  const { applyStatistics } = await import('../federation/statistics-reading.ts')
  const { readManifest } = await import('@tutti/chain')
  const reader = await openReader(options)
  await demandKnownModules(reader, await readManifest(reader, { id }), options, output)
  const { data, lines, source } = await applyStatistics(reader, id, file.data)
  for (const line of lines) output.line(line)
  return { ...file, data, statistics: source }
}

/** Calibrates on the creator's data, or takes another federation's model over; in terms that the contracts accept. */
async function propose(
  client: ChainClient,
  { plan, from, choices }: { plan: TaskPlan | undefined; from: Hex | undefined; choices: SeededChoices },
  output: Output,
): Promise<FederationProposal> {
  const { readLimits } = await import('@tutti/chain')
  const { fitToPrices } = await import('@tutti/learn')
  const { proposeFederation } = await import('@tutti/learn/node')
  const { continueFederation } = await import('../create/continuation.ts')
  const { checkProposal, checkShards } = await import('../create/term-checks.ts')
  if (plan?.source === 'made-up') {
    output.note(
      `No --data: rehearsing on ${plan.data.count} made-up examples of the task's columns (seed ${choices.seed}). ` +
        'Data of your own measure steps that fit better.',
    )
  }
  if (plan !== undefined && 'leftOut' in plan.task.model) {
    const { leftOutLine, modelNotes } = await import('../create/model-lines.ts')
    for (const note of modelNotes(plan.task.model)) output.note(note)
    const left = leftOutLine(plan.task.model)
    if (left !== undefined) output.note(left)
  }
  output.progress(plan === undefined ? 'reading the model…' : 'rehearsing, to calibrate steps…')
  const proposed =
    plan === undefined
      ? await continueFederation(client, from!, choices)
      : await proposeFederation(plan.task, plan.data, choices)
  const proposal = fitToPrices(proposed, choices, await readLimits(client))
  checkShards(proposal.terms, choices)
  checkProposal(proposal)
  return proposal
}

/** Says what the proposed terms allow and cost; what of it `--json` holds. */
async function describeProposal(
  {
    proposal: { terms, manifest, initialBound },
    choices,
    token,
    plan,
  }: { proposal: FederationProposal; choices: SeededChoices; token: Token; plan: TaskPlan | undefined },
  output: Output,
) {
  const { proposeFromManifest } = await import('@tutti/learn')
  const { describeBlobTerms, describeRisks, describeTerms } = await import('../create/term-lines.ts')
  const { costWidths, widthLines } = await import('../create/width-lines.ts')
  const isBlob = choices.path === 'blob'
  output.line(`${manifest.name}: ${manifest.purpose}`)
  const allowed = isBlob ? describeBlobTerms(terms) : describeTerms(terms, initialBound)
  for (const line of allowed) output.line(`  ${line}`)
  const proposeAt = (bits: number) =>
    proposeFromManifest(manifest, { ...choices, bits, laneBits: terms.laneBits }).terms
  const widths: WidthCost[] | undefined = isBlob ? undefined : costWidths(proposeAt)
  for (const line of widths === undefined ? [] : widthLines(widths, terms.bits)) output.line(line)
  const sealPay = terms.sealPay === 0n ? '' : `, ${formatTokens(terms.sealPay, token)} for sealing the finished model`
  output.line(`  stake ${formatTokens(terms.stake, token)}, bounty ${formatTokens(terms.bounty, token)}${sealPay}`)
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
  return { terms, token, manifest, isWidened, ...(widths === undefined ? {} : { widths }), ...rehearsal }
}

/** What is created, and what of it was said already. */
interface Proposed {
  proposal: FederationProposal
  choices: SeededChoices
  token: Token
  described: object
}

/** Tries creation on the chain, where the contracts are there, and sends nothing. */
async function tryOut(client: ChainClient, { proposal, choices, described }: Proposed, output: Output): Promise<void> {
  const { planOnChain } = await import('../create/creation.ts')
  const { terms } = proposal
  const isThere = ((await client.public.getCode({ address: choices.aggregator })) ?? '0x') !== '0x'
  if (!isThere) output.line('  the blob aggregator is not on this chain yet; creating deploys it')
  const plan = isThere ? { plan: await planOnChain(client, proposal, output) } : {}
  if (terms.bounty + terms.sealPay > 0n) await warnOfTokens(client, terms, output)
  output.line('Nothing was sent (--dry-run).')
  output.result({ ...described, ...plan })
}

/** Creates the federation, and says how members join and what was paid. */
async function create(
  client: ChainClient,
  { proposal, choices, token, described }: Proposed,
  output: Output,
): Promise<void> {
  const { createOnChain, planOnChain } = await import('../create/creation.ts')
  const deployed = choices.path === 'blob' ? await deployForBlobs(client, output) : []
  const plan = await planOnChain(client, proposal, output)
  const { id, gas, writes } = await createOnChain(client, proposal, plan, output)
  const paid = [...deployed, ...writes]
  const { bounty, sealPay } = proposal.terms
  const tokens =
    (bounty === 0n ? '' : `, and a bounty of ${formatTokens(bounty, token)}`) +
    (sealPay === 0n ? '' : `, and ${formatTokens(sealPay, token)} for those who seal the finished model`)
  output.line(`You paid in all: ${describePaid(paid)}, in ${formatCount(paid.length, 'transaction')}${tokens}.`)
  output.line(`Members join with: tutti join ${id} --data FILE`)
  output.result({ id, ...described, plan, gas, paid: sumPaid(paid) })
}

/** Deploys the blob aggregator where it is missing; warns where it is not known whether the chain takes blobs. */
async function deployForBlobs(client: ChainClient, output: Output): Promise<Paid[]> {
  const { deployBlobAggregator } = await import('@tutti/chain')
  const { support, writes } = await deployBlobAggregator(client)
  if (support?.answer === 'unknown') {
    output.note(
      `Not known whether chain ${client.chainId} takes blob transactions: ${support.why}. If it does not, no ` +
        'update can be submitted; look into its documentation before members stake.',
    )
  }
  return writes
}

/** Says that the account does not hold the bounty and the pay for sealing, which may come before the federation is created. */
async function warnOfTokens(
  client: ChainClient,
  { token, bounty, sealPay }: FederationProposal['terms'],
  output: Output,
): Promise<void> {
  const { checkTokens, InsufficientTokensError } = await import('@tutti/chain')
  try {
    await checkTokens(client, { token, amount: bounty + sealPay })
  } catch (error) {
    if (!(error instanceof InsufficientTokensError)) throw error
    output.note(`Creating it would stop there as yet. ${error.message}`)
  }
}
