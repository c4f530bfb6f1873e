/** What `tutti node` is to do: flags, configuration file and environment as one. */
import type { FeeWishes } from '@tutti/chain'
import type { NodeBehaviour, NodeConfig, Policy } from '@tutti/node'
import type { Address, Hex } from 'viem'
import { type AccountOptions, defaultRpcUrl } from '../chain/connection.ts'
import type { ModuleOptions } from '../chain/modules.ts'
import type { BlobOptions } from '../model/blob-model.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { present } from '../terminal/option-values.ts'
import type { LogLevel } from './event-lines.ts'

/** Flags of `tutti node` as the command line has them. */
export interface NodeCommandOptions extends AccountOptions, BlobOptions, ModuleOptions {
  config?: string
  rpc?: string[]
  core?: Address
  data?: string
  holdout?: number
  testData?: string
  trainer?: string
  trainerTimeout?: number
  store?: string
  seed?: number
  epochs?: number
  steps?: number
  learningRate?: number
  keeper?: boolean
  leaveAfter?: number
  metricsPort?: number
  dryRun?: boolean
  discover?: boolean
  untilIdle?: boolean
  fromBlock?: number
  creator?: string[]
  token?: Address
  minimumReward?: string
  maximumStake?: string
  maximumGas?: number
  maximumBlobGas?: number
  tokensPerMegagas?: string
  privacyEpsilon?: number
  exposeFewRows?: boolean
  maximumWait?: number
  stopAfter?: number
  maximumCost?: string
  json?: boolean
  logLevel?: LogLevel
}

/** Where a node keeps what it is about to send, unless told otherwise. */
export const defaultStore = '.tutti/nodes'

/** Flags, configuration file and environment as one. */
export interface NodeSettings
  extends Pick<
    NodeConfig,
    'data' | 'holdout' | 'testData' | 'trainer' | 'trainerTimeoutSeconds' | 'epochs' | 'steps' | 'learningRate'
  > {
  /** The federation to serve; undefined: the node looks for some by the policy. */
  id: Hex | undefined
  policy: Policy
  /** Whether the owner stated one, in flags or file. */
  hasPolicy: boolean
  /** What a million gas is worth in whole tokens of the federation that is named, by a flag. */
  tokensPerMegagas: string | undefined
  fromBlock: bigint
  rpc: string[]
  core: Hex | undefined
  keystore: string | undefined
  testAccount: number | undefined
  confirmations: number | undefined
  fees: FeeWishes
  store: string
  seed: number
  metricsPort: number | undefined
  logLevel: LogLevel
  behaviour: NodeBehaviour
}

/** Policy, and what a survey reads beside it, of flags and file. @throws `CommandError` */
export async function readLimits(
  options: Omit<NodeCommandOptions, 'rpc'>,
): Promise<Pick<NodeSettings, 'store' | 'policy' | 'hasPolicy' | 'fromBlock' | 'data' | 'trainer'>> {
  const { config, policy, hasPolicy } = await readSources(options)
  const data = options.data ?? config.data
  const trainer = options.data === undefined ? config.trainer : undefined
  return {
    store: options.store ?? config.store ?? defaultStore,
    policy,
    hasPolicy,
    fromBlock: BigInt(options.fromBlock ?? config.fromBlock ?? 0),
    ...present({ data, trainer }),
  }
}

async function readSources(options: Omit<NodeCommandOptions, 'rpc'>) {
  const { CommandLineError, freePolicy, NodeConfigError, PolicyError, parsePolicy, readNodeConfig, splitCommandLine } =
    await import('@tutti/node')
  try {
    const config: NodeConfig = options.config === undefined ? { behaviour: {} } : readNodeConfig(options.config)
    const words = options.trainer === undefined ? config.trainer : splitCommandLine(options.trainer)
    const limits = limitsOf(options)
    const stated = await tokenLimitsOf(options, config.policy)
    const { tokens: _, ...flags } = parsePolicy(limits, 'the command line')
    // A limit that a flag states replaces the file's; no stake is paid unless one of them says otherwise.
    const policy: Policy = { ...freePolicy, ...config.policy, ...flags, ...stated }
    const hasPolicy = config.policy !== undefined || Object.keys(limits).length > 0 || stated !== undefined
    return { config, words, policy, hasPolicy }
  } catch (error) {
    const isUsage =
      error instanceof NodeConfigError || error instanceof CommandLineError || error instanceof PolicyError
    if (!isUsage) throw error
    throw new CommandError(error.message, exitCodes.usage)
  }
}

/**
 * Limits by token of the file, with those that flags state of one: the token that `--token` names, else the only one of the
 * file, else the demo token. Undefined if no flag states any.
 *
 * @throws `PolicyError`
 */
async function tokenLimitsOf(
  { token, minimumReward, maximumStake, tokensPerMegagas }: Omit<NodeCommandOptions, 'rpc'>,
  policy: Policy | undefined,
): Promise<Pick<Policy, 'tokens'> | undefined> {
  const limits = present({ maximumStake, minimumReward, tokensPerMegagas })
  if (token === undefined && Object.keys(limits).length === 0) return undefined
  const { readTokenLimits } = await import('@tutti/node')
  const { deployment } = await import('@tutti/chain')
  const listed = policy?.tokens ?? {}
  const [first, ...others] = Object.keys(listed) as Hex[]
  if (token === undefined && others.length > 0) {
    throw new CommandError(
      'The file lists several tokens: say with --token which the limits speak of.',
      exitCodes.usage,
    )
  }
  const named = (token ?? first ?? deployment().demoToken).toLowerCase() as Hex
  const read = readTokenLimits(limits, 'the command line', 'policy')
  return { tokens: { ...listed, [named]: { ...listed[named], ...read } } }
}

/** What flags say, else what the file says, else the environment and defaults. @throws `CommandError` */
export async function readSettings(argument: Hex | undefined, options: NodeCommandOptions): Promise<NodeSettings> {
  const sources = await readSources(options)
  const { config, policy, hasPolicy } = sources
  // An account that a flag names is not mixed with one of the file.
  const account = options.keystore !== undefined || options.testAccount !== undefined ? options : config
  const { TUTTI_RPC: rpcUrl } = process.env
  const settings: NodeSettings = {
    id: chooseFederation(argument, options, sources),
    policy,
    hasPolicy,
    tokensPerMegagas: options.tokensPerMegagas,
    fromBlock: BigInt(options.fromBlock ?? config.fromBlock ?? 0),
    rpc: options.rpc ?? config.rpc ?? [rpcUrl === undefined || rpcUrl === '' ? defaultRpcUrl : rpcUrl],
    core: options.core ?? config.core,
    keystore: account.keystore,
    testAccount: account.testAccount,
    confirmations: options.confirmations ?? config.confirmations,
    fees: present({ tip: options.tip ?? config.tip, maxFee: options.maxFee ?? config.maxFee }),
    store: options.store ?? config.store ?? defaultStore,
    seed: options.seed ?? config.seed ?? 0,
    metricsPort: options.metricsPort ?? config.metricsPort,
    logLevel: options.logLevel ?? 'info',
    ...chooseTraining(options, sources),
    behaviour: chooseBehaviour(options, sources),
  }
  checkSettings(settings, options.dryRun === true)
  return settings
}

type Sources = Awaited<ReturnType<typeof readSources>>

/** The federation to serve; undefined: the node looks for some. @throws `CommandError` unless one of both is asked for */
function chooseFederation(
  argument: Hex | undefined,
  { discover }: NodeCommandOptions,
  { config, hasPolicy }: Sources,
): Hex | undefined {
  if (discover === true && argument !== undefined) {
    throw new CommandError(
      'Name a federation or let the node look for some with --discover, not both.',
      exitCodes.usage,
    )
  }
  const named = discover === true ? undefined : (argument ?? config.federation)
  if (named === undefined && discover !== true && !hasPolicy) {
    throw new CommandError(
      'Name the federation: tutti node ID, or "federation" in --config. To let the node join federations by itself, ' +
        'within limits that you state, give --discover or a "policy" in --config.',
      exitCodes.usage,
    )
  }
  return named?.toLowerCase() as Hex | undefined
}

/** On which rows the node trains, with what, and how much. */
function chooseTraining(options: NodeCommandOptions, { config, words }: Sources) {
  return present({
    data: options.data ?? config.data,
    holdout: options.holdout ?? (options.testData === undefined ? config.holdout : undefined),
    testData: options.testData ?? (options.holdout === undefined ? config.testData : undefined),
    trainer: words,
    trainerTimeoutSeconds: options.trainerTimeout ?? config.trainerTimeoutSeconds,
    // What a flag says of the work comes before all that the file says of it.
    ...(options.epochs === undefined && options.steps === undefined
      ? { epochs: config.epochs, steps: config.steps }
      : { epochs: options.epochs, steps: options.steps }),
    learningRate: options.learningRate ?? config.learningRate,
  })
}

function chooseBehaviour(options: NodeCommandOptions, { config, policy }: Sources): NodeBehaviour {
  return {
    ...config.behaviour,
    ...present({
      privacyEpsilon: policy.privacyEpsilon,
      maximumWaitSeconds: policy.maximumWaitSeconds,
      stopsAfterRounds: policy.stopAfterRounds,
      maximumCostPerRound: policy.maximumCostPerRound,
      isKeeper: options.keeper,
      leavesAfterRounds: options.leaveAfter,
    }),
    ...present({
      archive: options.archive ?? config.archive,
      peerArchives: options.peerArchive ?? config.peerArchives,
      beaconUrl: options.beacon ?? config.beacon,
      baseModel: options.baseModel ?? config.baseModel,
    }),
  }
}

function checkSettings(settings: NodeSettings, isDryRun: boolean): void {
  const { id, policy, trainer, data, holdout, testData, epochs, steps, learningRate, trainerTimeoutSeconds } = settings
  if (trainer === undefined && data === undefined && !isDryRun) {
    throw new CommandError(
      'Give the data to train on, --data FILE, or a program that trains, --trainer.',
      exitCodes.usage,
    )
  }
  if (epochs !== undefined && steps !== undefined) {
    throw new CommandError('Epochs and steps both say how much to train: give one of them.', exitCodes.usage)
  }
  if (trainer !== undefined && (epochs !== undefined || steps !== undefined || learningRate !== undefined)) {
    throw new CommandError(
      'With --trainer, epochs, steps and learning rate are for the trainer to choose: pass them in its command.',
      exitCodes.usage,
    )
  }
  if (trainer !== undefined && (holdout !== undefined || testData !== undefined)) {
    throw new CommandError(
      'With --trainer, which rows are kept back is for the trainer to choose: it says so with "heldOut" in metrics.json.',
      exitCodes.usage,
    )
  }
  if (holdout !== undefined && testData !== undefined) {
    throw new CommandError(
      'Keep back a share of the rows, --holdout, or rows of a file of their own, --test-data; not both.',
      exitCodes.usage,
    )
  }
  if (id === undefined && trainer !== undefined && policy.schemas === undefined) {
    throw new CommandError(
      'A node with a trainer does not read the data itself: name the schemas that the trainer serves, "schemas" in the ' +
        'policy of --config. `tutti federations --json` shows their hashes.',
      exitCodes.usage,
    )
  }
  if (trainer === undefined && trainerTimeoutSeconds !== undefined) {
    throw new CommandError('A trainer timeout needs a trainer: --trainer.', exitCodes.usage)
  }
}

/** Limits that stand on the command line, under the names that a file has for them. */
function limitsOf(options: Omit<NodeCommandOptions, 'rpc'>): Record<string, unknown> {
  const { creator, maximumGas, maximumBlobGas } = options
  return present({
    creators: creator,
    maximumGasPerRound: maximumGas,
    maximumBlobGasPerRound: maximumBlobGas,
    maximumCostPerRound: options.maximumCost,
    privacyEpsilon: options.privacyEpsilon,
    exposeFewRows: options.exposeFewRows,
    maximumWaitSeconds: options.maximumWait,
    stopAfterRounds: options.stopAfter,
  })
}
