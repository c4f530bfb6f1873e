/** `tutti describe ID`: what a member should know before it joins, and a CSV to fill in. */
import {
  describeToken,
  estimateMemberCost,
  formatCount,
  formatInteger,
  formatTokens,
  MOST_DECIMALS,
  potOf,
  type Spent,
  type Terms,
  type Token,
} from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { formatUsd } from '../chain/gas-lines.ts'
import { columnLines, csvTemplate, templateForm, wantedColumns } from '../data/column-lines.ts'
import { describeSource } from '../federation/manifest-summary.ts'
import { formatDuration } from '../federation/waiting-lines.ts'
import { toCsvBytes } from '../terminal/csv-writing.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { writeNewFile } from '../terminal/whole-file.ts'

interface DescribeOptions extends ConnectionOptions {
  csvTemplate?: true | string
}

/** Adds the command `describe`. */
export function addDescribe(program: Command): void {
  const command = program
    .command('describe')
    .description(
      'Say what a federation wants, costs, pays and makes public. Read it before you join; it costs nothing.',
    )
    .argument('<id>', 'the federation', parseId)
    .option(
      '--csv-template [file]',
      'write a CSV with its header and one row that shows what goes where (without a file, or with -: print it)',
    )
  addConnectionOptions(command).action(runDescribe)
}

async function runDescribe(id: Hex, options: DescribeOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openReader(options)
  const { pathOf, readManifest, readStatus, readToken } = await import('@tutti/chain')
  const { parsePublishedManifest } = await import('@tutti/learn')
  const creation = await readManifest(client, { id })
  const manifest = parsePublishedManifest(creation.manifest)
  const template = csvTemplate(manifest)
  if (options.csvTemplate !== undefined) {
    await giveTemplate(template, toCsvBytes(template, templateForm(manifest)), options.csvTemplate, output)
    return
  }
  const { disclose } = await import('@tutti/node')
  const { terms } = creation
  const path = pathOf(creation)
  const [status, token] = await Promise.all([readStatus(client, { id }), readToken(client, terms.token)])
  const disclosed = { federationId: id, account: undefined, terms, manifest, token, pathName: path }
  const { published, kept, publicity, updateBytes } = disclose(disclosed)
  const share = potOf(terms, 0) / BigInt(terms.cohortSize)
  const round = estimateMemberCost(terms, path)
  const lines = [
    ...(await purposeLines(manifest)),
    '',
    `Columns that your rows must have (tutti describe ${id} --csv-template prints a file to fill in):`,
    ...columnLines(manifest),
    '',
    'Terms',
    ...termLines(terms, status),
    'What it costs you, and what it pays',
    ...(await moneyLines(terms, { token, share, round, updateBytes })),
    'What becomes public, for ever, and cannot be taken back',
    ...published.map((sentence) => `  · ${sentence}`),
    `  · The creator adds: ${toPlainText(publicity)}`,
    'What does not',
    ...kept.map((sentence) => `  · ${sentence}`),
  ]
  for (const line of lines) output.line(line)
  output.result({
    ...{ id, name: manifest.name, purpose: manifest.purpose, licence: manifest.licence, contact: manifest.contact },
    columns: wantedColumns(manifest),
    template,
    ...{ rounds: terms.rounds, roundsSettled: status.roundsSettled, members: status.members },
    cohortSize: terms.cohortSize,
    commitSeconds: terms.commitSeconds,
    submitSeconds: terms.submitSeconds,
    challengeSeconds: terms.challengeSeconds,
    ...{ stake: terms.stake, rewardPerRound: share, token, gasPerRound: round.gas, blobGasPerRound: round.blobGas },
    ...{ updateBytes, published, publicity, kept },
  })
}

/** What the federation is for, and what it trains. */
async function purposeLines(manifest: PublishedManifest): Promise<string[]> {
  const { countParameters, describeModel, isStatistics } = await import('@tutti/learn')
  const lines = [
    toPlainText(manifest.name),
    toPlainText(`  ${manifest.purpose}`),
    toPlainText(`  licence ${manifest.licence}, contact ${manifest.contact}`),
  ]
  if (!isStatistics(manifest)) {
    const { model, task } = manifest
    lines.push(
      `  ${task.kind}: ${describeModel(model)}, ${formatInteger(countParameters(model))} parameters, judged by ${task.metrics.join(', ')}`,
    )
  }
  return [...lines, ...describeSource(manifest).map((line) => `  ${line}`)]
}

/** How many take part, and how long a round takes. */
function termLines(terms: Terms, { roundsSettled, members }: { roundsSettled: number; members: number }): string[] {
  return [
    `  ${formatCount(terms.rounds, 'round')} at most, ${roundsSettled} over; up to ${formatCount(terms.cohortSize, 'member')} a round, ` +
      `at least ${formatCount(terms.minimumUpdates, 'update')}; ${formatCount(members, 'member')} now`,
    ...paceLines(terms),
  ]
}

/** Stake, reward, and what the gas of a round costs. */
async function moneyLines(
  terms: Terms,
  { token, share, round, updateBytes }: { token: Token; share: bigint; round: Spent; updateBytes: number },
): Promise<string[]> {
  const { costAt, gasPrices } = await import('@tutti/chain')
  const blobs = round.blobGas === 0 ? '' : ` and ${formatInteger(round.blobGas)} blob gas`
  return [
    `  stake ${formatTokens(terms.stake, token, MOST_DECIMALS)}, returned at the end to members who kept the rules`,
    `  reward about ${formatTokens(share, token, MOST_DECIMALS)} a round, if all take part`,
    `  token ${describeToken(token)}`,
    `  about ${formatInteger(round.gas)} gas${blobs} a round, an update of ${formatInteger(updateBytes)} bytes:`,
    ...gasPrices.map(({ chain, gwei, tokenUsd }) => {
      const price = `${gwei} gwei, ether at $${formatInteger(tokenUsd)}`
      return `    ${formatUsd(costAt(BigInt(round.gas), gwei, tokenUsd))} on ${chain} (assumed: ${price})`
    }),
  ]
}

/** How long the phases of a round take. */
function paceLines({ commitSeconds, submitSeconds, challengeSeconds }: Terms): string[] {
  const long = (seconds: number) => `${formatDuration(seconds)} (${formatInteger(seconds)} s)`
  return [
    ...(commitSeconds === 0 ? [] : [`  a round waits at most ${long(commitSeconds)} for commitments`]),
    `  a round waits at most ${long(submitSeconds)} for updates; it goes on as soon as all have come`,
    ...(challengeSeconds === 0
      ? []
      : [
          `  then ${long(challengeSeconds)} in which faults can be proven: this challenge window never ends early, so no round ` +
            'is shorter',
        ]),
  ]
}

/** Prints the template, or writes it to a file. */
async function giveTemplate(template: string, bytes: Uint8Array, where: true | string, output: Output) {
  if (where === true || where === '-') {
    // The template itself, for a file or a pipe: nothing else is printed.
    if (!output.isJson) process.stdout.write(template)
    output.result({ template })
    return
  }
  try {
    await writeNewFile(where, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CommandError(`${where} exists, and is not overwritten. Name another file.`, exitCodes.usage)
  }
  output.line(`Wrote ${where}: a header, and one row that shows what goes where.`)
  output.result({ out: where, template })
}
