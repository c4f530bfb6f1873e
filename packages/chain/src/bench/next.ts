/**
 * What a transaction that was measured by Osaka's rules takes by those of the next fork, Amsterdam, at most: there is no EVM
 * of these rules on npm. The gas that was used, more for every slot that was written and every byte of code that was left;
 * or the new floor for its calldata, where that is more.
 *
 * @see EIP-7976 (floor), EIP-8037 and EIP-8038 (state), as go-ethereum 1.17.10 has them on its development chain
 */
import { AMSTERDAM_PRICES, BERLIN_PRICES } from '@tutti/core'
import { type Hash, type Hex, size } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { request } from '../client/request.ts'

/** What a transaction changed: slots that were zero, slots that were not, bytes of code. */
export type StateChanges = { newSlots: number; rewrittenSlots: number; codeBytes: number }

/** An account as the tracer shows it before or after. */
type TracedAccount = { storage?: Record<string, Hex>; code?: Hex }
type StateDiff = { pre: Record<string, TracedAccount>; post: Record<string, TracedAccount> }

/** Counts what a transaction changed (`prestateTracer` of go-ethereum, which local chains have too). */
export async function readStateChanges(client: ChainClient, hash: Hash): Promise<StateChanges> {
  const options = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
  const diff = await withChainErrors(client, () =>
    request<StateDiff>(client, 'debug_traceTransaction', [hash, options]),
  )
  return countChanges(diff)
}

/** Counts the changes of a difference of states; slots that became zero are none of these. */
export function countChanges({ pre, post }: StateDiff): StateChanges {
  const changes = { newSlots: 0, rewrittenSlots: 0, codeBytes: 0 }
  for (const [address, { storage = {}, code = '0x' }] of Object.entries(post)) {
    const before = pre[address]
    if ((before?.code ?? '0x') === '0x') changes.codeBytes += size(code)
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) === 0n) continue
      if (BigInt(before?.storage?.[slot] ?? 0) === 0n) changes.newSlots++
      else changes.rewrittenSlots++
    }
  }
  return changes
}

/**
 * Gas of a transaction by Amsterdam's prices, at most.
 *
 * @param used - By Osaka's.
 * @param calldata - What it was sent with.
 */
export function priceByAmsterdam(used: bigint, calldata: Hex, changes: StateChanges): bigint {
  const dearer =
    changes.newSlots * (AMSTERDAM_PRICES.newSlotGas - BERLIN_PRICES.newSlotGas) +
    changes.rewrittenSlots * (AMSTERDAM_PRICES.rewrittenSlotGas - BERLIN_PRICES.rewrittenSlotGas) +
    changes.codeBytes * (AMSTERDAM_PRICES.codeByteGas - BERLIN_PRICES.codeByteGas)
  const executed = used + BigInt(dearer)
  const floor = BigInt(21_000 + size(calldata) * AMSTERDAM_PRICES.floorByteGas)
  return executed > floor ? executed : floor
}

/** Gas of transactions together, as it was used and by Amsterdam's prices. */
export async function measureNext(
  client: ChainClient,
  hashes: readonly Hash[],
): Promise<{ used: bigint; next: bigint }> {
  const sum = { used: 0n, next: 0n }
  for (const hash of hashes) {
    const [{ gasUsed }, { input }, changes] = await Promise.all([
      client.public.getTransactionReceipt({ hash }),
      client.public.getTransaction({ hash }),
      readStateChanges(client, hash),
    ])
    sum.used += gasUsed
    sum.next += priceByAmsterdam(gasUsed, input, changes)
  }
  return sum
}
