/** A node that looks for federations by itself: what it would do of each, and doing it. */

import type { ChainClient } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import type { NodePlan, NodeSummary, OwnData, ServeOptions, SurveyOptions } from '@tutti/node'
import type { Output } from '../terminal/output.ts'
import { openBudgetReader } from './budget-lines.ts'
import { type NodeConsole, openConsole } from './console.ts'
import { openClient } from './node-client.ts'
import { openTrainer } from './node-trainer.ts'
import { describePlan } from './plan-lines.ts'
import type { NodeSettings } from './settings.ts'
import { describeSurvey, nameOf, toPlain } from './survey-lines.ts'

/** What a survey needs of the settings. */
export function surveyOptionsOf(
  settings: Pick<NodeSettings, 'store' | 'policy' | 'hasPolicy' | 'fromBlock' | 'data' | 'trainer'>,
  client: ChainClient,
): SurveyOptions {
  const { store, fromBlock, data, trainer } = settings
  const readData =
    trainer !== undefined || data === undefined
      ? undefined
      : async (manifest: PublishedManifest): Promise<OwnData> => {
          const { readOwnRows } = await import('../data/local-data.ts')
          return readOwnRows(manifest, data)
        }
  const policy = settings.hasPolicy ? settings.policy : undefined
  return { client, storeDirectory: store, policy, fromBlock, readData, isForModels: trainer !== undefined }
}

/** Serves what the policy allows, or says what it would serve. */
export async function runDiscovery(
  settings: NodeSettings,
  { isDryRun, isUntilIdle }: { isDryRun: boolean; isUntilIdle: boolean },
  output: Output,
): Promise<void> {
  const client = await openClient(settings, output, { isPatient: !isDryRun })
  const options = { ...surveyOptionsOf(settings, client), policy: settings.policy }
  if (isDryRun) return planDiscovery(settings, options, output)
  const { serveFederations } = await import('@tutti/node')
  const nodeConsole = await openConsole(settings, output)
  try {
    const { signal, onEvent } = nodeConsole
    const summaries = await serveFederations({
      ...options,
      behaviour: settings.behaviour,
      signal,
      endsWhenIdle: isUntilIdle,
      openTrainer: ({ creation }, manifest) => openTrainer(settings, { federationId: creation.id, manifest, client }),
      onEvent,
      ...(await tellSearches(settings, nodeConsole, output)),
    })
    nodeConsole.clear()
    const gasUsed = summaries.reduce((sum, summary) => sum + summary.gasUsed, 0n)
    output.line(
      `Served ${formatCount(summaries.length, 'federation')}, earned ` +
        `${sumByToken(summaries, ({ rewards, keeperPay }) => rewards + keeperPay)}, claimed ` +
        `${sumByToken(summaries, ({ claimed }) => claimed)}, used ${formatInteger(gasUsed)} gas.`,
    )
    output.result({ summaries })
    process.exitCode = nodeConsole.exitCode() ?? process.exitCode
  } finally {
    await nodeConsole.close()
  }
}

/** Says what a search found, what is joined, what is left alone for a while, and that the chain cannot be searched. */
async function tellSearches(
  settings: NodeSettings,
  nodeConsole: NodeConsole,
  output: Output,
): Promise<Required<Pick<ServeOptions, 'onSurvey' | 'onJoin' | 'onSetAside' | 'onSearch'>>> {
  const readBudget = await openBudgetReader()
  const event = (kind: string, facts: object) => output.event({ kind, time: Date.now(), ...facts })
  return {
    onSurvey: (surveyed) => {
      const budget = readBudget(settings)
      event('survey', { federations: surveyed.map(toPlain), privacy: budget.plain })
      for (const line of [...describeSurvey(surveyed), ...budget.lines]) output.line(line)
    },
    onJoin: (surveyed, disclosure) => {
      event('joining', { federationId: surveyed.creation.id, disclosure })
      const stake = formatTokens(disclosure.stake, disclosure.token)
      output.line(`Joining ${nameOf(surveyed)} with a stake of ${stake}. What becomes public:`)
      for (const sentence of disclosure.published) output.line(`  · ${sentence}`)
    },
    onSetAside: (surveyed, { name, message }, milliseconds) => {
      const seconds = Math.ceil(milliseconds / 1_000)
      event('set-aside', { federationId: surveyed.creation.id, name, message, seconds })
      output.line(`${nameOf(surveyed)} is set aside for ${formatInteger(seconds)} seconds: ${message}`)
    },
    onSearch: (search) => {
      nodeConsole.onSearch(search)
      if (search.failure === undefined) return
      output.event({ kind: 'chain-unreachable', time: search.time, ...search.failure })
      if (!output.isJson) output.note(`${search.failure.message} (${search.failure.failures} so far)`)
    },
  }
}

/** What summaries come to, token by token: amounts of two tokens do not add up. */
function sumByToken(summaries: readonly NodeSummary[], amountOf: (summary: NodeSummary) => bigint): string {
  const sums = new Map<string, { token: Token; amount: bigint }>()
  for (const summary of summaries) {
    const { token } = summary
    const sum = sums.get(token.address)?.amount ?? 0n
    sums.set(token.address, { token, amount: sum + amountOf(summary) })
  }
  const paid = [...sums.values()].filter(({ amount }) => amount > 0n)
  return paid.length === 0 ? '0' : paid.map(({ token, amount }) => formatTokens(amount, token)).join(' and ')
}

async function planDiscovery(settings: NodeSettings, options: SurveyOptions, output: Output): Promise<void> {
  const { planNode, surveyFederations } = await import('@tutti/node')
  const surveyed = await surveyFederations({ ...options, isReading: true })
  const budget = (await openBudgetReader())(settings)
  for (const line of [...describeSurvey(surveyed), ...budget.lines]) output.line(line)
  const plans: NodePlan[] = []
  for (const { creation } of surveyed.filter(({ isOwn }) => isOwn)) {
    const { behaviour, store: storeDirectory } = settings
    const plan = await planNode({ ...behaviour, client: options.client, federationId: creation.id, storeDirectory })
    plans.push(plan)
    for (const line of describePlan(plan).slice(0, -1)) output.line(line)
  }
  const next = surveyed.find(({ isOwn, assessment }) => isOwn || assessment.isWanted)
  if (next === undefined) output.line('Now it would wait: no federation is one that the policy allows.')
  else if (!next.isOwn) output.line(`Now it would join ${nameOf(next)}: of those allowed it is the best paid.`)
  output.line('Nothing was sent.')
  output.result({
    federations: surveyed.map(toPlain),
    privacy: budget.plain,
    plans,
    wouldJoin: next?.isOwn === false ? next.creation.id : null,
  })
}
