/** `tutti describe ID`: all that a member should know before it joins, and a CSV to fill in. */
import {
  describeToken,
  estimateOwnPart,
  formatCount,
  formatInteger,
  formatTokens,
  MOST_DECIMALS,
  potOf,
  type Terms,
} from '@tutti/core'
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
      'Say what a federation wants, costs, pays and makes public: read it before you join. It costs nothing.',
    )
    .argument('<id>', 'the federation', parseId)
    .option('--csv-template [file]', 'print, or write, a CSV with its header and one row that shows what goes where')
  addConnectionOptions(command).action(async (id: Hex, options: DescribeOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const client = await openReader(options)
    const { costAt, gasPrices, pathOf, readManifest, readStatus, readToken } = await import('@tutti/chain')
    const { countParameters, describeModel, isStatistics, parsePublishedManifest } = await import('@tutti/learn')
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
    const federation = { federationId: id, account: undefined, terms, manifest, token, pathName: path }
    const { published, kept, publicity, updateBytes } = disclose(federation)
    const share = potOf(terms, 0) / BigInt(terms.cohortSize)
    const round = estimateOwnPart(terms, path)
    output.line(toPlainText(manifest.name))
    output.line(toPlainText(`  ${manifest.purpose}`))
    output.line(toPlainText(`  licence ${manifest.licence}, contact ${manifest.contact}`))
    if (!isStatistics(manifest)) {
      const { model, task } = manifest
      output.line(
        `  ${task.kind}: ${describeModel(model)}, ${formatInteger(countParameters(model))} parameters, judged by ${task.metrics.join(', ')}`,
      )
    }
    for (const line of describeSource(manifest)) output.line(`  ${line}`)
    output.line('')
    output.line(`Columns that your rows must have (tutti describe ${id} --csv-template prints a file to fill in):`)
    for (const line of columnLines(manifest)) output.line(line)
    output.line('')
    output.line('Terms')
    output.line(
      `  ${formatCount(terms.rounds, 'round')} at most, ${status.roundsSettled} over; up to ${formatCount(terms.cohortSize, 'member')} a round, ` +
        `at least ${formatCount(terms.minimumUpdates, 'update')}; ${formatCount(status.members, 'member')} now`,
    )
    for (const line of paceLines(terms)) output.line(line)
    output.line('What it costs you, and what it pays')
    output.line(`  stake ${formatTokens(terms.stake, token, MOST_DECIMALS)}, returned at the end to who kept the rules`)
    output.line(`  reward about ${formatTokens(share, token, MOST_DECIMALS)} a round where all take part alike`)
    output.line(`  token ${describeToken(token)}`)
    const blobs = round.blobGas === 0 ? '' : ` and ${formatInteger(round.blobGas)} blob gas`
    output.line(
      `  about ${formatInteger(round.gas)} gas${blobs} a round, an update of ${formatInteger(updateBytes)} bytes:`,
    )
    for (const { chain, gwei, tokenUsd } of gasPrices) {
      const price = `${gwei} gwei, ether at $${formatInteger(tokenUsd)}`
      output.line(`    ${formatUsd(costAt(BigInt(round.gas), gwei, tokenUsd))} on ${chain} (assumed: ${price})`)
    }
    output.line('What becomes public, for ever, and cannot be taken back')
    for (const sentence of published) output.line(`  · ${sentence}`)
    output.line(`  · The creator adds: ${toPlainText(publicity)}`)
    output.line('What does not')
    for (const sentence of kept) output.line(`  · ${sentence}`)
    output.result({
      id,
      name: manifest.name,
      purpose: manifest.purpose,
      licence: manifest.licence,
      contact: manifest.contact,
      columns: wantedColumns(manifest),
      template,
      rounds: terms.rounds,
      roundsSettled: status.roundsSettled,
      members: status.members,
      cohortSize: terms.cohortSize,
      commitSeconds: terms.commitSeconds,
      submitSeconds: terms.submitSeconds,
      challengeSeconds: terms.challengeSeconds,
      stake: terms.stake,
      rewardPerRound: share,
      token,
      gasPerRound: round.gas,
      blobGasPerRound: round.blobGas,
      updateBytes,
      published,
      publicity,
      kept,
    })
  })
}

/** How long the phases of a round take. */
function paceLines({ commitSeconds, submitSeconds, challengeSeconds }: Terms): string[] {
  const long = (seconds: number) => `${formatDuration(seconds)} (${formatInteger(seconds)} s)`
  return [
    ...(commitSeconds === 0 ? [] : [`  a round waits at most ${long(commitSeconds)} for commitments`]),
    `  a round waits at most ${long(submitSeconds)} for updates, less once all have come`,
    ...(challengeSeconds === 0
      ? []
      : [
          `  then ${long(challengeSeconds)} in which faults can be proven: this challenge window never ends early, so no round ` +
            'is shorter',
        ]),
  ]
}

async function giveTemplate(template: string, bytes: Uint8Array, where: true | string, output: Output) {
  if (where === true) {
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
