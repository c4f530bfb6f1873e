/**
 * Logs over any range of blocks: endpoints limit how many blocks, or how many logs, one answer may span, and none says how
 * many beforehand. A range that is refused is halved until it is answered.
 */

import type { ChainClient } from '../client/client.ts'
import { mayBeTooMuch } from '../client/endpoint-failures.ts'
import { isMalformedAnswer, toChainError, withChainErrors } from '../client/errors.ts'

/**
 * What `read` returns for all blocks of a range, in order.
 *
 * @param range - Bounds are inclusive; without `toBlock`, to the latest.
 * @param read - Reads one part of the range at once.
 * @throws What a single block is refused with; what says nothing of ranges, such as a chain out of reach, at once.
 */
export async function readByHalves<Entry>(
  client: Pick<ChainClient, 'public' | 'url'>,
  range: { fromBlock: bigint; toBlock?: bigint | undefined },
  read: (range: { fromBlock: bigint; toBlock: bigint | 'latest' }) => Promise<Entry[]>,
): Promise<Entry[]> {
  const part = async (fromBlock: bigint, toBlock: bigint | 'latest'): Promise<Entry[]> => {
    try {
      return await read({ fromBlock, toBlock })
    } catch (error) {
      if (isMalformedAnswer(error)) throw error
      const named = toChainError(error, client.url)
      if (!mayBeTooMuch(error)) throw named
      const last = toBlock === 'latest' ? await withChainErrors(client, () => client.public.getBlockNumber()) : toBlock
      if (last <= fromBlock) throw named
      const middle = (fromBlock + last) / 2n
      return [...(await part(fromBlock, middle)), ...(await part(middle + 1n, last))]
    }
  }
  return part(range.fromBlock, range.toBlock ?? 'latest')
}
