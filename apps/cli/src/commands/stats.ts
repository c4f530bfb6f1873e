/** `tutti stats`: counts, means and histograms over the rows of many owners; no row leaves its owner. */
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { createOutput } from '../terminal/output.ts'
import { addJoinOptions, type JoinCommandOptions, runJoin } from './join.ts'
import { addStatsCreate } from './stats-create.ts'

/** Adds the command `stats` with `create`, `join` and `show`. */
export function addStats(program: Command): void {
  const stats = program
    .command('stats')
    .description('Means, deviations and histograms over the data of many members; nobody shows a row.')
  addStatsCreate(stats)
  const join = stats
    .command('join')
    .description('Join a statistics round, as `tutti join` does; then run `tutti node`.')
    .argument('<id>', 'the statistics round', parseId)
  addJoinOptions(join).action(joinStatistics)
  const show = stats
    .command('show')
    .description('Show what a statistics round found: count, mean, deviation, range, quantiles of each column.')
    .argument('<id>', 'the statistics round', parseId)
  addModuleOption(addConnectionOptions(show)).action(showStatistics)
  for (const command of stats.commands) command.exitOverride()
}

async function joinStatistics(id: Hex, options: JoinCommandOptions): Promise<void> {
  const { readStatisticsManifest } = await import('../federation/statistics-reading.ts')
  await readStatisticsManifest(await openReader(options), id)
  await runJoin(id, options)
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
