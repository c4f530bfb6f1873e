/** A node that looks for federations by itself: what it would do of each, and doing it. */

import type { ChainClient } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import type { NodePlan, NodeSummary, OwnData, Surveyed, SurveyOptions } from '@tutti/node'
import { warnOfModules } from '../chain/modules.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import type { Output } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { openBudgetReader } from './budget-lines.ts'
import { tellEvents } from './event-lines.ts'
import { openClient, openMonitor, openTrainer } from './node-client.ts'
import { describePlan } from './plan-lines.ts'
import type { NodeSettings } from './settings.ts'
import { createNodeView } from './view.ts'

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
  const readBudget = await openBudgetReader()
  const monitor = await openMonitor(settings.metricsPort, output)
  const interruption = watchInterruption(() => output.note('stopping after the action at hand; again to stop at once'))
  const view = createNodeView(output)
  try {
    const summaries = await serveFederations({
      ...options,
      policy: settings.policy,
      behaviour: settings.behaviour,
      signal: interruption.signal,
      endsWhenIdle: isUntilIdle,
      openTrainer: ({ creation }, manifest) => openTrainer(settings, creation.id, manifest, client),
      onSurvey: (surveyed) => {
        const budget = readBudget(settings)
        if (output.isJson) {
          const federations = surveyed.map(toPlain)
          output.event({ kind: 'survey', time: Date.now(), federations, privacy: budget.plain })
        } else for (const line of [...describeSurvey(surveyed), ...budget.lines]) output.line(line)
      },
      onJoin: (surveyed, disclosure) => {
        if (output.isJson) {
          output.event({ kind: 'joining', time: Date.now(), federationId: surveyed.creation.id, disclosure })
          return
        }
        output.line(
          `Joining ${nameOf(surveyed)} with a stake of ${formatTokens(disclosure.stake, disclosure.token)}. What becomes public:`,
        )
        for (const sentence of disclosure.published) output.line(`  · ${sentence}`)
      },
      onSetAside: (surveyed, { name, message }, milliseconds) => {
        const seconds = Math.ceil(milliseconds / 1_000)
        if (output.isJson) {
          const { id: federationId } = surveyed.creation
          output.event({ kind: 'set-aside', time: Date.now(), federationId, name, message, seconds })
        } else output.line(`${nameOf(surveyed)} is set aside for ${formatInteger(seconds)} seconds: ${message}`)
      },
      onSearch: (search) => {
        monitor?.noteSearch(search)
        if (search.failure === undefined) return
        output.event({ kind: 'chain-unreachable', time: search.time, ...search.failure })
        if (!output.isJson) output.note(`${search.failure.message} (${search.failure.failures} so far)`)
      },
      onEvent: tellEvents(output, settings.logLevel, (event) => {
        monitor?.note(event)
        view.note(event)
      }),
    })
    view.close()
    const gasUsed = summaries.reduce((sum, summary) => sum + summary.gasUsed, 0n)
    output.line(
      `Served ${formatCount(summaries.length, 'federation')}, earned ` +
        `${sumByToken(summaries, ({ rewards, keeperPay }) => rewards + keeperPay)}, claimed ` +
        `${sumByToken(summaries, ({ claimed }) => claimed)}, used ${formatInteger(gasUsed)} gas.`,
    )
    output.result({ summaries })
    process.exitCode = interruption.exitCode() ?? process.exitCode
  } finally {
    view.close()
    interruption.release()
    await monitor?.close()
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

/**
 * Lines that say what the node makes of each federation, and why.
 *
 * @param hasPolicy - Whether an owner's policy judged them; otherwise only what keeps anyone from joining is said.
 */
export function describeSurvey(surveyed: readonly Surveyed[], hasPolicy = true): string[] {
  if (surveyed.length === 0) return ['No federation was found on this chain.']
  return surveyed.flatMap((entry) => {
    const { creation, assessment, members, roundsClosed, isOwn, isFinished } = entry
    const { terms } = creation
    const { token } = entry
    const careful = warnOfModules(entry.modules)
    const warning = careful === undefined ? [] : [`    ${careful}`]
    if (isFinished && !isOwn) return [`${nameOf(entry)} is finished`, ...warning]
    const verdicts = hasPolicy ? ['is allowed', 'is refused'] : ['can be joined', 'cannot be joined']
    const verdict = isOwn ? 'is its own' : verdicts[assessment.isWanted ? 0 : 1]!
    return [
      `${nameOf(entry)} ${verdict}`,
      `    ${isFinished ? 'finished' : `round ${roundsClosed + 1} of ${terms.rounds}`}, ${formatCount(members, 'member')} of ` +
        `${terms.cohortSize} a round, stake ${formatTokens(terms.stake, token)}, a round is worth about ` +
        `${formatTokens(assessment.rewardPerRound, token)} and takes at most ${formatInteger(assessment.gasPerRound)} gas` +
        (assessment.blobGasPerRound > 0 ? ` and ${formatInteger(assessment.blobGasPerRound)} blob gas` : '') +
        (entry.kind === 'statistics' ? `; a statistics round, ${describeEpsilon(assessment.epsilon)}` : ''),
      ...warning,
      ...(isOwn ? [] : assessment.refusals.map((reason) => `    because ${toPlainText(reason)}`)),
    ]
  })
}

function describeEpsilon(epsilon: number | undefined): string {
  return epsilon === undefined ? 'without noise: exact figures of your rows become public' : `ε = ${epsilon} for a row`
}

/** A surveyed federation as `--json` has it. */
export function toPlain({ creation, assessment, own: _, ...entry }: Surveyed) {
  const { id, creator, terms } = creation
  const { stake, rounds } = terms
  return { id, creator, stake, rounds, ...entry, ...assessment, epsilon: assessment.epsilon ?? null }
}

function nameOf({ creation, name }: Surveyed): string {
  return `${toPlainText(name === '' ? '(unreadable manifest)' : name)} ${creation.id}`
}
