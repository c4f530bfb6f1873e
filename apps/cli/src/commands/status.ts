/** `tutti status [ID]`: the federations of a chain, or one of them: phase, members, rounds, money. */

import { existsSync } from 'node:fs'
import type { ChainClient, Creation, PathName, SealingPlan } from '@tutti/chain'
import type { Terms } from '@tutti/core'
import { describeToken, formatCount, formatInteger, formatTokens } from '@tutti/core'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { warnOfModules } from '../chain/modules.ts'
import { describeSealing, describeSealingCost } from '../federation/sealing-lines.ts'
import { defaultArchivePath } from '../model/blob-model.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output, toTable } from '../terminal/output.ts'
import { replaceFile } from '../terminal/whole-file.ts'

interface StatusOptions extends ConnectionOptions {
  archive?: string
  history?: boolean
  csv?: string
}

/** Most blobs that `status` decodes: a second's work. */
const MOST_BLOBS = 500

/** Adds the command `status`. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('Show the federations of a chain, or one of them.')
    .argument('[id]', 'the federation; all are listed without it', parseId)
    .option('--archive <directory>', `blob path: blobs to look through for faults (default: ${defaultArchivePath})`)
    .option(
      '--history',
      'what members reported, were paid and spent, by round and member; with --json as lines of JSON',
    )
    .option(
      '--csv <file>',
      'with --history: write it as CSV, with rounds from 0 and amounts in smallest units (-: to standard output)',
    )
  addConnectionOptions(command).action(runStatus)
}

async function runStatus(id: Hex | undefined, options: StatusOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  if (options.csv !== undefined && options.history !== true) {
    throw new CommandError('--csv writes the history: pass --history too.', exitCodes.usage)
  }
  if (options.history === true && id === undefined) {
    throw new CommandError('Name a federation: tutti status ID --history', exitCodes.usage)
  }
  const client = await openReader(options)
  if (id === undefined) await showAll(client, output)
  else if (options.history === true) await showHistory(client, id, options.csv, output)
  else await showOne(client, id, options.archive ?? defaultArchivePath, output)
}

/** What the rounds came to: a table, lines of JSON, or CSV. */
async function showHistory(client: ChainClient, id: Hex, csv: string | undefined, output: Output): Promise<void> {
  const { readRoundHistory, readTerms, readToken } = await import('@tutti/chain')
  const { describeHistory, findBest, toHistoryCsv, toHistoryLines } = await import('../federation/round-history.ts')
  output.progress('reading the rounds…')
  const onProgress = (read: number, of: number) => output.progress(`reading receipts, ${read} of ${of}…`)
  const rounds = await readRoundHistory(client, { id, isWithGas: true, onProgress })
  const lines = toHistoryLines(rounds)
  const best = findBest(lines)
  if (csv === '-') {
    output.clear()
    process.stdout.write(toHistoryCsv(lines))
    return
  }
  if (csv !== undefined) {
    await replaceFile(csv, new TextEncoder().encode(toHistoryCsv(lines)))
    output.line(`Wrote ${csv}: ${formatCount(rounds.length, 'round')}, a line for each member and one for all.`)
    output.result({ id, file: csv, rounds: rounds.length, lines: lines.length, best: best ?? null })
    return
  }
  for (const line of lines) output.result({ ...line, isBest: line === best })
  if (output.isJson) return
  const token = await readToken(client, (await readTerms(client, { id })).token)
  for (const line of describeHistory(lines, token)) output.line(line)
}

async function showAll(client: ChainClient, output: Output): Promise<void> {
  const { inspectModules, listFederations, readPhase, readStatus } = await import('@tutti/chain')
  const { nameOfManifest } = await import('../federation/manifest-summary.ts')
  output.progress('reading the federations of the chain…')
  const creations = await listFederations(client, {})
  const federations = await Promise.all(
    creations.map(async (creation) => {
      const { id, manifest, terms } = creation
      const [status, { phase }, modules] = await Promise.all([
        readStatus(client, { id }),
        readPhase(client, { id }),
        inspectModules(client, creation),
      ])
      return { id, name: nameOfManifest(manifest), phase, terms, status, modules }
    }),
  )
  if (federations.length === 0) output.line('No federation yet. Create one: tutti create --task digits')
  else {
    const rows = federations.map(({ id, name, phase, terms, status }) => [
      id,
      name,
      phase,
      `${status.roundsClosed}/${formatCount(terms.rounds, 'round')}`,
      `${formatCount(status.members, 'member')}`,
      status.isInitialised || status.isFinished ? '' : `to be finished: tutti create --resume ${id}`,
    ])
    output.line(toTable(rows, ''))
    for (const { id, modules } of federations) {
      const warning = warnOfModules(modules)
      if (warning !== undefined) output.line(`${id}: ${warning}`)
    }
  }
  output.result({ federations: federations.map(({ terms: _, ...shown }) => shown) })
}

/** Members that are read and shown, each with a request: an endpoint may count more than there are. */
const MOST_SHOWN = 1_000

/** One federation as the chain has it now. */
async function readFederation(client: ChainClient, id: Hex) {
  const chain = await import('@tutti/chain')
  const { readChainTime } = await import('@tutti/node')
  const [creation, status, round, { phase, endsAt }, accounts, history, now] = await Promise.all([
    chain.readManifest(client, { id }),
    chain.readStatus(client, { id }),
    chain.readRound(client, { id }),
    chain.readPhase(client, { id }),
    chain.readMembers(client, { id, most: MOST_SHOWN }),
    chain.readHistory(client, { id }),
    readChainTime(client),
  ])
  const [token, modules] = await Promise.all([
    chain.readToken(client, creation.terms.token),
    chain.inspectModules(client, creation),
  ])
  const members = await Promise.all(
    accounts.map(async (account) => ({ account, ...(await chain.readMember(client, { id, account })) })),
  )
  const path = chain.pathOf(creation)
  const sealing =
    path === 'direct' && modules.every(({ isKnown }) => isKnown) && status.isInitialised
      ? await chain.planSealing(client, { id, terms: creation.terms })
      : undefined
  return { creation, status, round, phase, endsAt, members, history, now, token, modules, path, sealing }
}

type FederationState = Awaited<ReturnType<typeof readFederation>>

async function showOne(client: ChainClient, id: Hex, archive: string, output: Output): Promise<void> {
  const { sourceOfManifest, summariseManifest } = await import('../federation/manifest-summary.ts')
  const state = await readFederation(client, id)
  const { creation, modules, path } = state
  const warning = warnOfModules(modules)
  const lines = [
    ...(warning === undefined ? [] : [warning]),
    ...summariseManifest(creation.manifest),
    '',
    toTable((await factRows(state)).map(([name, value]) => [name!.padEnd(8) + value])),
    '',
    ...memberLines(state),
  ]
  for (const line of lines) output.line(line)
  const reported = await showReports(client, state, output)
  const standingFaults = path === 'blob' ? await showFaults(client, creation, archive, output) : null
  const { terms } = creation
  const { phase, endsAt, now, token, status, round, members, history, sealing = null } = state
  output.result({
    ...{ id, phase, endsAt, chainTime: now, path, terms, token },
    statistics: sourceOfManifest(creation.manifest) ?? null,
    sealing: sealing === null ? null : toSealingFacts(sealing),
    ...{ status, round, members, history, reported, standingFaults, modules },
  })
}

/** Where it stands and under which terms, a name and a value each. */
async function factRows({
  creation,
  status,
  round,
  phase,
  endsAt,
  now,
  token,
  path,
  sealing,
}: FederationState): Promise<string[][]> {
  const { describePrivateNetwork } = await import('../create/term-lines.ts')
  const { terms } = creation
  const left = Math.ceil(endsAt - now)
  const clock = left > 0 ? `: ${formatInteger(left)} s by the chain's clock` : ''
  const due = endsAt === 0 ? '' : `, until ${new Date(endsAt * 1000).toISOString()} at the latest${clock}`
  const isReady = status.isInitialised || status.isFinished
  const pace = describePrivateNetwork(terms)
  const sealingRows = (facts: NonNullable<typeof sealing>) => [
    ['sealed', describeSealing({ ...facts, id: creation.id, ...status }, token)],
    ...(facts.isSealed && facts.sealedVersion === facts.version ? [] : [['', describeSealingCost(facts.cost, facts)]]),
  ]
  return [
    ['phase', `${phase}${due}`],
    ...(isReady
      ? []
      : [['unready', `its initial model is not whole; anyone finishes it with: tutti create --resume ${creation.id}`]]),
    [
      'rounds',
      `${status.roundsClosed} of at most ${terms.rounds} over, ${status.roundsSettled} of them changed the model`,
    ],
    ['model', `${terms.dimension} parameters in lanes of ${terms.laneBits} bits; updates of ${terms.bits} bits`],
    ['path', await describePath(path, terms)],
    ...(sealing === undefined ? [] : sealingRows(sealing)),
    [
      'cohort',
      `${round.cohort || '–'} this round, at most ${terms.cohortSize}; at least ${formatCount(terms.minimumUpdates, 'update')}`,
    ],
    ['token', describeToken(token)],
    ['stake', formatTokens(terms.stake, token)],
    ['bounty', `${formatTokens(terms.bounty, token)}, of which ${formatTokens(status.unspent, token)} unspent`],
    ['creator', status.creator],
    ...(pace === undefined ? [] : [['terms', pace]]),
  ]
}

/** What of a plan for sealing `--json` holds. */
function toSealingFacts({ isSealed, sealedVersion, version, done, total, steps, gas, cost }: SealingPlan) {
  return { isSealed, sealedVersion, version, done, total, transactionsLeft: steps.length, gas, cost }
}

/** The members, with what they have staked and may claim. */
function memberLines({ status, members, token }: FederationState): string[] {
  const rows = members.map(({ account, owed, stake, isLeaving }) => [
    account,
    `${formatTokens(owed, token)} to claim`,
    `${formatTokens(stake, token)} staked`,
    isLeaving ? 'leaving' : '',
  ])
  const rest = status.members - rows.length
  return [
    formatCount(status.members, 'member'),
    ...(rows.length === 0 ? [] : [toTable(rows)]),
    ...(rest > 0 && rows.length === MOST_SHOWN ? [`and ${formatInteger(rest)} more`] : []),
  ]
}

/** Says what the members reported; null where nothing was, or it could not be read. */
async function showReports(client: ChainClient, { creation, round }: FederationState, output: Output) {
  const { CLAMPED_SHARE } = await import('@tutti/node')
  const { readReports, reportLines } = await import('../federation/reported-metrics.ts')
  // Endpoints that give no logs of old blocks still tell how the federation stands.
  const reports = await readReports(client, creation.id, round, creation.blockNumber).catch((error: Error) => {
    output.note(`What the members reported was not read: ${error.message}`)
    return undefined
  })
  if (reports === undefined) return null
  output.line()
  for (const line of reportLines(reports, CLAMPED_SHARE)) output.line(line)
  return reports
}

/** Updates that break their bounds and are part of the model for good, as far as the archive here shows them. */
async function showFaults(client: ChainClient, creation: Creation, directory: string, output: Output) {
  if (!existsSync(directory)) {
    output.line(`No archive of blobs at ${directory}; faults that stand are named by: tutti verify ${creation.id}`)
    return null
  }
  const { describeStanding, findStandingFaults } = await import('@tutti/chain')
  const { archiveSource, openBlobArchive } = await import('@tutti/chain/local')
  output.progress('looking through the blobs at hand…')
  const archive = async () => {
    const { loadKzg } = await import('@tutti/chain/kzg')
    return openBlobArchive({ directory, kzg: await loadKzg(), isReading: true })
  }
  const source = archiveSource(directory)
  const look = await findStandingFaults(client, { creation, source, archive, most: MOST_BLOBS })
  const rest = look.left === 0 ? '' : `; ${formatCount(look.left, 'blob')} not looked at: tutti verify ${creation.id}`
  const found = look.faults.length === 0 ? 'no faults that stand' : describeStanding(look.faults)
  output.line(`${found}, in ${formatCount(look.blobs, 'blob')} of ${directory}${rest}`)
  return look
}

/** Where the numbers live. */
async function describePath(path: PathName, terms: Terms): Promise<string> {
  if (path === 'direct') return 'direct: the contract holds the hash of the integers, and logs hold them'
  const { blobsFor, shardCount } = await import('@tutti/core')
  return (
    `blob: the contract holds the commitments of ${formatCount(blobsFor(terms.dimension, terms.laneBits), 'blob')} in ` +
    `${formatCount(shardCount(terms), 'shard')}; faults can be proven for ${terms.challengeSeconds} s`
  )
}
