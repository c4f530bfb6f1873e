/**
 * Times as an endpoint says them, in seconds since 1970, and no later than dates go: whatever shows them can.
 *
 * @example
 * ```ts
 * import { readBlockTime, toSeconds } from '@tutti/chain'
 *
 * const now = await readBlockTime(client)
 * const before = await readBlockTime(client, { blockNumber: 1n })
 * now > before // → true
 * toSeconds(client, 60n) // → 60
 * ```
 */
import type { ChainClient } from '../client/client.ts'
import { MalformedAnswerError, withChainErrors } from '../client/errors.ts'

/** Last second that a `Date` has. */
const LAST = 8_640_000_000_000n

/** A time as a number. @throws {@link MalformedAnswerError} */
export function toSeconds({ url }: Pick<ChainClient, 'url'>, seconds: bigint): number {
  if (seconds > LAST) throw new MalformedAnswerError(url, `the time ${seconds}, in seconds since 1970`)
  return Number(seconds)
}

/** Time of a block, the latest by default. @throws {@link MalformedAnswerError}; connection errors */
export async function readBlockTime(
  client: Pick<ChainClient, 'public' | 'url'>,
  at: { blockNumber?: bigint } = {},
): Promise<number> {
  const { timestamp } = await withChainErrors(client, () =>
    client.public.getBlock({ includeTransactions: false, ...at }),
  )
  return toSeconds(client, timestamp)
}
