/** `tutti node ID`: takes part until the federation is finished: trains, submits, keeps, claims. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChainClient } from '@tutti/chain'
import type { Manifest } from '@tutti/learn'
import type { NodeBehaviour, NodeConfig, NodeEvent, NodePlan, Trainer } from '@tutti/node'
import { type Command, InvalidArgumentError } from 'commander'
import type { Address, Hex, LocalAccount } from 'viem'
import { addBlobOptions, type BlobOptions } from '../blob-model.ts'
import {
  type AccountOptions,
  addAccountOptions,
  defaultRpcUrl,
  openAccount,
  parseAddress,
  parseCount,
  parseId,
  parsePositive,
} from '../connection.ts'
import { CommandError, exitCodes } from '../exit-codes.ts'
import { watchInterruption } from '../interruption.ts'
import { createOutput, formatInteger, formatTokens, type Output, toJson } from '../output.ts'
import { readPassword } from './keystore.ts'

interface NodeCommandOptions extends AccountOptions, BlobOptions {
  config?: string
  rpc?: string[]
  core?: Address
  data?: string
  trainer?: string
  trainerTimeout?: number
  store?: string
  seed?: number
  epochs?: number
  learningRate?: number
  keeper?: boolean
  leaveAfter?: number
  metricsPort?: number
  dryRun?: boolean
  json?: boolean
}

const defaultStore = '.tutti/nodes'

/** Adds the command `node`. */
export function addNode(program: Command): void {
  const command = program
    .command('node')
    .description('Take part in a federation until it is finished: train, submit, keep, claim.')
    .argument('[id]', 'the federation; join it first', parseId)
    .option('--config <file>', 'a JSON file with the same settings; what stands here overrides it')
    .option('--data <file>', "this member's own data, a CSV that fits the federation's schema")
    .option('--trainer <command>', 'train with a program of your own; --data is handed to it unread')
    .option('--trainer-timeout <seconds>', 'longest time of the trainer in a round (default: 3600)', parsePositive)
    .option('--store <directory>', `where the node keeps what it is about to send (default: ${defaultStore})`)
    .option('--seed <n>', 'seeds the order of examples (default: 0)', parseCount)
    .option('--epochs <n>', "local epochs a round (default: the manifest's)", parseCount)
    .option('--learning-rate <x>', "local learning rate (default: the manifest's)", parsePositive)
    .option('--keeper', 'take the steps that anyone may take for pay (default)')
    .option('--no-keeper', 'take no steps that anyone may take for pay')
    .option('--leave-after <rounds>', 'ask to leave after so many rounds of its own', parseCount)
    .option('--metrics-port <n>', 'serve /health and /metrics on 127.0.0.1 (0: a free port)', parsePort)
    .option('--dry-run', 'say what the node would do now and why; send nothing')
    .option(
      '--rpc <url>',
      `the chain to talk to; several, in order of preference, for failover (env: TUTTI_RPC; default: ${defaultRpcUrl})`,
      collectUrl,
    )
    .option('--core <address>', "the Federation contract (default: Tutti's address on every chain)", parseAddress)
    .option('--json', 'print one JSON object')
  addBlobOptions(addAccountOptions(command))
    .addHelpText(
      'after',
      '\nThe node may be stopped and started again at any time: what it is about to send is on disk first, and it never\n' +
        'submits twice. Ctrl-C ends it after the step at hand. With --json, every event is a line of JSON on standard\n' +
        'error and the summary is the object on standard output.\n\n' +
        'A trainer is a command, run without a shell in every round with the path of round.json as its last argument; it\n' +
        'writes trained.safetensors and metrics.json. examples/pytorch-trainer shows one.\n\n' +
        'Settings come from flags, then from --config, then from the environment. Keys of the file: federation, rpc, core,\n' +
        'keystore, testAccount, data, trainer, trainerTimeoutSeconds, store, seed, epochs, learningRate, metricsPort,\n' +
        'keeper, leaveAfter, claims, staggerSeconds, marginSeconds, bytesPerTransaction, keepsRounds, pollMilliseconds,\n' +
        'manifestHash, roundingSeed, archive, peerArchives, beacon, baseModel, sidecarVersion, replaceAfterSeconds.\n' +
        'Paths in it are relative to the file.',
    )
    .action(runNodeCommand)
}

async function runNodeCommand(argument: Hex | undefined, options: NodeCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { planNode, runNode } = await import('@tutti/node')
  const settings = await readSettings(argument, options)
  const { id, behaviour } = settings
  const client = await openClient(settings, output)
  const account = client.account.address
  const { readManifest, readMember } = await import('@tutti/chain')
  const { parseManifest } = await import('@tutti/learn')
  const [creation, member] = await Promise.all([readManifest(client, { id }), readMember(client, { id, account })])
  const manifest = parseManifest(creation.manifest)
  const node = {
    ...behaviour,
    client,
    federationId: id,
    storeDirectory: settings.store,
    manifestHash: behaviour.manifestHash ?? creation.terms.manifestHash,
  }
  if (options.dryRun === true) {
    if (settings.trainer !== undefined || settings.data !== undefined) await openTrainer(settings, manifest, client)
    const plan = await planNode(node)
    for (const line of describePlan(plan)) output.line(line)
    output.result(plan)
    return
  }
  if (!member.isMember && member.owed === 0n) {
    throw new CommandError(`${account} is not a member of this federation. First: tutti join ${id}`, exitCodes.refused)
  }
  const trainer = await openTrainer(settings, manifest, client)
  const monitor = await openMonitor(settings.metricsPort, output)
  const interruption = watchInterruption(() => output.note('stopping after the step at hand; again to stop at once'))
  try {
    const { describeEvent } = await import('../node-lines.ts')
    const summary = await runNode({
      ...node,
      trainer,
      signal: interruption.signal,
      onEvent: (event) => {
        monitor?.note(event)
        // Signs of life are for whoever watches the endpoint.
        if (event.kind === 'looked') return
        if (output.isJson) output.note(toJson(event))
        else {
          const text = describeEvent(event)
          if (text !== undefined) output.line(`${new Date(event.time).toISOString()}  ${text}`)
        }
      },
    })
    output.line(
      `Took part in ${summary.roundsTaken} rounds, aggregated ${summary.aggregatedShards} shards, earned ` +
        `${formatTokens(summary.rewards + summary.keeperPay)}, claimed ${formatTokens(summary.claimed)}, ` +
        `used ${formatInteger(summary.gasUsed)} gas.`,
    )
    output.result(summary)
    if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted
  } finally {
    interruption.release()
    await monitor?.close()
  }
}

/** Flags, configuration file and environment as one. */
interface Settings extends Pick<NodeConfig, 'data' | 'trainer' | 'trainerTimeoutSeconds' | 'epochs' | 'learningRate'> {
  id: Hex
  rpc: string[]
  core: Hex | undefined
  keystore: string | undefined
  testAccount: number | undefined
  store: string
  seed: number
  metricsPort: number | undefined
  behaviour: NodeBehaviour
}

/** What flags say, else what the file says, else the environment and defaults. @throws `CommandError` */
async function readSettings(argument: Hex | undefined, options: NodeCommandOptions): Promise<Settings> {
  const { CommandLineError, NodeConfigError, readNodeConfig, splitWords } = await import('@tutti/node')
  let config: NodeConfig
  let words: string[] | undefined
  try {
    config = options.config === undefined ? { behaviour: {} } : readNodeConfig(options.config)
    words = options.trainer === undefined ? config.trainer : splitWords(options.trainer)
  } catch (error) {
    if (!(error instanceof NodeConfigError || error instanceof CommandLineError)) throw error
    throw new CommandError(error.message, exitCodes.usage)
  }
  const id = argument ?? config.federation
  if (id === undefined) {
    throw new CommandError('Name the federation: tutti node ID, or "federation" in --config.', exitCodes.usage)
  }
  // An account that a flag names is not mixed with one of the file.
  const account = options.keystore !== undefined || options.testAccount !== undefined ? options : config
  const { keeper, leaveAfter } = options
  const { TUTTI_RPC: rpcUrl } = process.env
  const settings: Settings = {
    id: id.toLowerCase() as Hex,
    rpc: options.rpc ?? config.rpc ?? [rpcUrl === undefined || rpcUrl === '' ? defaultRpcUrl : rpcUrl],
    core: options.core ?? config.core,
    keystore: account.keystore,
    testAccount: account.testAccount,
    store: options.store ?? config.store ?? defaultStore,
    seed: options.seed ?? config.seed ?? 0,
    metricsPort: options.metricsPort ?? config.metricsPort,
    ...present({
      data: options.data ?? config.data,
      trainer: words,
      trainerTimeoutSeconds: options.trainerTimeout ?? config.trainerTimeoutSeconds,
      epochs: options.epochs ?? config.epochs,
      learningRate: options.learningRate ?? config.learningRate,
    }),
    behaviour: {
      ...config.behaviour,
      ...(keeper === undefined ? {} : { isKeeper: keeper }),
      ...(leaveAfter === undefined ? {} : { leavesAfterRounds: leaveAfter }),
      ...present({
        archive: options.archive ?? config.archive,
        peerArchives: options.peerArchive ?? config.peerArchives,
        beaconUrl: options.beacon ?? config.beacon,
        baseModel: options.baseModel ?? config.baseModel,
      }),
    },
  }
  checkSettings(settings, options.dryRun === true)
  return settings
}

function checkSettings({ trainer, data, epochs, learningRate, trainerTimeoutSeconds }: Settings, isDryRun: boolean) {
  if (trainer === undefined && data === undefined && !isDryRun) {
    throw new CommandError(
      'Give the data to train on, --data FILE, or a program that trains, --trainer.',
      exitCodes.usage,
    )
  }
  if (trainer !== undefined && (epochs !== undefined || learningRate !== undefined)) {
    throw new CommandError(
      'With --trainer, epochs and learning rate are for the trainer to choose: pass them in its command.',
      exitCodes.usage,
    )
  }
  if (trainer === undefined && trainerTimeoutSeconds !== undefined) {
    throw new CommandError('A trainer timeout needs a trainer: --trainer.', exitCodes.usage)
  }
}

/** Connects with the account's key, through several endpoints where there are several. */
async function openClient(settings: Settings, output: Output): Promise<ChainClient & { account: LocalAccount }> {
  const { refuseTestAccounts } = await import('@tutti/chain')
  const { connectEndpoints, EndpointMismatchError } = await import('@tutti/node')
  const account = await openNodeAccount(settings)
  const { rpc: rpcUrls, core } = settings
  const onRest = ({ host, message }: { host: string; message: string }) => {
    if (output.isJson) output.note(toJson({ kind: 'endpoint-rests', time: Date.now(), host, message }))
    else output.note(`the endpoint ${host} fails (${message}); asking the others for a while`)
  }
  const client = await connectEndpoints({ rpcUrls, account, onRest, ...present({ core }) }).catch((error: Error) => {
    throw error instanceof EndpointMismatchError ? new CommandError(error.message, exitCodes.usage) : error
  })
  refuseTestAccounts(account.address, client.chainId)
  return { ...client, account }
}

async function openNodeAccount({ keystore, testAccount }: Settings): Promise<LocalAccount> {
  if (keystore === undefined) return openAccount(testAccount === undefined ? {} : { testAccount })
  const { readFile } = await import('node:fs/promises')
  const { accountFromKeystore } = await import('@tutti/chain/local')
  return accountFromKeystore(await readFile(keystore, 'utf8'), await readPassword(`Password of ${keystore}: `))
}

async function openTrainer(settings: Settings, manifest: Manifest, client: ChainClient): Promise<Trainer> {
  const { createCommandTrainer, createLocalTrainer, storeDirectory } = await import('@tutti/node')
  const { id: federationId, data, trainer, seed, store: root } = settings
  if (trainer !== undefined) {
    if (data !== undefined) await access(data)
    const place = { root, chainId: client.chainId, federationId, account: client.account!.address }
    return createCommandTrainer({
      words: trainer,
      federationId,
      directory: join(storeDirectory(place), 'training'),
      seed,
      ...present({ data, limitSeconds: settings.trainerTimeoutSeconds }),
    })
  }
  const { readLocalData } = await import('../local-data.ts')
  const dataset = await readLocalData(manifest, data!)
  if (dataset.count === 0) throw new CommandError(`${data} has no rows to train on.`, exitCodes.badInput)
  const { epochs, learningRate } = settings
  const { baseModel } = settings.behaviour
  return createLocalTrainer({ dataset, seed, ...present({ epochs, learningRate, baseModel }) })
}

/** Serves health and metrics if a port is given. */
async function openMonitor(port: number | undefined, output: Output) {
  if (port === undefined) return undefined
  const { createVitals, startMonitor } = await import('@tutti/node')
  const vitals = createVitals(Date.now())
  const { url, close } = await startMonitor(vitals, port)
  if (output.isJson) output.note(toJson({ kind: 'monitor', time: Date.now(), url }))
  else output.note(`health and metrics: ${url}/health ${url}/metrics`)
  return { note: (event: NodeEvent) => vitals.note(event), close }
}

const doings: Record<NodePlan['action']['kind'], string> = {
  wait: 'wait',
  open: 'open the next round',
  draw: 'draw the cohort',
  train: 'train on the global model and send the update',
  commit: 'commit to the update on disk',
  submit: 'send the update on disk',
  confirm: 'ask what became of what it sent',
  check: 'decode every update of the round',
  bind: 'bind itself to the proof of a fault',
  challenge: 'prove a fault, for a part of the stake behind it',
  aggregate: 'aggregate a shard, for pay',
  settle: 'settle the round, for pay',
  close: 'close the round, for pay',
  leave: 'leave the federation',
  claim: 'claim what is owed to it',
  stop: 'end',
}

/** What a plan says to people. */
function describePlan(plan: NodePlan): string[] {
  const { action, position, endsAt } = plan
  const time = (seconds: number) => new Date(seconds * 1000).toISOString()
  const records = { none: 'nothing', update: 'an update', forfeited: 'that it is sat out' }
  const until = action.kind === 'wait' && action.until !== undefined ? ` until ${time(action.until)}` : ''
  const shard = action.kind === 'aggregate' ? ` (shard ${action.shard})` : ''
  return [
    `${plan.account} is ${plan.isMember ? 'a member' : 'no member'} of ${plan.federationId}, which has ${plan.members}.`,
    `Block ${plan.block}, chain time ${time(plan.now)}: round ${plan.round + 1}, phase ${plan.phase}` +
      `${endsAt === undefined ? '' : `, which ends at ${time(endsAt)}`}.`,
    ...(position === undefined ? [] : [`Number ${position + 1} of the cohort, shards ${plan.shards.join(', ')}.`]),
    `On disk of this round: ${records[plan.record]}.`,
    `Now it would ${doings[action.kind]}${shard}${until}: ${action.reason}.`,
    'Nothing was sent.',
  ]
}

function collectUrl(text: string, before: string[] | undefined): string[] {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('It takes an http or https URL; repeat --rpc for several.')
  }
  return [...(before ?? []), text]
}

function parsePort(text: string): number {
  const port = parseCount(text)
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.')
  return port
}

/** The entries that are not undefined. */
function present<T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as never
}
