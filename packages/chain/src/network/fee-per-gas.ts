/**
 * What a unit of gas costs now.
 *
 * @example
 * ```ts
 * import { readFeePerGas } from '@tutti/chain'
 *
 * const fee = await readFeePerGas(client)
 * fee > 0n // → true
 * ```
 */
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'

/** Base fee of the latest block and the tip that the chain suggests, in wei. */
export async function readFeePerGas(client: ChainClient): Promise<bigint> {
  const [block, tip] = await withChainErrors(client, () =>
    Promise.all([client.public.getBlock({ includeTransactions: false }), client.public.estimateMaxPriorityFeePerGas()]),
  )
  return (block.baseFeePerGas ?? 0n) + tip
}
