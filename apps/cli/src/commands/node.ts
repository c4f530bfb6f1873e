/** `tutti node [ID]`: takes part: in one federation until it is finished, or in those that the owner's policy allows. */

import type { ChainClient, Creation } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens } from '@tutti/core'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Hex } from 'viem'
import {
  addAccountOptions,
  defaultRpcUrl,
  parseAddress,
  parseAtLeastOne,
  parseCount,
  parseId,
  parsePositive,
  parseShare,
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules } from '../chain/modules.ts'
import { addBlobOptions } from '../model/blob-model.ts'
import { openBudgetReader } from '../node/budget-lines.ts'
import { LOG_LEVELS, tellEvents } from '../node/event-lines.ts'
import { openClient, openMonitor, openTrainer, untilAnswered } from '../node/node-client.ts'
import { describePlan } from '../node/plan-lines.ts'
import { defaultStore, type NodeCommandOptions, type NodeSettings, present, readSettings } from '../node/settings.ts'
import { createNodeView } from '../node/view.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import { createOutput, type Output } from '../terminal/output.ts'

/** Adds the command `node`. */
export function addNode(program: Command): void {
  const command = program
    .command('node')
    .description('Take part: train, submit, keep, claim. Without an ID: in the federations that your policy allows.')
    .argument('[id]', 'the federation; join it first', parseId)
    .option('--config <file>', 'a JSON file with the same settings; what stands here overrides it')
    .option('--data <file>', "this member's own data, a CSV that fits the federation's schema")
    .option(
      '--holdout <share>',
      'keep back this share of the rows from training, alike of each class; figures are of those',
      parseShare,
    )
    .option('--test-data <file>', 'a CSV of rows that are never trained on; figures are of those')
    .option('--trainer <command>', 'train with a program of your own; --data is handed to it unread')
    .option('--trainer-timeout <seconds>', 'longest time of the trainer in a round (default: 3600)', parsePositive)
    .option('--store <directory>', `where the node keeps what it is about to send (default: ${defaultStore})`)
    .option('--seed <n>', 'seeds the order of examples (default: 0)', parseCount)
    .option('--epochs <n>', "passes over the rows a round (default: the manifest's)", parseAtLeastOne)
    .option('--steps <n>', 'in place of --epochs: steps a round, whatever the rows', parseAtLeastOne)
    .option('--learning-rate <x>', "local learning rate (default: the manifest's)", parsePositive)
    .option('--keeper', 'take the actions that anyone may take, for pay (default)')
    .option('--no-keeper', 'leave the actions that anyone may take to others')
    .option('--leave-after <rounds>', 'ask to leave after so many rounds of its own', parseAtLeastOne)
    .option(
      '--stop-after <rounds>',
      'vote to end once what members report has not got better for so many rounds (default: never)',
      parseAtLeastOne,
    )
    .option('--metrics-port <n>', 'serve /health and /metrics on 127.0.0.1 (0: a free port)', parsePort)
    .option('--dry-run', 'say what the node would do now and why; send nothing')
    .addOption(new Option('--log-level <level>', 'which events to tell (default: info)').choices(LOG_LEVELS))
    .option(
      '--rpc <url>',
      `the chain to talk to; several, in order of preference, for failover (env: TUTTI_RPC; default: ${defaultRpcUrl})`,
      collectUrl,
    )
    .option('--core <address>', "the Federation contract (default: Tutti's address on every chain)", parseAddress)
    .option('--json', 'print one JSON object')
  addPolicyOptions(command)
    .option('--discover', 'look for federations and join those that the policy allows, one after another')
    .option('--until-idle', 'with --discover: end when there is nothing to do, instead of looking again every minute')
  addModuleOption(addBlobOptions(addAccountOptions(command)))
    .addHelpText(
      'after',
      '\nThe node may be stopped and started again at any time: what it is about to send is on disk first, and it never\n' +
        'submits twice. Ctrl-C and SIGTERM end it after the action at hand (exit codes 130 and 0). With --json, every line on\n' +
        'standard error is an event in JSON, and the summary is the object on standard output; --log-level warning leaves\n' +
        'what needs attention, debug adds signs of life.\n\n' +
        'A trainer is a command, run without a shell in every round with the path of round.json as its last argument; it\n' +
        'writes trained.safetensors and metrics.json. examples/pytorch-trainer shows one.\n\n' +
        'Without an ID, and with --discover or a policy, the node finds federations on the chain, joins the best paid of\n' +
        'those that the policy allows, serves it to its end, and looks again. The policy is your consent to join: no stake\n' +
        'is paid unless --maximum-stake allows it. `tutti federations` shows what it would make of each.\n\n' +
        'It serves models and, with --data, statistics rounds. --privacy-epsilon is a budget: what the federations served\n' +
        'from a store promise adds up (a model promises nothing, and is refused), and is on disk before the first update\n' +
        'is sent. So a store is for one owner’s data, and other data get a store of their own. Without it there is no limit,\n' +
        'and a statistics round may publish your exact counts and sums, if they are of 11 rows or more, or --expose-few-rows.\n\n' +
        'Settings come from flags, then from --config, then from the environment. Keys of the file: federation, rpc, core,\n' +
        'keystore, testAccount, data, holdout, testData, trainer, trainerTimeoutSeconds, store, seed,\n' +
        'epochs, steps, learningRate, metricsPort,\n' +
        'fromBlock, keeper, leaveAfter, claims, staggerSeconds, marginSeconds, bytesPerTransaction, keepsRounds,\n' +
        'pollMilliseconds, manifestHash, roundingSeed, archive, peerArchives, beacon, baseModel, sidecarVersion,\n' +
        'replaceAfterSeconds, confirmations, tip and maxFee in gwei, and policy: an object with creators, tokens, schemas,\n' +
        'maximumGasPerRound, maximumBlobGasPerRound, maximumCostPerRound, privacyEpsilon, exposeFewRows, maximumWaitSeconds,\n' +
        'stopAfterRounds. Its tokens are an object of addresses, each with its limits in whole tokens: {"0x…": {"maximumStake": "10", "minimumReward": "0.5",\n' +
        '"tokensPerMegagas": "0.02"}}; a token that is not listed is refused. Paths are relative to the file.',
    )
    .action(runNodeCommand)
}

/** Adds the flags of a policy, which `tutti federations` has too. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option('--creator <address>', 'join only federations of this account; repeat it for several', collectText)
    .option(
      '--token <address>',
      'the token that the three limits below speak of; others are refused unless --config lists them (default: the one that ' +
        '--config lists, else the demo token)',
      parseAddress,
    )
    .option('--minimum-reward <tokens>', 'join only where a round is worth so much')
    .option('--maximum-stake <tokens>', 'most stake to pay for a federation (default: 0)')
    .option('--maximum-gas <n>', 'join only where a round takes at most so much gas', parseCount)
    .option(
      '--maximum-blob-gas <n>',
      'join only where a round takes at most so much blob gas: 131072 a blob',
      parseCount,
    )
    .option(
      '--maximum-cost <coins>',
      "most of the chain's coin that a node's own part of a round may cost, such as 0.01 (default: no limit)",
    )
    .option('--tokens-per-megagas <tokens>', 'what a million gas is worth: actions that pay less are left to others')
    .option('--privacy-epsilon <x>', 'privacy budget: most ε of a row over all federations of the store', parsePositive)
    .option('--expose-few-rows', 'count rows without noise though they are so few that their figures tell single ones')
    .option(
      '--maximum-wait <seconds>',
      'leave what has not opened so long after joining ended (default: a day, with --discover)',
      parseCount,
    )
    .option('--from-block <n>', 'where the search for federations begins (default: 0)', parseCount)
}

async function runNodeCommand(argument: Hex | undefined, options: NodeCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true, hasJsonNotes: true })
  const settings = await readSettings(argument, options)
  if (settings.id === undefined) {
    const { runDiscovery } = await import('../node/discovery.ts')
    return runDiscovery(
      settings,
      { isDryRun: options.dryRun === true, isUntilIdle: options.untilIdle === true },
      output,
    )
  }
  return runOne(settings, settings.id, options, output)
}

async function runOne(
  settings: NodeSettings,
  id: Hex,
  options: Pick<NodeCommandOptions, 'dryRun' | 'unknownModules'>,
  output: Output,
): Promise<void> {
  const { hasSeenBefore, orBehind, planNode, runNode } = await import('@tutti/node')
  const { behaviour } = settings
  const isPatient = options.dryRun !== true
  const storeOf = (account: Hex) => ({ root: settings.store, federationId: id, account })
  const client = await openClient(settings, output, isPatient ? { isPatient, storeOf } : {})
  const account = client.account.address
  const { readManifest, readMember } = await import('@tutti/chain')
  const { parsePublishedManifest } = await import('@tutti/learn')
  // The chain may go away, or be found behind, between any two questions, at the start as later.
  const ask = <T>(read: () => Promise<T>): Promise<T> => {
    const orWait = (error: unknown) => {
      throw orBehind(error, client.url, storeOf(account))
    }
    return isPatient ? untilAnswered(() => read().catch(orWait), output) : read()
  }
  const [creation, member] = await ask(() =>
    Promise.all([readManifest(client, { id }), readMember(client, { id, account })]),
  )
  const modules = await ask(() => demandKnownModules(client, creation, options, output))
  const manifest = parsePublishedManifest(creation.manifest)
  const node = {
    ...behaviour,
    client,
    federationId: id,
    storeDirectory: settings.store,
    manifestHash: behaviour.manifestHash ?? creation.terms.manifestHash,
    ...(await ask(() => worthOfGasIn(settings, creation, client))),
  }
  if (options.dryRun === true) {
    if (settings.trainer !== undefined || settings.data !== undefined) await openTrainer(settings, id, manifest, client)
    const plan = await planNode(node)
    const budget = (await openBudgetReader())(settings)
    for (const line of [...budget.lines, ...describePlan(plan)]) output.line(line)
    const { epsilon = null, budgetRefusal = null } = plan
    output.result({ ...plan, epsilon, budgetRefusal, privacy: budget.plain, modules })
    return
  }
  // Who was a member waits for a chain that is behind: the running node tells.
  if (!member.isMember && member.owed === 0n && !hasSeenBefore(storeOf(account))) {
    throw new CommandError(`${account} is not a member of this federation. First: tutti join ${id}`, exitCodes.refused)
  }
  await ask(() => refuseOverBudget(settings, client, creation))
  const trainer = await openTrainer(settings, id, manifest, client)
  const monitor = await openMonitor(settings.metricsPort, output)
  const interruption = watchInterruption(() => output.note('stopping after the action at hand; again to stop at once'))
  const view = createNodeView(output)
  try {
    const summary = await runNode({
      ...node,
      trainer,
      signal: interruption.signal,
      onEvent: tellEvents(output, settings.logLevel, (event) => {
        monitor?.note(event)
        view.note(event)
      }),
    })
    view.close()
    output.line(
      `Took part in ${formatCount(summary.roundsTaken, 'round')}, aggregated ${formatCount(summary.aggregatedShards, 'shard')}, earned ` +
        `${formatTokens(summary.rewards + summary.keeperPay, summary.token)}, claimed ` +
        `${formatTokens(summary.claimed, summary.token)}, ` +
        `used ${formatInteger(summary.gasUsed)} gas.`,
    )
    output.result({ ...summary, modules })
    process.exitCode = interruption.exitCode() ?? process.exitCode
  } finally {
    view.close()
    interruption.release()
    await monitor?.close()
  }
}

/** What a million gas is worth in the federation's token: as a flag says, else as the policy says of that token. */
async function worthOfGasIn(settings: NodeSettings, { terms }: Creation, client: ChainClient) {
  const { readToken } = await import('@tutti/chain')
  const { toUnitLimits } = await import('@tutti/node')
  const { tokensPerMegagas: text } = settings
  const listed = settings.policy.tokens[terms.token.toLowerCase() as Hex]
  const limits = text === undefined ? listed : { tokensPerMegagas: text }
  if (limits === undefined) return {}
  return present({ tokensPerMegagas: toUnitLimits(limits, await readToken(client, terms.token)).tokensPerMegagas })
}

/** Whoever only leaves, or keeps and claims after the end, needs no budget. */
async function refuseOverBudget(settings: NodeSettings, client: ChainClient, { id, terms, manifest }: Creation) {
  const { privacyEpsilon: budget, leavesAfterRounds } = settings.behaviour
  if (budget === undefined || leavesAfterRounds === 0) return
  const { readStatus } = await import('@tutti/chain')
  if ((await readStatus(client, { id })).isFinished) return
  const { epsilonOf, PrivacyBudgetError, refuseSpending } = await import('@tutti/node')
  const { parsePublishedManifest } = await import('@tutti/learn')
  const epsilon = epsilonOf(parsePublishedManifest(manifest), terms.rounds)
  const { chainId, account } = client
  const spending = { chainId, federationId: id, account: account!.address, epsilon }
  const refusal = refuseSpending(settings.store, spending, budget)
  if (refusal !== undefined) throw new PrivacyBudgetError(id, refusal)
}

function collectUrl(text: string, before: string[] | undefined): string[] {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError(
      'It takes an http or https URL, no web socket and no local one (IPC); repeat --rpc for several.',
    )
  }
  return [...(before ?? []), text]
}

function parsePort(text: string): number {
  const port = parseCount(text)
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.')
  return port
}

function collectText(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text]
}
