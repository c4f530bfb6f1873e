/**
 * One chain through several endpoints: the first that answers is asked, in the order given.
 *
 * An endpoint that fails rests for a while, so that its time-outs are not paid again by every request; when all rest,
 * all are asked. Endpoints of different chains are refused, at the start or when one is first reached.
 *
 * @see https://viem.sh/docs/clients/transports/fallback
 * @example
 * ```ts
 * import { connectEndpoints } from '@tutti/node'
 *
 * const { chainId } = await connectEndpoints({ rpcUrls: ['http://127.0.0.1:1', chain.rpcUrl] }) // the first is not there
 * chainId // → 31337
 * ```
 */
import {
  batchingHttp,
  type ChainClient,
  ChainUnreachableError,
  connect,
  type FeeWishes,
  NotDeployedError,
  requireHttp,
  toChainError,
  withChainErrors,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { fallback, type LocalAccount, type Transport } from 'viem'
import { isChainOutOfReach } from './connection.ts'

/** What {@link connectEndpoints} needs. */
export interface EndpointOptions {
  /** At least one. */
  rpcUrls: readonly string[]
  account?: LocalAccount
  /** Federation core; by default the address it has on every chain. */
  core?: Hex
  /** Between looks at the chain while a transaction is on its way, in milliseconds. Default: as `connect` has it. */
  pollingMilliseconds?: number
  /** Blocks until a transaction counts. Default: as `connect` has it. */
  confirmations?: number
  /** What the owner wants to pay. Default: what the chain suggests. */
  fees?: FeeWishes
  /** Longest wait for one answer, in milliseconds. Default: 10,000. */
  timeoutMilliseconds?: number
  /** How long an endpoint rests after a failure, in milliseconds. Default: 30,000. */
  restMilliseconds?: number
  /** Told when an endpoint is left alone for a while. `host` shows no path: keys of providers are in there. */
  onRest?: (rest: { host: string; message: string }) => void
}

const TIMEOUT_MILLISECONDS = 10_000
const REST_MILLISECONDS = 30_000

/**
 * Connects to a chain and checks that the federation core is there.
 *
 * @throws `UnsupportedEndpointError`; `ChainUnreachableError` if no endpoint answers; {@link EndpointMismatchError}; `NotDeployedError`.
 */
export async function connectEndpoints(options: EndpointOptions): Promise<ChainClient> {
  const { rpcUrls, account, core, timeoutMilliseconds: timeoutMs = TIMEOUT_MILLISECONDS } = options
  for (const url of rpcUrls) requireHttp(url)
  const hosts = rpcUrls.map((url) => new URL(url).host)
  const { pollingMilliseconds: pollingIntervalMs, confirmations, fees } = options
  const who = {
    ...(confirmations === undefined ? {} : { confirmations }),
    ...(fees === undefined ? {} : { fees }),
    ...(pollingIntervalMs === undefined ? {} : { pollingIntervalMs }),
    ...(account === undefined ? {} : { account }),
    ...(core === undefined ? {} : { core }),
  }
  const [first] = rpcUrls
  let client: ChainClient
  // As patient with one as with several: the node waits and tries again by itself, and says so.
  if (rpcUrls.length === 1 && first !== undefined) {
    client = await connect({ rpcUrl: first, timeoutMs, retries: 1, ...who })
  } else {
    const circle = createCircle(hosts, options)
    const transports = rpcUrls.map((url, index) => watchEndpoint(url, index, circle, timeoutMs))
    await askAll(transports, hosts)
    const transport = fallback(transports, { retryCount: 1, retryDelay: 100 })
    client = { ...(await connect({ transport, timeoutMs, ...who })), url: hosts.join(' or ') }
  }
  const code = await withChainErrors(client, () => client.public.getCode({ address: client.core }))
  if (code === undefined || code === '0x') throw new NotDeployedError(client.core, client.chainId)
  return client
}

/** What is known of the endpoints, shared by all requests. */
interface Circle {
  /** Whether to pass an endpoint over: it failed lately, and another one did not. */
  isPassedOver(index: number): boolean
  host(index: number): string
  lastFailure(index: number): Error
  noteFailure(index: number, error: Error): void
  noteAnswer(index: number): void
  /** Checks once that an endpoint belongs to the chain. */
  checkChain(index: number, ask: () => Promise<unknown>): Promise<void>
}

function createCircle(hosts: readonly string[], options: EndpointOptions): Circle {
  const restMs = options.restMilliseconds ?? REST_MILLISECONDS
  const states = hosts.map((host) => ({
    host,
    restsUntil: 0,
    failure: new Error(`${host} was not asked yet`),
    isChecked: false,
  }))
  let chainId: number | undefined
  const isResting = ({ restsUntil }: { restsUntil: number }) => performance.now() < restsUntil
  return {
    isPassedOver: (index) => isResting(states[index]!) && !states.every(isResting),
    host: (index) => states[index]!.host,
    lastFailure: (index) => states[index]!.failure,
    noteFailure: (index, error) => {
      const state = states[index]!
      const isNew = !isResting(state)
      state.failure = error
      state.restsUntil = performance.now() + restMs
      if (isNew) options.onRest?.({ host: state.host, message: reasonOf(toChainError(error, state.host) as Error) })
    },
    noteAnswer: (index) => {
      states[index]!.restsUntil = 0
    },
    checkChain: async (index, ask) => {
      const state = states[index]!
      if (state.isChecked) return
      const found = Number(await ask())
      chainId ??= found
      if (found !== chainId) throw new EndpointMismatchError(state.host, found, chainId)
      state.isChecked = true
    },
  }
}

/** An endpoint as viem's fallback asks it; one that is passed over fails at once with its last failure. */
function watchEndpoint(url: string, index: number, circle: Circle, timeoutMs: number): Transport {
  const open = batchingHttp(url, { timeout: timeoutMs, retryCount: 0 })
  return (parameters) => {
    const transport = open(parameters)
    const request = (async (wanted: { method: string; params?: unknown }, ...rest: []) => {
      if (circle.isPassedOver(index)) throw circle.lastFailure(index)
      try {
        await circle.checkChain(index, () => transport.request({ method: 'eth_chainId' }))
        const answer = await transport.request(wanted as never, ...rest)
        circle.noteAnswer(index)
        return answer
      } catch (error) {
        const isForeign = error instanceof EndpointMismatchError
        if (!isForeign && !isChainOutOfReach(error)) circle.noteAnswer(index)
        else
          circle.noteFailure(index, isForeign ? new ChainUnreachableError(circle.host(index), error) : (error as Error))
        // An endpoint that comes back as another chain's is as good as away: the others may still answer.
        throw isForeign ? circle.lastFailure(index) : error
      }
    }) as typeof transport.request
    return { ...transport, request }
  }
}

/** The first line of a failure, or of what caused it where that says more. */
function reasonOf(error: Error): string {
  const { message } = error.cause instanceof EndpointMismatchError ? error.cause : error
  return message.split('\n')[0] ?? ''
}

/** Asks every endpoint which chain it belongs to: one at least must answer, and those that do must agree. */
async function askAll(transports: readonly Transport[], hosts: readonly string[]): Promise<void> {
  const answers = await Promise.allSettled(
    transports.map((open) => open({ retryCount: 0 }).request({ method: 'eth_chainId' })),
  )
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []))
  const mismatch = failures.find(({ cause }) => cause instanceof EndpointMismatchError)
  if (mismatch !== undefined) throw mismatch.cause
  if (failures.length < transports.length) return
  throw new ChainUnreachableError(
    hosts.join(' or '),
    failures.length === 1 ? failures[0] : new AggregateError(failures),
  )
}

/** Two endpoints belong to different chains. */
export class EndpointMismatchError extends Error {
  override readonly name = 'EndpointMismatchError'
  readonly isRetryable = false

  constructor(host: string, found: number, expected: number) {
    super(
      `The endpoint ${host} belongs to chain ${found}, the others to chain ${expected}. Give endpoints of one chain.`,
    )
  }
}
