/** `tutti node [ID]`: takes part in one federation until it is finished, or in those that the owner's policy allows. */

import type { ChainClient, Creation } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens } from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import type { PlanOptions } from '@tutti/node'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Hex } from 'viem'
import { addAccountOptions, defaultRpcUrl, parseAddress, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules } from '../chain/modules.ts'
import { addBlobOptions } from '../model/blob-model.ts'
import { openBudgetReader } from '../node/budget-lines.ts'
import { openConsole } from '../node/console.ts'
import { LOG_LEVELS } from '../node/event-lines.ts'
import { openClient, untilAnswered } from '../node/node-client.ts'
import { openTrainer } from '../node/node-trainer.ts'
import { describePlan } from '../node/plan-lines.ts'
import { addPolicyOptions } from '../node/policy-options.ts'
import { defaultStore, type NodeCommandOptions, type NodeSettings, readSettings } from '../node/settings.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseAtLeastOne, parseCount, parsePositive, parseShare, present } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'

/** Adds the command `node`. Long because: one declaration of all its options, with the text of `--help`. */
export function addNode(program: Command): void {
  const command = program
    .command('node')
    .description('Take part: train, submit, keep, claim. Without an ID: in the federations that your policy allows.')
    .argument('[id]', 'the federation; join it first', parseId)
    .option('--config <file>', 'a JSON file with the same settings; options that you give come before it')
    .option('--data <file>', "this member's own data, a CSV that fits the federation's schema")
    .option(
      '--holdout <share>',
      'keep back this share of the rows of each class from training; figures are of those rows',
      parseShare,
    )
    .option('--test-data <file>', 'a CSV of rows that are never trained on; figures are of those rows')
    .option('--trainer <command>', 'train with your own program, which gets --data unread')
    .option(
      '--trainer-timeout <seconds>',
      'the longest that the trainer may take in a round (default: 3600)',
      parsePositive,
    )
    .option('--store <directory>', `where the node keeps what it is about to send (default: ${defaultStore})`)
    .option('--seed <n>', 'seeds the order of examples (default: 0)', parseCount)
    .option('--epochs <n>', "passes over the rows in a round (default: the manifest's)", parseAtLeastOne)
    .option('--steps <n>', 'in place of --epochs: training steps in a round, whatever the rows', parseAtLeastOne)
    .option('--learning-rate <x>', "local learning rate (default: the manifest's)", parsePositive)
    .option('--keeper', 'take the actions that anyone may take, for pay (default)')
    .option('--no-keeper', 'leave the actions that anyone may take to others')
    .option('--leave-after <rounds>', 'ask to leave after taking part in so many rounds', parseAtLeastOne)
    .option(
      '--stop-after <rounds>',
      'vote to end once the figures that members report have not improved for so many rounds (default: never)',
      parseAtLeastOne,
    )
    .option('--metrics-port <n>', 'serve /health and /metrics on 127.0.0.1 (0: a free port)', parsePort)
    .option('--dry-run', 'say what the node would do now, and why; send nothing')
    .addOption(new Option('--log-level <level>', 'which events to tell (default: info)').choices(LOG_LEVELS))
    .option(
      '--rpc <url>',
      `the chain to talk to; repeat it for several, in order of preference (env: TUTTI_RPC; default: ${defaultRpcUrl})`,
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
      '\nYou may stop the node and start it again at any time: what it is about to send is on disk first, and it never\n' +
        'submits twice. Ctrl-C and SIGTERM end it after the action at hand (exit codes 130 and 0). With --json, every line on\n' +
        'standard error is an event in JSON, and standard output is one object, the summary. --log-level warning tells only\n' +
        'what needs attention; debug adds signs of life.\n\n' +
        'A trainer is a command. The node runs it in every round, without a shell, with the path of round.json as its last\n' +
        'argument. It writes trained.safetensors and metrics.json. For one that works see examples/pytorch-trainer.\n\n' +
        'Without an ID, and with --discover or a policy, the node looks for federations on the chain, joins the best paid of\n' +
        'those that the policy allows, serves it to its end, and looks again. The policy is your consent to join. No stake\n' +
        'is paid unless --maximum-stake allows it. `tutti federations` shows which are allowed, and why others are not.\n\n' +
        'It serves models and, with --data, statistics rounds. --privacy-epsilon is a budget. The ε of all federations that are\n' +
        'served from a store adds up, and is on disk before the first update is sent. A model promises no ε, and is refused.\n' +
        'So use one store for the data of one owner, and another store for other data. Without a budget there is no limit: a\n' +
        'statistics round may then publish your exact counts and sums, of 11 rows or more, or of fewer with\n' +
        '--expose-few-rows.\n\n' +
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

/** What one federation is served with. */
interface Service {
  settings: NodeSettings
  creation: Creation
  manifest: PublishedManifest
  client: ChainClient
  node: PlanOptions
  modules: unknown
}

type OneOptions = Pick<NodeCommandOptions, 'dryRun' | 'unknownModules'>

/** Serves one federation to its end, or says what it would do now. */
async function runOne(settings: NodeSettings, id: Hex, options: OneOptions, output: Output): Promise<void> {
  const { hasSeenBefore, orBehind } = await import('@tutti/node')
  const { readManifest, readMember } = await import('@tutti/chain')
  const { parsePublishedManifest } = await import('@tutti/learn')
  const isPatient = options.dryRun !== true
  const storeOf = (account: Hex) => ({ root: settings.store, federationId: id, account })
  const client = await openClient(settings, output, isPatient ? { isPatient, storeOf } : {})
  const account = client.account.address
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
  const node = {
    ...settings.behaviour,
    client,
    federationId: id,
    storeDirectory: settings.store,
    manifestHash: settings.behaviour.manifestHash ?? creation.terms.manifestHash,
    ...(await ask(() => worthOfGasIn(settings, creation, client))),
  }
  const manifest = parsePublishedManifest(creation.manifest)
  const service: Service = { settings, creation, manifest, client, node, modules }
  if (options.dryRun === true) return planOne(service, output)
  // An account that was a member before waits for a chain that is behind: the running node tells.
  if (!member.isMember && member.owed === 0n && !hasSeenBefore(storeOf(account))) {
    throw new CommandError(`${account} is not a member of this federation. First: tutti join ${id}`, exitCodes.refused)
  }
  await ask(() => refuseOverBudget(settings, client, creation))
  await serveOne(service, output)
}

/** Says what the node would do now, and sends nothing. */
async function planOne({ settings, creation, manifest, client, node, modules }: Service, output: Output) {
  const { planNode } = await import('@tutti/node')
  if (settings.trainer !== undefined || settings.data !== undefined) {
    await openTrainer(settings, { federationId: creation.id, manifest, client })
  }
  const plan = await planNode(node)
  const budget = (await openBudgetReader())(settings)
  for (const line of [...budget.lines, ...describePlan(plan)]) output.line(line)
  const { epsilon = null, budgetRefusal = null } = plan
  output.result({ ...plan, epsilon, budgetRefusal, privacy: budget.plain, modules })
}

/** Trains and sends until the federation is finished or the process is told to stop; then says what it did. */
async function serveOne({ settings, creation, manifest, client, node, modules }: Service, output: Output) {
  const { runNode } = await import('@tutti/node')
  const trainer = await openTrainer(settings, { federationId: creation.id, manifest, client })
  const nodeConsole = await openConsole(settings, output)
  try {
    const { signal, onEvent } = nodeConsole
    const summary = await runNode({ ...node, trainer, signal, onEvent })
    nodeConsole.clear()
    output.line(
      `Took part in ${formatCount(summary.roundsTaken, 'round')}, aggregated ${formatCount(summary.aggregatedShards, 'shard')}, earned ` +
        `${formatTokens(summary.rewards + summary.keeperPay, summary.token)}, claimed ` +
        `${formatTokens(summary.claimed, summary.token)}, ` +
        `used ${formatInteger(summary.gasUsed)} gas.`,
    )
    output.result({ ...summary, modules })
    process.exitCode = nodeConsole.exitCode() ?? process.exitCode
  } finally {
    await nodeConsole.close()
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

/** A node that only leaves, or keeps and claims after the end, needs no budget. */
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
      'It takes an http or https URL, not a web socket or a local socket (IPC). For several, repeat --rpc.',
    )
  }
  return [...(before ?? []), text]
}

function parsePort(text: string): number {
  const port = parseCount(text)
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.')
  return port
}
