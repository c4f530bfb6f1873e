/**
 * A connection to one federation core on one chain: plain data that every action takes first.
 *
 * Requests made in the same tick travel as one JSON-RPC batch (see `batches.ts`), so that reads written side by side
 * cost one HTTP request.
 *
 * @example
 * ```ts
 * import { connect, withAccount } from '@tutti/chain'
 *
 * const reader = await connect({ rpcUrl: chain.rpcUrl })
 * reader.account // → undefined
 * withAccount(reader, account).account?.address // → account.address
 * await connect({ rpcUrl: 'ws://127.0.0.1:8546' }) // throws UnsupportedEndpointError
 * ```
 */

import {
  type Address,
  createPublicClient,
  defineChain,
  type LocalAccount,
  type PublicClient,
  type Transport,
} from 'viem'
import { batchingHttp } from './batches.ts'
import { deployment } from './deployment.ts'
import { ChainError, withChainErrors } from './errors.ts'
import { requireThisRelease } from './release.ts'

/** What the owner of an account wants to pay, in wei a gas; what is absent follows the chain. */
export interface FeeWishes {
  /** Paid on top of the base fee, as long as the pool does not demand more. */
  tip?: bigint
  /** Most that is paid, base fee and tip together. Nothing is signed while the chain asks for more. */
  maxFee?: bigint
}

/** What the actions need to know of a connection. Copy it with {@link withAccount} to sign as somebody else. */
export type ChainClient = {
  /** viem's client for reads. */
  public: PublicClient
  /** Who signs; reads work without. */
  account: LocalAccount | undefined
  chainId: number
  /** Address of the federation core. */
  core: Address
  /** Where the chain was reached, for messages. */
  url: string
  pollingIntervalMs: number
  /** How long a sent transaction may take until it is reported as pending. */
  receiptTimeoutMs: number
  /** Blocks on top of a transaction until it counts, itself included. */
  confirmations: number
  fees: FeeWishes
}

export type ConnectOptions = ({ rpcUrl: string } | { transport: Transport }) & {
  account?: LocalAccount
  /** Federation core; by default the address that CREATE2 gives it on every chain. */
  core?: Address
  /** Between looks at the chain while waiting; by default 50 on a local chain and 2,000 elsewhere. */
  pollingIntervalMs?: number
  /** Of one request, before it is tried again. */
  timeoutMs?: number
  /** Attempts after the first, with doubling pauses; twice as many where the endpoint says that its failure passes. */
  retries?: number
  receiptTimeoutMs?: number
  /** By default as {@link defaultConfirmations} says. */
  confirmations?: number
  fees?: FeeWishes
}

/** Chain id of anvil and hardhat. */
export const localChainId = 31_337

/** Ethereum and its test networks (Sepolia, Hoodi), whose last blocks may still be replaced. */
const layerOne = new Set([1, 11_155_111, 560_048])

/**
 * Blocks until a transaction counts, unless told otherwise: 3 on Ethereum and its test networks, where one or two are
 * replaced now and then; 1 on a local chain and on rollups, whose sequencer orders once.
 */
export function defaultConfirmations(chainId: number): number {
  return layerOne.has(chainId) ? 3 : 1
}

const multicall3: Address = '0xcA11bde05977b3631167028862bE2a173976CA11'

/**
 * Connects and asks the chain who it is.
 *
 * @throws {@link UnsupportedEndpointError} {@link ChainUnreachableError}; `OtherReleaseError` where `core` is of another
 *   release of Tutti
 */
export async function connect(options: ConnectOptions): Promise<ChainClient> {
  const timeoutMs = options.timeoutMs ?? 20_000
  const retries = options.retries ?? 3
  const url = 'rpcUrl' in options ? options.rpcUrl : 'the given transport'
  if ('rpcUrl' in options) requireHttp(options.rpcUrl)
  const transport =
    'rpcUrl' in options
      ? batchingHttp(options.rpcUrl, { timeout: timeoutMs, retryCount: retries, retryDelay: 100 })
      : options.transport
  const probe = createPublicClient({ transport })
  const chainId = await withChainErrors({ url }, () => probe.getChainId())
  const pollingIntervalMs = options.pollingIntervalMs ?? (chainId === localChainId ? 50 : 2_000)
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: 'rpcUrl' in options ? [options.rpcUrl] : [] } },
    contracts: { multicall3: { address: multicall3 } },
  })
  // Through unknown: the compiler takes two seconds to compare viem's types of a client with each other.
  const publicClient = createPublicClient({
    chain,
    transport,
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  }) as unknown as PublicClient
  const { core: usualCore } = deployment()
  // The usual address is that of this release's code.
  const core = options.core ?? usualCore
  if (core.toLowerCase() !== usualCore.toLowerCase()) await requireThisRelease(publicClient, core)
  return {
    public: publicClient,
    account: options.account,
    chainId,
    core,
    url,
    pollingIntervalMs,
    receiptTimeoutMs: options.receiptTimeoutMs ?? (chainId === localChainId ? 30_000 : 180_000),
    confirmations: options.confirmations ?? defaultConfirmations(chainId),
    fees: options.fees ?? {},
  }
}

/**
 * Lets endpoints of HTTP pass, the one way in which everything here talks to a chain: requests that each stand alone
 * outlive a client's restart, and clients that take web sockets or a local socket take HTTP too.
 *
 * @throws {@link UnsupportedEndpointError}
 */
export function requireHttp(rpcUrl: string): void {
  const protocol = URL.canParse(rpcUrl) ? new URL(rpcUrl).protocol : undefined
  if (protocol !== 'http:' && protocol !== 'https:') throw new UnsupportedEndpointError(protocol)
}

/** An endpoint that is not reached by HTTP: a web socket, a local socket, or no address at all. */
export class UnsupportedEndpointError extends ChainError {
  constructor(protocol: string | undefined) {
    const isSocket = protocol === 'ws:' || protocol === 'wss:'
    const what = isSocket ? `a web socket (${protocol}//)` : 'no address of HTTP; a local socket (IPC) is not supported'
    const port = isSocket ? '; of geth it listens on port 8545 where web sockets are on 8546' : ''
    super(
      `The endpoint is ${what}. Tutti talks to chains over http:// or https:// only: give that address of the same ` +
        `client (of geth with --http${port}).`,
      false,
    )
  }
}

/** The same connection, signing as `account`. */
export function withAccount(client: ChainClient, account: LocalAccount): ChainClient {
  return { ...client, account }
}
