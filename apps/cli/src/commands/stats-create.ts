/** `tutti stats create`: a statistics round, over the columns of a task file or of a data schema. */

import { readFile } from 'node:fs/promises'
import type { ChainClient } from '@tutti/chain'
import { describeToken, formatInteger, formatTokens, parseJsonBytes, type Token } from '@tutti/core'
import type { DataSchema, StatisticsManifest } from '@tutti/learn'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Hex } from 'viem'
import { openToken, parseAmountText, toUnits } from '../chain/amounts.ts'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseAddress,
} from '../chain/connection.ts'
import { describePaid, sumPaid } from '../chain/paid.ts'
import type { NewFederation } from '../create/creation.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseAtLeastOne, parseCount } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'

interface StatsCreateOptions extends ConnectionOptions, AccountOptions {
  taskFile?: string
  schema?: string
  name?: string
  purpose?: string
  licence?: string
  contact?: string
  bins: number
  largestCount: number
  minimumMembers: number
  exposeFew?: boolean
  epsilon?: string
  members: number
  stake: string
  bounty: string
  joinSeconds: number
  submitSeconds: number
  privateNetwork?: boolean
  token?: Hex
  dryRun?: boolean
}

/** Adds the command `stats create`. */
export function addStatsCreate(stats: Command): void {
  const command = stats
    .command('create')
    .description('Create a statistics round: a federation of one round that sums counts instead of training.')
    .option('--task-file <path>', 'count the columns of a task file, whose ranges the histograms divide')
    .option('--schema <path>', 'count the columns of a data schema alone, JSON: what "data" is in a task file')
    .option('--name <name>', 'its name for members (default: that of the task file)')
    .option('--purpose <text>', 'what it is for, in a sentence')
    .option('--licence <text>', 'licence of the figures (default: that of the task file)')
    .option('--contact <text>', 'where members ask; published for ever')
    .option('--bins <n>', "bins of each number's histogram", parseAtLeastOne, 32)
    .option('--largest-count <n>', 'the most rows that one member may count', parseAtLeastOne, 1_000_000)
    .option('--minimum-members <n>', 'with fewer members, nothing is sent and nothing is summed', parseAtLeastOne, 5)
    .option('--expose-few', 'allow fewer than 3 members, although each then learns what the others have')
    .addOption(
      new Option(
        '--epsilon <x>',
        'every member adds noise that makes its figures ε-differentially private for a row',
      ).argParser(parseEpsilonText),
    )
  addAccountOptions(addConnectionOptions(addRoundTerms(command)))
    .addHelpText(
      'after',
      '\nFigures of few members say much about each of them. An update is public. So without --epsilon the exact counts and\n' +
        'sums of every single member are public, however many members there are; rows are not. Noise is drawn from the\n' +
        'random numbers of the system.',
    )
    .action(createStatistics)
}

/** The terms that a statistics round leaves to choose. */
function addRoundTerms(command: Command): Command {
  return command
    .option('--members <n>', 'the most members', parseAtLeastOne, 64)
    .addOption(new Option('--stake <tokens>', 'what a member deposits').argParser(parseAmountText).default('0'))
    .addOption(
      new Option('--bounty <tokens>', 'what you pay to members and keepers').argParser(parseAmountText).default('0'),
    )
    .option(
      '--join-seconds <n>',
      'how long members may join, unless as many as --members have joined before',
      parseCount,
      3_600,
    )
    .option('--submit-seconds <n>', 'how long the round waits for updates', parseAtLeastOne, 600)
    .option(
      '--private-network',
      'for trials and a network of your own: durations may be short; nodes elsewhere refuse it (default on a local chain)',
    )
    .option('--token <address>', 'ERC-20 of stake and bounty (default: the demo token)', parseAddress)
    .option('--dry-run', 'say what would be counted and what creating would cost; send nothing')
}

async function createStatistics(options: StatsCreateOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { described, schema } = await readColumns(options)
  const { buildStatisticsManifest } = await import('@tutti/learn')
  const { toEpsilon } = await import('../create/epsilon-option.ts')
  checkMinimum(options)
  const manifest = buildStatisticsManifest(schema, {
    ...described,
    bins: options.bins,
    largestCount: options.largestCount,
    minimumMembers: options.minimumMembers,
    exposesFew: options.exposeFew === true && options.minimumMembers < 3,
    epsilon: options.epsilon === undefined ? undefined : toEpsilon(options.epsilon),
  })
  const client = await openSigner(options)
  const token = await openToken(client, options.token)
  const federation = await propose(client, { manifest, token }, options)
  await describeRound({ manifest, token, terms: federation.terms, epsilon: options.epsilon }, output)
  await warnOfFigures(schema, manifest, output)
  const { createOnChain, planOnChain } = await import('../create/creation.ts')
  const plan = await planOnChain(client, federation, output)
  const shown = { terms: federation.terms, token, manifest, plan }
  if (options.dryRun === true) {
    output.line('Nothing was sent (--dry-run).')
    output.result(shown)
    return
  }
  const { id, gas, writes } = await createOnChain(client, federation, plan, output)
  output.line(`You paid in all: ${describePaid(writes)}.`)
  output.line(`Members: tutti stats join ${id} --data FILE, then tutti node ${id} --data FILE`)
  output.line(`In the end: tutti stats show ${id}, and tutti create --task-file FILE --statistics ${id}`)
  output.result({ id, ...shown, gas, paid: sumPaid(writes) })
}

/** Terms and setup of the round. @throws `CommandError` naming the term that is not possible */
async function propose(
  client: ChainClient,
  { manifest, token }: { manifest: StatisticsManifest; token: Token },
  options: StatsCreateOptions,
): Promise<NewFederation> {
  const { deployment } = await import('@tutti/chain')
  const { proposeStatistics } = await import('@tutti/learn')
  const { checkProposal, choosePrivateNetwork } = await import('../create/term-checks.ts')
  const { members, joinSeconds, submitSeconds } = options
  const federation = proposeStatistics(manifest, {
    ...{ members, joinSeconds, submitSeconds, token: token.address, aggregator: deployment().directAggregator },
    stake: toUnits(options.stake, token, '--stake'),
    bounty: toUnits(options.bounty, token, '--bounty'),
    isPrivateNetwork: choosePrivateNetwork(options, client.chainId),
  })
  checkProposal(federation)
  return federation
}

/** Says what is counted, under which terms, and with what noise. */
async function describeRound(
  {
    manifest,
    token,
    terms,
    epsilon,
  }: { manifest: StatisticsManifest; token: Token; terms: NewFederation['terms']; epsilon: string | undefined },
  output: Output,
): Promise<void> {
  const { describeRisks, describeTerms } = await import('../create/term-lines.ts')
  const { binLines } = await import('../federation/statistics-lines.ts')
  const names = manifest.plan.columns.map(({ name }) => name)
  output.line(toPlainText(`${manifest.name}: ${manifest.purpose}`))
  output.line(toPlainText(`  ${names.length} columns: ${names.join(', ')}`))
  for (const line of [...binLines(manifest.plan), ...describeTerms(terms, 0n)]) output.line(`  ${line}`)
  output.line(`  stake ${formatTokens(terms.stake, token)}, bounty ${formatTokens(terms.bounty, token)}`)
  if (BigInt(terms.token) !== 0n) output.line(`  token ${describeToken(token)}`)
  for (const warning of describeRisks(terms)) output.note(warning)
  if (epsilon !== undefined) output.line(`  every member adds discrete Laplace noise, ε = ${epsilon} for a row`)
}

/** Warns of figures that say too little, or too much of single members. */
async function warnOfFigures(schema: DataSchema, manifest: StatisticsManifest, output: Output): Promise<void> {
  const { findCoarseColumns } = await import('@tutti/learn')
  const { formatWidth } = await import('../federation/statistics-lines.ts')
  const { USUAL_MINIMUM } = await import('@tutti/learn')
  for (const { name, width, spread, bins } of findCoarseColumns(schema, manifest.plan)) {
    output.note(
      toPlainText(
        `Column "${name}": a bin is ${formatWidth(width)} wide and the spread stated is ${formatWidth(spread)}, so most rows ` +
          `may fall into one bin, and quantiles say little. Narrow minimum..maximum${bins === undefined ? '' : `, or raise --bins (${bins} would do)`}.`,
      ),
    )
  }
  if (manifest.noise === undefined) {
    output.note('No noise: the exact counts and sums of every member are public for ever, not only their total.')
  }
  const { minimumMembers } = manifest.plan
  if (minimumMembers < USUAL_MINIMUM) {
    output.note(
      `As few as ${minimumMembers} members may take part. Figures over so few tell of each of them; ` +
        `${USUAL_MINIMUM} are the usual minimum.`,
    )
  }
}

/** The columns to count, and how the round is described. @throws the readers' errors, `CommandError` */
async function readColumns(options: StatsCreateOptions) {
  const { parseDataSchema } = await import('@tutti/learn')
  const { readTaskFile } = await import('@tutti/learn/node')
  const { taskFile, schema } = options
  if ((taskFile === undefined) === (schema === undefined)) {
    throw new CommandError(
      'Say which columns to count: --task-file PATH, or --schema PATH. `tutti task init` writes a task file from a CSV.',
      exitCodes.usage,
    )
  }
  const file = taskFile === undefined ? undefined : readTaskFile(taskFile)
  const columns: DataSchema = file === undefined ? parseDataSchema(await readJson(schema!)) : file.data
  const { name = file === undefined ? undefined : `Statistics for ${file.name}` } = options
  if (name === undefined) throw new CommandError('A schema has no name: give one with --name.', exitCodes.usage)
  const described = {
    name,
    purpose: options.purpose ?? 'Figures over the rows of all members, by which each column can be normalised.',
    licence: options.licence ?? file?.licence ?? 'CC0-1.0',
    contact: options.contact ?? file?.contact ?? 'not given',
  }
  return { described, schema: columns }
}

async function readJson(path: string): Promise<unknown> {
  const bytes = await readFile(path)
  try {
    return parseJsonBytes(bytes)
  } catch (error) {
    throw new CommandError(`${path} is not JSON: ${(error as Error).message}.`, exitCodes.badInput)
  }
}

function checkMinimum({ minimumMembers, members, exposeFew }: StatsCreateOptions): void {
  if (minimumMembers < 3 && exposeFew !== true) {
    throw new CommandError(
      `With a minimum of ${minimumMembers}, ${minimumMembers === 1 ? 'the figures can be those of one member' : 'each of two members can learn what the other has'}: ask for at least 3, better 5. ` +
        'If members may know that of each other, pass --expose-few.',
      exitCodes.usage,
    )
  }
  if (members < minimumMembers) {
    throw new CommandError(
      `At most ${formatInteger(members)} members could take part, at least ${formatInteger(minimumMembers)} must. ` +
        'Raise --members, or lower --minimum-members.',
      exitCodes.usage,
    )
  }
}

function parseEpsilonText(text: string): string {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text) || Number(text) === 0) {
    throw new InvalidArgumentError('It takes a number above 0 with at most six decimals, such as 0.5.')
  }
  return text
}
