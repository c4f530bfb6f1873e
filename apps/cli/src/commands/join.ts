/** `tutti join ID`: says what becomes public for ever, asks, and joins with the stake. */
import { createInterface } from 'node:readline/promises'
import { describeToken, formatTokens, MOST_DECIMALS, type Token } from '@tutti/core'
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
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { describePaid } from '../chain/paid.ts'
import { describeSource } from '../federation/manifest-summary.ts'
import { defaultStore, readLimits } from '../node/settings.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parsePositive, present } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'

/** What `tutti join` reads. */
export interface JoinCommandOptions extends ConnectionOptions, AccountOptions, ModuleOptions {
  data?: string
  yes?: boolean
  allowUnknown?: boolean
  config?: string
  store?: string
  privacyEpsilon?: number
  exposeFewRows?: boolean
}

/** Adds the command `join`. */
export function addJoin(program: Command): void {
  const command = program
    .command('join')
    .description('Join a federation with its stake, after reading what becomes public.')
    .argument('<id>', 'the federation', parseId)
  addJoinOptions(command).action(runJoin)
}

/** Adds the options of joining, of a model's federation or a statistics round alike. */
export function addJoinOptions(command: Command): Command {
  command
    .option('--data <file>', 'check this CSV against the federation before anything is paid')
    .option('--allow-unknown', 'join even if the federation knows none of the values of a column')
    .option('--yes', 'consent to what becomes public without being asked')
    .option(
      '--privacy-epsilon <x>',
      'privacy budget of the store: refuse a federation that would exceed it',
      parsePositive,
    )
    .option(
      '--expose-few-rows',
      'for a statistics round without noise: allow so few rows that its figures show single ones',
    )
    .option('--store <directory>', `the node's store, which records what is spent (default: ${defaultStore})`)
    .option('--config <file>', "a node's configuration file, for its privacy budget and store")
  return addModuleOption(addAccountOptions(addConnectionOptions(command)))
}

/** Checks the data, says what becomes public, asks, pays the stake. */
export async function runJoin(id: Hex, options: JoinCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openSigner(options)
  const { readManifest } = await import('@tutti/chain')
  const { joinFederation } = await import('@tutti/node')
  const { isStatistics, parsePublishedManifest } = await import('@tutti/learn')
  const { demandKnownColumns, describeFit, readOwnRows } = await import('../data/local-data.ts')
  const { describePrivateNetwork } = await import('../create/term-lines.ts')
  const { store, policy } = await readLimits({
    ...present({
      config: options.config,
      store: options.store,
      privacyEpsilon: options.privacyEpsilon,
      exposeFewRows: options.exposeFewRows,
    }),
  })
  const budget = policy.privacyEpsilon
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  const { data } = options
  const manifest = parsePublishedManifest(creation.manifest)
  const pace = describePrivateNetwork(creation.terms)
  const source = [...describeSource(manifest), ...(pace === undefined ? [] : [`terms are ${pace}`])]
  const rows = data === undefined ? undefined : await readOwnRows(manifest, data)
  if (rows !== undefined) {
    for (const line of describeFit(rows)) output.line(line)
    if (options.allowUnknown !== true) demandKnownColumns(rows)
  }
  const joined = await joinFederation({
    client,
    federationId: id,
    manifestHash: creation.terms.manifestHash,
    ...(rows?.kind === 'dataset' ? { dataset: rows.dataset } : {}),
    ...(rows?.kind === 'table' ? { table: rows.table, exposesFewRows: policy.exposesFewRows } : {}),
    ...(budget === undefined ? {} : { privacy: { storeDirectory: store, budget } }),
    consent: (disclosure) => askConsent(disclosure, source, options, output),
  })
  const base = !isStatistics(manifest) && manifest.initialisation.kind === 'base' ? manifest.initialisation : undefined
  const { gasUsed, gasPrice } = joined.cost ?? { gasUsed: 0n, gasPrice: 0n }
  const paid = gasUsed * gasPrice
  if (joined.isNew) {
    const baseOption = base === undefined ? '' : ' --base-model FILE'
    output.line(`Joined as ${joined.account}. Next: tutti node ${id} --data FILE${baseOption}`)
    if (joined.cost !== undefined) output.line(`That took ${describePaid([{ gasUsed, paid }])}.`)
  } else output.line(`${joined.account} is already a member; nothing was sent.`)
  if (base !== undefined)
    output.line(`You need the creator's base model: ask for the file with keccak256 ${base.hash}.`)
  output.result({
    id,
    account: joined.account,
    isNew: joined.isNew,
    stake: joined.disclosure.stake,
    token: joined.disclosure.token,
    gasUsed,
    paid,
    modules,
  })
}

async function askConsent(
  disclosure: {
    name: string
    purpose: string
    publicity: string
    published: string[]
    kept: string[]
    stake: bigint
    token: Token
    rounds: number
  },
  source: string[],
  options: JoinCommandOptions,
  output: Output,
): Promise<boolean> {
  const say = options.json === true ? output.note : output.line
  say(`${toPlainText(disclosure.name)}: ${toPlainText(disclosure.purpose)}`)
  const { stake, token } = disclosure
  say(`Stake: ${formatTokens(stake, token, MOST_DECIMALS)}, returned at the end. Rounds: at most ${disclosure.rounds}.`)
  say(`Token: ${describeToken(token)}.`)
  for (const line of source) say(`The ${line}.`)
  say('')
  say('What becomes public, for ever, and cannot be taken back:')
  for (const sentence of disclosure.published) say(`  · ${sentence}`)
  say(`  · The creator adds: ${toPlainText(disclosure.publicity)}`)
  say('What does not:')
  for (const sentence of disclosure.kept) say(`  · ${sentence}`)
  if (options.yes === true) return true
  if (!process.stdin.isTTY) {
    throw new CommandError('Read the above. To consent and join, pass --yes.', exitCodes.noConsent)
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Join? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}
