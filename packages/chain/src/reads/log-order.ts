/**
 * Logs as the chain has them, whatever order an endpoint shows them in: by block and place, each once, only those asked
 * for. Of two that claim one place, nobody can say which is the chain's.
 *
 * @example
 * ```ts
 * import { inChainOrder, readFederationLogs } from '@tutti/chain'
 *
 * const logs = await readFederationLogs(client, { id: federationId, fromBlock: 0n })
 * const asked = { url: chain.rpcUrl, address: client.core, fromBlock: 0n }
 * inChainOrder([...logs, ...logs].reverse(), asked) // → logs
 * ```
 */
import type { Address, Hex } from 'viem'
import { ChainError } from '../client/errors.ts'
import { hideSecrets } from '../client/secrets.ts'

/** What of a log says where it is and what it holds. */
export interface PlacedLog {
  address: Address
  blockNumber: bigint | null
  blockHash: Hex | null
  logIndex: number | null
  transactionHash: Hex | null
  data: Hex
  topics: readonly Hex[]
  removed?: boolean
}

/**
 * Sorts, drops copies, what waits or was taken back, and what lies outside of what was asked for.
 *
 * @param asked - The contract, and the range of blocks, bounds included.
 * @throws {@link ConflictingLogsError}
 */
export function inChainOrder<Log>(
  logs: readonly Log[],
  asked: { url: string; address: Address; fromBlock: bigint; toBlock?: bigint | undefined },
): Log[] {
  const { url, address, fromBlock, toBlock } = asked
  const byPlace = new Map<string, Log & PlacedLog>()
  for (const entry of logs) {
    const log = entry as Log & PlacedLog
    const { blockNumber, logIndex, removed } = log
    if (blockNumber === null || logIndex === null || removed === true) continue
    if (blockNumber < fromBlock || (toBlock !== undefined && blockNumber > toBlock)) continue
    if (log.address.toLowerCase() !== address.toLowerCase()) continue
    const place = `${blockNumber}/${logIndex}`
    const other = byPlace.get(place)
    if (other === undefined) byPlace.set(place, log)
    else if (contentOf(other) !== contentOf(log)) throw new ConflictingLogsError(url, blockNumber, logIndex)
  }
  return [...byPlace.values()].sort((a, b) =>
    a.blockNumber === b.blockNumber ? a.logIndex! - b.logIndex! : a.blockNumber! < b.blockNumber! ? -1 : 1,
  )
}

function contentOf({ blockHash, transactionHash, data, topics }: PlacedLog): string {
  return [blockHash, transactionHash, data, ...topics].join().toLowerCase()
}

/** An endpoint shows two different logs at one place of the chain. Its chain was reorganised in between, or it lies. */
export class ConflictingLogsError extends ChainError {
  override readonly meaning = 'behind'

  constructor(url: string, blockNumber: bigint, logIndex: number) {
    super(
      `The endpoint ${hideSecrets(url)} shows two different logs as number ${logIndex} of block ${blockNumber}. Its chain was ` +
        'reorganised meanwhile, or it is broken. Try again, or use another endpoint.',
      true,
    )
  }
}
