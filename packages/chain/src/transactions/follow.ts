/**
 * Staying with signed transactions of one nonce until the chain has taken one: they are offered again where they were
 * lost, replaced where they are stuck, and gaps below them are filled.
 *
 * @example
 * ```ts
 * import { handOver, plainCarrier, prepareTransaction, seeThrough } from '@tutti/chain'
 *
 * const attempts = [await prepareTransaction(client, { to: account.address, data: '0x' })] // write these down
 * const carrier = plainCarrier(client)
 * await handOver(client, attempts, carrier) // → { kind: 'taken' }
 * const { kind } = await seeThrough(client, attempts, { carrier, timeoutMs: 10_000 })
 * kind // → 'mined'
 * ```
 */
import type { Address } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { isPassing, meaningOfError } from '../client/endpoint-failures.ts'
import { NoAccountError, withChainErrors } from '../client/errors.ts'
import { pause } from '../client/pause.ts'
import type { Attempt } from './attempts.ts'
import { type Carrier, plainCarrier } from './carriers.ts'
import { EndpointRefusalError, NotTakenYetError, type Offer } from './endpoint-refusals.ts'
import { type Fate, fateOf } from './fate.ts'
import { FeeLimitError } from './fees.ts'
import { isVain, signGap } from './nonces.ts'
import { forgetAttempts, noteOffered, noteUnderpriced, raiseWhenStuck } from './replace.ts'

/** How attempts are followed. */
export interface FollowOptions {
  carrier: Carrier
  /** Who signed; by default the client's account, which alone can sign replacements. */
  from?: Address | undefined
  /** Called with all attempts before a replacement is sent: what must survive a crash. */
  keep?: ((attempts: readonly Attempt[]) => void) | undefined
  /** Called with each nonce below that was lost and is taken by a transaction that does nothing. Where absent, gaps stay. */
  onGap?: ((nonce: number) => void) | undefined
  /** Most that the transaction may cost, in wei: a replacement that may cost more is not made. */
  maximumCost?: bigint | undefined
  /**
   * Has a question asked until the chain answers it, or, with a deadline in milliseconds since 1970, until then. By
   * default each is asked once.
   */
  reach?: (<T>(ask: () => Promise<T>, deadline?: number) => Promise<T>) | undefined
  signal?: AbortSignal | undefined
}

/** Looks at the chain between two offers of the same transaction. */
const LOOKS_AN_OFFER = 5
/**
 * Looks in a row that must find the nonce taken and no receipt: a server may count a transaction some time before it has
 * its receipt, and what is believed replaced is signed again.
 */
const LOOKS_UNTIL_REPLACED = 10

const askOnce = <T>(ask: () => Promise<T>) => ask()

/**
 * Hands the last of the attempts to the chain, once. One that the chain already has, whose nonce is taken, or whose fees
 * are too low at present is no error here: {@link seeThrough} learns its fate, and raises the fees.
 *
 * @returns What came of it.
 * @throws {@link EndpointRefusalError} `InsufficientFundsError` {@link NotTakenYetError}; connection errors, after which the
 *   chain may have it or not.
 */
export async function handOver(client: ChainClient, attempts: readonly Attempt[], carrier: Carrier): Promise<Offer> {
  const last = attempts.at(-1)!
  noteOffered(client, last)
  try {
    const offer = await carrier.offer(last)
    // An earlier attempt holds the nonce, and this one does not pay enough more.
    const isHeldByOwn = offer.kind === 'nonce-held' && attempts.length > 1
    if (offer.kind === 'underpriced' || isHeldByOwn) noteUnderpriced(client, last)
    if (offer.kind === 'later' || offer.kind === 'busy') throw new NotTakenYetError(client.url, offer.words)
    if (offer.kind === 'sidecar') throw new EndpointRefusalError(client.url, offer.words)
    return offer
  } catch (error) {
    if (error instanceof EndpointRefusalError && error.isFeeCap) noteUnderpriced(client, last)
    throw error
  }
}

/**
 * Makes a transaction dearer where it is stuck, offers it again if the chain has forgotten it, and fills the gap below its
 * nonce. One that could only fail by now is left as it is, and so is a gap below it: what was lost there, such as the
 * joining of a member, may come back.
 *
 * @param attempts - Of one nonce, at least one; a replacement is added.
 * @throws What {@link handOver} throws.
 */
export async function offerAgain(client: ChainClient, attempts: Attempt[], options: FollowOptions): Promise<void> {
  const { carrier, keep, maximumCost, reach = askOnce } = options
  const own = client.account?.address
  const from = signerOf(client, options)
  if (await isVain(client, attempts.at(-1)!, from)) return
  if (from === own) {
    const { replaceAfterMs } = carrier
    const raise = () => raiseWhenStuck(client, attempts, { replaceAfterMs, maximumCost }).catch(ignoreFeeLimit)
    const raised = await reach(raise)
    if (raised !== undefined) {
      attempts.push(raised)
      keep?.(attempts)
    }
  }
  const last = attempts.at(-1)!
  const find = () => client.public.request({ method: 'eth_getTransactionByHash', params: [last.hash] })
  const known = await reach(() => withChainErrors(client, find))
  if (known === null) await handOver(client, attempts, carrier)
  if (options.onGap !== undefined && from === own) await reach(() => fillGap(client, last, options.onGap))
}

/** Takes the nonces below an attempt that no transaction holds. */
async function fillGap(client: ChainClient, attempt: Attempt, onGap: FollowOptions['onGap']): Promise<void> {
  for (const filling of await signGap(client, attempt)) {
    onGap?.(filling.nonce)
    await handOver(client, [filling], plainCarrier(client))
  }
}

/** What may not be made dearer waits as it is. */
function ignoreFeeLimit(error: unknown): undefined {
  if (!(error instanceof FeeLimitError)) throw error
}

/**
 * Stays with signed transactions of one nonce until one is mined and deep enough or all are replaced, or for `timeoutMs`.
 *
 * @param attempts - At least one; replacements are added.
 * @throws What {@link handOver} throws; the reason of the signal when it aborts.
 */
export async function seeThrough(
  client: ChainClient,
  attempts: Attempt[],
  options: FollowOptions & { timeoutMs: number },
): Promise<Fate> {
  const from = signerOf(client, options)
  const deadline = Date.now() + options.timeoutMs
  let looksReplaced = 0
  for (let looks = 1; ; looks++) {
    const fate = await lookUntil(deadline, () => fateOf(client, attempts, from), options)
    looksReplaced = fate.kind === 'replaced' ? looksReplaced + 1 : 0
    if (fate.kind === 'mined' || looksReplaced >= LOOKS_UNTIL_REPLACED) {
      forgetAttempts(client, attempts)
      return fate
    }
    if (fate.kind === 'pending' && Date.now() >= deadline) return fate
    if (fate.kind === 'pending' && !fate.isIncluded && looks % LOOKS_AN_OFFER === 0) {
      await offerAgain(client, attempts, options)
    }
    await pause(client.pollingIntervalMs, options.signal)
  }
}

/** A fate; pending where the chain does not tell before the deadline. */
async function lookUntil(
  deadline: number,
  look: () => Promise<Fate>,
  { reach = askOnce }: Pick<FollowOptions, 'reach'>,
): Promise<Fate> {
  try {
    return await reach(look, deadline)
  } catch (failure) {
    const meaning = meaningOfError(failure)
    if (meaning === undefined || !isPassing(meaning)) throw failure
    return { kind: 'pending', isIncluded: false, failure }
  }
}

function signerOf(client: ChainClient, { from = client.account?.address }: Pick<FollowOptions, 'from'>): Address {
  if (from === undefined) throw new NoAccountError()
  return from
}
