/** `tutti stats`: counts, means and histograms over the rows of many, none of which leaves its owner. */

import { readFile } from 'node:fs/promises'
import { describeToken, formatInteger, formatTokens, parseJsonBytes } from '@tutti/core'
import type { DataSchema } from '@tutti/learn'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Hex } from 'viem'
import { openToken, parseAmountText, toUnits } from '../chain/amounts.ts'
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
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { addJoinOptions, type JoinCommandOptions, runJoin } from './join.ts'

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

/** Adds the command `stats` with `create`, `join` and `show`. */
export function addStats(program: Command): void {
  const stats = program
    .command('stats')
    .description('Count over the data of many members, nobody showing a row: means, deviations, histograms.')
  const create = stats
    .command('create')
    .description('Create a statistics round: a federation of one round that sums counts instead of training.')
    .option('--task-file <path>', 'count the columns of a task file, whose ranges the histograms divide')
    .option('--schema <path>', 'count the columns of a data schema alone, JSON: what "data" is in a task file')
    .option('--name <name>', 'what members see it as (default: that of the task file)')
    .option('--purpose <text>', 'what it is for, in a sentence')
    .option('--licence <text>', 'under what terms the figures may be used (default: that of the task file)')
    .option('--contact <text>', 'where members ask; published for ever')
    .option('--bins <n>', "bins of each number's histogram", parseAtLeastOne, 32)
    .option('--largest-count <n>', 'the most rows that one member may count', parseAtLeastOne, 1_000_000)
    .option('--minimum-members <n>', 'with fewer, nothing is sent and nothing summed', parseAtLeastOne, 5)
    .option('--expose-few', 'allow fewer than 3 members, though each then learns what the others have')
    .addOption(
      new Option(
        '--epsilon <x>',
        'every member adds noise that makes its figures ε-differentially private for a row',
      ).argParser(parseEpsilonText),
    )
    .option('--members <n>', 'the most members', parseAtLeastOne, 64)
    .addOption(new Option('--stake <tokens>', 'what a member deposits').argParser(parseAmountText).default('0'))
    .addOption(
      new Option('--bounty <tokens>', 'what you pay to members and keepers').argParser(parseAmountText).default('0'),
    )
    .option(
      '--join-seconds <n>',
      'how long members may join, if they are not as many as --members before',
      parseCount,
      3_600,
    )
    .option('--submit-seconds <n>', 'how long the round waits for updates', parseAtLeastOne, 600)
    .option(
      '--private-network',
      'for trials and a network of your own: durations may be short; nodes elsewhere refuse it (default on a local chain)',
    )
    .option('--token <address>', 'ERC-20 of stake and bounty (default: the demo token)', parseAddress)
    .option('--dry-run', 'say what would be counted and what its transactions would cost, and send nothing')
  addAccountOptions(addConnectionOptions(create))
    .addHelpText(
      'after',
      '\nThe figures of few members tell of each one. An update is public: without --epsilon, so are the exact counts and\n' +
        'sums of every single member, whatever their number; rows are not. Randomness of the noise is the system’s.',
    )
    .action(createStatistics)
  const join = stats
    .command('join')
    .description('Join a statistics round, as `tutti join` does; then run `tutti node`.')
    .argument('<id>', 'the statistics round', parseId)
  addJoinOptions(join).action(async (id: Hex, options: JoinCommandOptions) => {
    const { readStatisticsManifest } = await import('../federation/statistics-reading.ts')
    await readStatisticsManifest(await openReader(options), id)
    await runJoin(id, options)
  })
  const show = stats
    .command('show')
    .description('Show what a statistics round found: count, mean, deviation, range, quantiles of each column.')
    .argument('<id>', 'the statistics round', parseId)
  addModuleOption(addConnectionOptions(show)).action(showStatistics)
  for (const command of stats.commands) command.exitOverride()
}

async function createStatistics(options: StatsCreateOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { described, schema } = await readColumns(options)
  const { describeStatistics, foundStatistics, toEpsilon, usualMinimum } = await import(
    '../create/statistics-founding.ts'
  )
  checkMinimum(options)
  const manifest = describeStatistics(schema, {
    ...described,
    bins: options.bins,
    largestCount: options.largestCount,
    minimumMembers: options.minimumMembers,
    exposesFew: options.exposeFew === true && options.minimumMembers < 3,
    epsilon: options.epsilon === undefined ? undefined : toEpsilon(options.epsilon),
  })
  const client = await openSigner(options)
  const { deployment } = await import('@tutti/chain')
  const { createOnChain, planOnChain } = await import('../create/creation.ts')
  const { checkTerms, choosePrivateNetwork, describeRisks, describeTerms } = await import('../create/terms-proposal.ts')
  const { directAggregator: aggregator } = deployment()
  const { members, joinSeconds, submitSeconds } = options
  const token = await openToken(client, options.token)
  const [stake, bounty] = [toUnits(options.stake, token, '--stake'), toUnits(options.bounty, token, '--bounty')]
  const isPrivateNetwork = choosePrivateNetwork(options, client.chainId)
  const choices = {
    members,
    stake,
    bounty,
    joinSeconds,
    submitSeconds,
    aggregator,
    token: token.address,
    isPrivateNetwork,
  }
  const founding = foundStatistics(manifest, choices)
  const { terms } = founding
  checkTerms(terms, 0n)
  const names = manifest.plan.columns.map(({ name }) => name)
  output.line(toPlainText(`${manifest.name}: ${manifest.purpose}`))
  output.line(toPlainText(`  ${names.length} columns: ${names.join(', ')}`))
  const { binLines, formatWidth } = await import('../federation/statistics-lines.ts')
  for (const line of [...binLines(manifest.plan), ...describeTerms(terms, 0n)]) output.line(`  ${line}`)
  output.line(`  stake ${formatTokens(terms.stake, token)}, bounty ${formatTokens(terms.bounty, token)}`)
  if (BigInt(terms.token) !== 0n) output.line(`  token ${describeToken(token)}`)
  for (const warning of describeRisks(terms)) output.note(warning)
  const { findCoarseColumns } = await import('@tutti/learn')
  for (const { name, width, spread, bins } of findCoarseColumns(schema, manifest.plan)) {
    output.note(
      toPlainText(
        `Column "${name}": a bin is ${formatWidth(width)} wide and the spread stated is ${formatWidth(spread)}, so that most rows ` +
          `may share one bin, and quantiles say little. Narrow minimum..maximum${bins === undefined ? '' : `, or raise --bins (${bins} would do)`}.`,
      ),
    )
  }
  if (manifest.noise === undefined) {
    output.note('No noise: the exact counts and sums of every member are public for ever, not only their total.')
  } else {
    output.line(`  every member adds discrete Laplace noise, ε = ${options.epsilon} for a row`)
  }
  if (options.minimumMembers < usualMinimum) {
    output.note(
      `As few as ${options.minimumMembers} members may take part. Figures over so few tell of each of them; ` +
        `${usualMinimum} are the usual minimum.`,
    )
  }
  const plan = await planOnChain(client, founding, output)
  if (options.dryRun === true) {
    output.line('Nothing was sent (--dry-run).')
    output.result({ terms, token, manifest, plan })
    return
  }
  const { id, gas } = await createOnChain(client, founding, plan, output)
  output.line(`Members: tutti stats join ${id} --data FILE, then tutti node ${id} --data FILE`)
  output.line(`In the end: tutti stats show ${id}, and tutti create --task-file FILE --statistics ${id}`)
  output.result({ id, terms, token, manifest, plan, gas })
}

async function showStatistics(id: Hex, options: ConnectionOptions & ModuleOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openReader(options)
  const { readStatistics } = await import('../federation/statistics-reading.ts')
  const { statisticsLines, summariseColumns } = await import('../federation/statistics-lines.ts')
  const { readManifest } = await import('@tutti/chain')
  const modules = await demandKnownModules(client, await readManifest(client, { id }), options, output)
  const { manifest, statistics } = await readStatistics(client, id)
  for (const line of statisticsLines(manifest, statistics)) output.line(line)
  const { members, rows } = statistics
  const epsilon = manifest.noise === undefined ? null : manifest.noise.epsilon[0] / manifest.noise.epsilon[1]
  output.result({ id, members, rows, epsilon, columns: summariseColumns(manifest, statistics), modules })
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
      `Of ${minimumMembers} members each learns what the ${minimumMembers === 1 ? 'one has' : 'other has'}: ask for at least 3, better 5. ` +
        'If they may know that of each other, pass --expose-few.',
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
