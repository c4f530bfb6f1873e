/**
 * A chain that shows less than it has shown before: it was killed and is back at an older block, was reorganised, or its
 * endpoint lags behind another. It will show again what it lost, and nodes wait for that.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { hasSeenBefore } from '@tutti/node'
 *
 * const root = mkdtempSync('/tmp/stores-')
 * hasSeenBefore({ root, federationId, account: account.address }) // → false
 * rmSync(root, { recursive: true })
 * ```
 */
import { basename, join } from 'node:path'
import { ChainBehindError, ContractError, FederationNotFoundError, NotDeployedError } from '@tutti/chain'
import type { Observation } from '../decide/state.ts'
import { localDisk } from '../disk/files.ts'
import { isTraceOfFederation, type Store, type StoreOptions, storeDirectory } from '../disk/store.ts'

/** Whether an error says that the chain has no such federation, or no core to ask: it may be back before they existed. */
export function isUnknownHere(error: unknown): boolean {
  if (error instanceof ContractError) return error.errorName === 'UnknownFederation'
  return error instanceof FederationNotFoundError || error instanceof NotDeployedError
}

/** Neither a member nor anyone to whom something is owed. */
export function isStranger({ status, member }: Pick<Observation, 'status' | 'member'>): boolean {
  return !member.isMember && !status.isFinished && member.owed === 0n && member.stake === 0n
}

/** Whether the store knows of a round that the chain has not opened yet. */
export function isBehind(store: Pick<Store, 'latestRound'>, { round }: Pick<Observation, 'round'>): boolean {
  const latest = store.latestRound()
  return latest !== undefined && (latest > round.number || (latest === round.number && round.openedAt === 0))
}

/**
 * Whether a store of this member, on any chain, says that the chain has shown the federation before. It is asked where the
 * chain may not be able to say which chain it is. Reads without a lock and writes nothing.
 */
export function hasSeenBefore({ root, federationId, account }: Omit<StoreOptions, 'disk' | 'chainId'>): boolean {
  const end = basename(storeDirectory({ root, chainId: 0, federationId, account })).slice(1)
  const stores = localDisk.list(root).filter((name) => name.endsWith(end))
  return stores.some((name) => localDisk.list(join(root, name)).some(isTraceOfFederation))
}

/**
 * Turns "no such federation" into "the chain is behind" where the chain has shown this member's node the federation before,
 * so that the node waits. Other errors stay as they are.
 */
export function orBehind(error: unknown, url: string, member: Parameters<typeof hasSeenBefore>[0]): unknown {
  return isUnknownHere(error) && hasSeenBefore(member) ? new ChainBehindError(url, error) : error
}
