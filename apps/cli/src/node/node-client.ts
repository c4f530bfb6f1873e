/** What a node of the command line is made of: connection and key, trainer, monitor. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChainClient } from '@tutti/chain'
import type { Dataset, PublishedManifest } from '@tutti/learn'
import type { NodeEvent, orBehind, Search, Trainer } from '@tutti/node'
import type { Hex, LocalAccount } from 'viem'
import { openAccount } from '../chain/connection.ts'
import type { OwnRows } from '../data/local-data.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'
import { readPassword } from '../terminal/password.ts'
import { type NodeSettings, present } from './settings.ts'

/** Where a member's node keeps what it has seen. */
type SeenStore = Parameters<typeof orBehind>[2]

/**
 * Connects with the account's key, through several endpoints where there are several.
 *
 * @param options - `isPatient`: wait for a chain that does not answer yet, as a running node does, and for one that is behind
 *   what `storeOf` says that the account's node has seen.
 */
export async function openClient(
  settings: Pick<NodeSettings, 'rpc' | 'core' | 'keystore' | 'testAccount' | 'confirmations' | 'fees' | 'behaviour'>,
  output: Output,
  options: { isPatient?: boolean; storeOf?: (account: Hex) => SeenStore } = {},
): Promise<ChainClient & { account: LocalAccount }> {
  const { refuseTestAccounts } = await import('@tutti/chain')
  const { connectEndpoints, EndpointMismatchError, orBehind } = await import('@tutti/node')
  const account = await openNodeAccount(settings)
  const { rpc: rpcUrls, core, fees, confirmations } = settings
  const { pollMilliseconds: pollingMilliseconds } = settings.behaviour
  const onRest = ({ host, message }: { host: string; message: string }) => {
    if (output.isJson) output.event({ kind: 'endpoint-rests', time: Date.now(), host, message })
    else output.note(`${message} Asking the others for a while.`)
  }
  const connect = () =>
    connectEndpoints({
      rpcUrls,
      account,
      onRest,
      fees,
      ...present({ core, pollingMilliseconds, confirmations }),
    }).catch((error: unknown) => {
      throw options.storeOf === undefined ? error : orBehind(error, rpcUrls[0]!, options.storeOf(account.address))
    })
  const client = await (options.isPatient === true ? untilAnswered(connect, output) : connect()).catch(
    (error: Error) => {
      throw error instanceof EndpointMismatchError ? new CommandError(error.message, exitCodes.usage) : error
    },
  )
  refuseTestAccounts(account.address, client.chainId)
  return { ...client, account }
}

/**
 * Asks the chain, again for as long as it is out of reach or behind, and says so.
 *
 * @throws What `ask` throws when that is an answer.
 */
export async function untilAnswered<T>(ask: () => Promise<T>, output: Output): Promise<T> {
  const { defaultBackOff, untilReached } = await import('@tutti/node')
  const { toChainError } = await import('@tutti/chain')
  return untilReached(ask, {
    backOff: defaultBackOff,
    signal: new AbortController().signal,
    onWait: ({ error, failures, milliseconds: waitMilliseconds }) => {
      const { message } = toChainError(error) as Error
      output.event({ kind: 'chain-unreachable', time: Date.now(), failures, waitMilliseconds, message })
      if (!output.isJson)
        output.note(`${message} Next try in ${(waitMilliseconds / 1000).toFixed(1)} s (${failures} so far).`)
    },
  })
}

async function openNodeAccount({
  keystore,
  testAccount,
}: Pick<NodeSettings, 'keystore' | 'testAccount'>): Promise<LocalAccount> {
  if (keystore === undefined) return openAccount(testAccount === undefined ? {} : { testAccount })
  const { readFile } = await import('node:fs/promises')
  const { accountFromKeystore } = await import('@tutti/chain/local')
  return accountFromKeystore(await readFile(keystore), await readPassword(`Password of ${keystore}: `))
}

/** The owner's trainer for a federation: a program of its own, or the built-in one on its data. */
export async function openTrainer(
  settings: NodeSettings,
  federationId: Hex,
  manifest: PublishedManifest,
  client: ChainClient,
): Promise<Trainer> {
  const { checkTable, createCommandTrainer, createLocalTrainer, createStatisticsTrainer, storeDirectory } =
    await import('@tutti/node')
  const { requireModel, requireStatistics } = await import('@tutti/learn')
  const { data, trainer, seed, store: root } = settings
  if (trainer !== undefined) {
    requireModel(manifest)
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
  const { readOwnRows } = await import('../data/local-data.ts')
  const rows = await readOwnRows(manifest, data!)
  if (rows.kind === 'table') {
    const { exposesFewRows } = settings.policy
    checkTable(rows.table, requireStatistics(manifest), { exposesFewRows })
    return createStatisticsTrainer({ table: rows.table, exposesFewRows })
  }
  const { dataset } = rows
  if (dataset.count === 0) throw new CommandError(`${data} has no rows to train on.`, exitCodes.badInput)
  const { epochs, steps, learningRate } = settings
  const { baseModel } = settings.behaviour
  const { train, heldOut } = await holdOut(dataset, settings, (file) => readOwnRows(manifest, file))
  return createLocalTrainer({ dataset: train, seed, ...present({ heldOut, epochs, steps, learningRate, baseModel }) })
}

/** Divides a member's rows into those that are trained on and those that its figures are of, if any are kept back. */
async function holdOut(
  dataset: Dataset,
  { holdout, testData, seed }: Pick<NodeSettings, 'holdout' | 'testData' | 'seed'>,
  readRows: (file: string) => Promise<OwnRows>,
): Promise<{ train: Dataset; heldOut: Dataset | undefined }> {
  if (testData !== undefined) {
    const rows = await readRows(testData)
    return { train: dataset, heldOut: rows.kind === 'dataset' ? rows.dataset : undefined }
  }
  if (holdout === undefined) return { train: dataset, heldOut: undefined }
  const { selectExamples, splitHoldout } = await import('@tutti/learn')
  const parts = splitHoldout(dataset, { fraction: holdout, seed })
  if (parts.train.length === 0 || parts.heldOut.length === 0) {
    throw new CommandError(
      `${dataset.count} rows cannot be divided by --holdout ${holdout}: one part would be empty. Give another share.`,
      exitCodes.badInput,
    )
  }
  return { train: selectExamples(dataset, parts.train), heldOut: selectExamples(dataset, parts.heldOut) }
}

/** Serves health and metrics if a port is given. */
export async function openMonitor(port: number | undefined, output: Output) {
  if (port === undefined) return undefined
  const { noteEvent, noteSearch, startMonitor, startStatus } = await import('@tutti/node')
  const status = startStatus(Date.now())
  const { url, close } = await startMonitor(status, port)
  if (output.isJson) output.event({ kind: 'monitor', time: Date.now(), url })
  else output.note(`health and metrics: ${url}/health ${url}/metrics`)
  return {
    note: (event: NodeEvent) => noteEvent(status, event),
    noteSearch: (search: Search) => noteSearch(status, search),
    close,
  }
}
