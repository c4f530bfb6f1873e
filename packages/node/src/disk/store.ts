/**
 * What a node keeps on disk, so that a process killed at any instant never sends two updates in a round.
 *
 * One directory for each chain, federation and account:
 *
 * ```
 * <root>/<chainId>-<federation>-<account>/
 *   lock                      the living node that works here
 *   round-<n>/update.json     the update of round n: shards, salt, metrics, transactions, checksums of the files beside it
 *   round-<n>/payload-<k>.bin packed update of the k-th assigned shard
 *   round-<n>/attempt-<hash>.bin  a signed transaction, whole, as it is broadcast
 *   round-<n>/forfeit.json    this round is sat out, and why
 *   feedback.bin              what quantisation lost of the updates sent, where it is carried into the next
 * ```
 *
 * `update.json` is written last, and it alone decides what is valid. A transaction is recorded before it is broadcast, and
 * what is broadcast again is the same bytes with the same nonce: the chain can take it once. A record that is damaged
 * after a transaction was recorded cannot tell what was sent: the node sits that round out.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { openStore, storeDirectory } from '@tutti/node'
 *
 * const root = mkdtempSync('/tmp/stores-')
 * const member = { root, chainId: client.chainId, federationId, account: account.address }
 * const store = openStore(member)
 * store.directory // → storeDirectory(member)
 * store.forfeit(0, 'trained too late')
 * store.load(0) // → { kind: 'forfeited', reason: 'trained too late' }
 * store.close()
 * rmSync(root, { recursive: true })
 * ```
 */
import { join } from 'node:path'
import type { ErrorFeedback, Hex } from '@tutti/core'
import { type ReportedRound, toReports } from '../status/stall.ts'
import { fromCheckedBytes, refuseNewer, toCheckedBytes } from './checked-json.ts'
import { decodeFeedback, encodeFeedback } from './feedback-file.ts'
import { type Disk, localDisk, writeAtomically } from './files.ts'
import { lockDirectory } from './lock.ts'
import {
  hasNoAttempt,
  loadRound,
  type RoundRecord,
  STORE_VERSION,
  saveUpdate,
  type UpdateRecord,
} from './round-record.ts'

/** What a node keeps on disk. All methods are synchronous: when one returns, what it wrote survives a loss of power. */
export interface Store {
  readonly directory: string
  /**
   * Writes the update of a round, replacing what stood there. Nothing that `record` names may have been broadcast yet.
   */
  save(record: UpdateRecord): void
  /** The record of a round. Damage before anything was signed discards the record; damage after it forfeits the round. */
  load(round: number): RoundRecord
  /** Gives a round up. */
  forfeit(round: number, reason: string): void
  /**
   * Takes back that a round was given up, if nothing of it was ever signed and it is not forgotten: it may be tried again.
   *
   * @returns Whether it was.
   */
  retry(round: number): boolean
  /** What quantisation lost of earlier updates; undefined if nothing is known of it. */
  loadFeedback(): ErrorFeedback | undefined
  /** Replaces what {@link loadFeedback} gives. */
  saveFeedback(feedback: ErrorFeedback): void
  /** What members reported, by round; empty if nothing is known, or what was is damaged: the chain tells it again. */
  loadReports(): ReportedRound[]
  /** Replaces what {@link loadReports} gives. */
  saveReports(reports: readonly ReportedRound[]): void
  /** Removes records of rounds before `round`, for good: no update of theirs is made again. */
  forgetBefore(round: number): void
  /** Whether the chain has shown this federation to this member's node before: it may lose it and find it again. */
  hasSeen(): boolean
  /** Number of the latest round that something is known of; undefined if of none. */
  latestRound(): number | undefined
  /** Notes that the chain has shown it. */
  noteSeen(): void
  /** Gives the lock back. */
  close(): void
}

/** Where {@link openStore} works and for whom. */
export interface StoreOptions {
  /** Directory of all stores of this machine. */
  root: string
  chainId: number
  federationId: Hex
  account: Hex
  /** Defaults to the disk of this machine. */
  disk?: Disk
  /** Hears in a sentence of a file that cannot be used, and what happens instead; a lost round is told by its record. */
  onDamage?: (file: string, message: string) => void
}

const SEEN = 'seen'
const FEEDBACK = 'feedback.bin'
const REPORTS = 'reports.json'
const FORGOTTEN = 'what was sent in it is forgotten, and a second update must not be made'

/**
 * Directory of a member's store: `<root>/<chainId>-<federation>-<account>`, the federation by its first 16 digits.
 */
export function storeDirectory(options: Pick<StoreOptions, 'root' | 'chainId' | 'federationId' | 'account'>): string {
  const federation = options.federationId.slice(2, 18).toLowerCase()
  return join(options.root, `${options.chainId}-${federation}-${options.account.slice(2).toLowerCase()}`)
}

/**
 * Opens the store of one member of one federation and locks it.
 *
 * @throws {@link StoreLockedError} if another node works on it.
 * @throws {@link StoreMismatchError} if the directory belongs to another federation or account; `NewerVersionError`.
 */
export function openStore(options: StoreOptions): Store {
  const { disk = localDisk, onDamage = () => undefined } = options
  const directory = storeDirectory(options)
  disk.makeDirectory(directory)
  const unlock = lockDirectory(directory)
  try {
    checkOwner(disk, directory, options)
    clearInterrupted(disk, directory)
  } catch (error) {
    unlock()
    throw error
  }
  const place = { disk, directory, onDamage }
  return {
    directory,
    save: (record) => saveUpdate(disk, directory, roundDirectory(directory, record.round), record),
    load: (round) => loadOrForfeit(place, round),
    forfeit: (round, reason) => forfeit(place, round, reason),
    retry: (round) => retry(place, round),
    forgetBefore: (round) => forgetBefore(place, round),
    loadFeedback: () => loadFeedback(place),
    saveFeedback: (feedback) => writeAtomically(disk, join(directory, FEEDBACK), encodeFeedback(feedback)),
    loadReports: () => toReports(fromCheckedBytes(disk.read(join(directory, REPORTS)))),
    saveReports: (reports) =>
      writeAtomically(disk, join(directory, REPORTS), toCheckedBytes({ version: STORE_VERSION, reports })),
    hasSeen: () => disk.list(directory).some(isTraceOfFederation),
    latestRound: () => {
      const rounds = disk.list(directory).flatMap((name) => toRound(name) ?? [])
      return rounds.length === 0 ? undefined : Math.max(...rounds)
    },
    // An empty directory: made at once or not at all, and nothing in it can be damaged.
    noteSeen: () => {
      disk.makeDirectory(join(directory, SEEN))
      disk.syncDirectory(directory)
    },
    close: unlock,
  }
}

/** An open store. */
interface OpenPlace {
  disk: Disk
  directory: string
  onDamage: (file: string, message: string) => void
}

function roundDirectory(directory: string, round: number): string {
  return join(directory, `round-${round}`)
}

function forfeit({ disk, directory }: OpenPlace, round: number, reason: string): void {
  const folder = roundDirectory(directory, round)
  disk.makeDirectory(folder)
  writeAtomically(disk, join(folder, 'forfeit.json'), toCheckedBytes({ version: STORE_VERSION, round, reason }))
  disk.syncDirectory(directory)
}

/** Round before which records are gone. */
function forgottenBefore({ disk, directory }: OpenPlace): number {
  return Math.max(0, ...disk.list(directory).map((name) => toMark(name) ?? 0))
}

function loadOrForfeit(place: OpenPlace, round: number): RoundRecord {
  const { disk, directory, onDamage } = place
  const folder = roundDirectory(directory, round)
  const loaded = loadRound(disk, folder, round)
  // What was signed in it may be on its way: noise that is drawn twice for one round tells more than was allowed.
  if (loaded.kind === 'none' && round < forgottenBefore(place)) return { kind: 'forfeited', reason: FORGOTTEN }
  if (loaded.kind !== 'damaged') return loaded
  if (!loaded.isSafeToDiscard) {
    forfeit(place, round, loaded.reason)
    return { kind: 'forfeited', reason: loaded.reason }
  }
  const nothingSent = `nothing of round ${round + 1} was signed yet, so its update is made anew.`
  onDamage(loaded.file, `${loaded.file} is damaged; ${nothingSent}`)
  disk.remove(folder)
  return { kind: 'none' }
}

function retry(place: OpenPlace, round: number): boolean {
  const { disk } = place
  const folder = roundDirectory(place.directory, round)
  const isForfeited = fromCheckedBytes(disk.read(join(folder, 'forfeit.json'))) !== undefined
  if (!isForfeited || round < forgottenBefore(place) || !hasNoAttempt(disk, folder)) return false
  disk.remove(folder)
  return true
}

function forgetBefore(place: OpenPlace, round: number): void {
  const { disk, directory } = place
  if (round <= forgottenBefore(place)) return
  disk.makeDirectory(join(directory, `before-${round}`))
  disk.syncDirectory(directory)
  for (const name of disk.list(directory)) {
    const number = toMark(name) ?? toRound(name)
    if (number !== undefined && number < round) disk.remove(join(directory, name))
  }
}

function loadFeedback({ disk, directory, onDamage }: OpenPlace): ErrorFeedback | undefined {
  const path = join(directory, FEEDBACK)
  const bytes = disk.read(path)
  const feedback = bytes === undefined ? undefined : decodeFeedback(bytes)
  if (bytes !== undefined && feedback === undefined) {
    const kept = 'what quantisation lost of earlier updates is not carried on; nothing else is lost.'
    onDamage(path, `${path} is damaged; ${kept}`)
    disk.remove(path)
  }
  return feedback
}

function toRound(name: string): number | undefined {
  const number = /^round-(\d+)$/.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** The round of the mark that says that the records of all rounds before it are gone. */
function toMark(name: string): number | undefined {
  const number = /^before-(\d+)$/.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** Whether a file or directory says that the chain has shown the federation. */
export function isTraceOfFederation(name: string): boolean {
  return name === SEEN || toRound(name) !== undefined
}

/**
 * The record of a round as a node would find it. Reads without a lock and writes nothing, since a node may be running there.
 */
export function peekRound(options: Omit<StoreOptions, 'disk'>, round: number): RoundRecord {
  const loaded = loadRound(localDisk, join(storeDirectory(options), `round-${round}`), round)
  if (loaded.kind !== 'damaged') return loaded
  return loaded.isSafeToDiscard ? { kind: 'none' } : { kind: 'forfeited', reason: loaded.reason }
}

/** Removes what a write that was interrupted left beside its place: nothing was sent for it. */
function clearInterrupted(disk: Disk, directory: string): void {
  const rounds = disk.list(directory).filter((name) => name.startsWith('round-'))
  for (const folder of [directory, ...rounds.map((name) => join(directory, name))]) {
    for (const name of disk.list(folder)) if (name.endsWith('.new')) disk.remove(join(folder, name))
  }
}

function checkOwner(disk: Disk, directory: string, options: StoreOptions): void {
  const path = join(directory, 'store.json')
  const owner = {
    version: STORE_VERSION,
    chainId: options.chainId,
    federationId: options.federationId.toLowerCase(),
    account: options.account.toLowerCase(),
  }
  const bytes = disk.read(path)
  const found = fromCheckedBytes(bytes) as typeof owner | undefined
  if (found === undefined) {
    // The directory is named after its owner, so nothing is lost with the file.
    if (bytes !== undefined) options.onDamage?.(path, `${path} is damaged; it is written anew.`)
    writeAtomically(disk, path, toCheckedBytes(owner))
    return
  }
  refuseNewer(path, found, STORE_VERSION)
  if (found.federationId !== owner.federationId) {
    throw new StoreMismatchError(directory, `belongs to federation ${found.federationId}`)
  }
  if (found.account !== owner.account) throw new StoreMismatchError(directory, `belongs to account ${found.account}`)
  if (found.chainId !== owner.chainId) throw new StoreMismatchError(directory, `belongs to chain ${found.chainId}`)
}

/** The store belongs to somebody else. Do not retry. */
export class StoreMismatchError extends Error {
  override readonly name = 'StoreMismatchError'
  readonly isRetryable = false

  constructor(directory: string, what: string) {
    super(`Give this node a directory of its own: the store ${directory} ${what}.`)
  }
}
