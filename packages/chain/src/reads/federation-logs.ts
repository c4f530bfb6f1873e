/**
 * All that a federation has logged, of whatever kind, in the chain's order: what follows it from outside reads.
 *
 * @example
 * ```ts
 * import { readFederationLogs, readManifest } from '@tutti/chain'
 *
 * const { blockNumber } = await readManifest(client, { id: federationId })
 * const logs = await readFederationLogs(client, { id: federationId, fromBlock: blockNumber })
 * logs[0]?.eventName // → 'Created'
 * logs.filter(({ eventName }) => eventName === 'Submitted').length // → 6
 * ```
 */
import { type Hex, parseEventLogs, toHex } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { request } from '../client/request.ts'
import { inChainOrder } from './log-order.ts'
import { readByHalves } from './log-ranges.ts'

/** An event of the core about one federation, decoded. */
export type FederationLog = ReturnType<typeof parseEventLogs<typeof federationAbi, true>>[number]

/**
 * Reads all events that name a federation in a range of blocks, bounds included.
 *
 * @throws `ConflictingLogsError`; `MalformedAnswerError`; connection errors
 */
export async function readFederationLogs(
  client: ChainClient,
  { id, fromBlock, toBlock }: { id: Hex; fromBlock: bigint; toBlock?: bigint },
): Promise<FederationLog[]> {
  const asked = { fromBlock, ...(toBlock === undefined ? {} : { toBlock }) }
  return withChainErrors(client, async () => {
    const found = await readByHalves(client, asked, async (range) => {
      const filter = {
        address: client.core,
        topics: [null, id],
        fromBlock: toHex(range.fromBlock),
        toBlock: range.toBlock === 'latest' ? 'latest' : toHex(range.toBlock),
      }
      const raw = await request<Parameters<typeof toLog>[0][]>(client, 'eth_getLogs', [filter])
      return parseEventLogs({ abi: federationAbi, logs: raw.map(toLog), strict: true })
    })
    const isAsked = (log: FederationLog) => (log.args as { id?: Hex }).id?.toLowerCase() === id.toLowerCase()
    return inChainOrder(found, { url: client.url, address: client.core, ...asked }).filter(isAsked)
  })
}

/** A log of JSON-RPC with its numbers as viem has them. */
function toLog(raw: Record<string, string | null>) {
  const number = (value: string | null | undefined) => (value === null || value === undefined ? null : Number(value))
  const { blockNumber, logIndex, transactionIndex } = raw
  return {
    ...raw,
    blockNumber: blockNumber === null || blockNumber === undefined ? null : BigInt(blockNumber),
    logIndex: number(logIndex),
    transactionIndex: number(transactionIndex),
  } as never
}
