/**
 * The ledger of what an owner's data have told: on disk before the first update that tells it.
 *
 * One file for each account and federation, written once and whole, beside the stores of all federations:
 *
 * ```
 * <root>/privacy/<chainId>-<federation>-<account>.json   {"version":1,"chainId":…,"federationId":…,"account":…,"epsilon":…}
 * ```
 *
 * A store directory stands for one owner's data: rows tell the same by every account and on every chain, so all
 * accounts and chains of a directory share one budget, and an account that joins twice with the same rows counts twice.
 * Data of another owner get a directory of their own. An entry is named after what it counts, so a node that starts
 * again finds its own and counts nothing twice. An entry that is damaged is not nothing: it is an error.
 *
 * Nodes of several accounts need no lock: each puts its own entry on disk and then adds up all, so of two that pass the
 * budget together the later sees both. An entry taken back, or left by a crash, errs on the side of privacy.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { chargeSpending, readSpendings } from '@tutti/node'
 *
 * const root = mkdtempSync('/tmp/stores-')
 * const spending = { chainId: 1, federationId: `0x${'01'.repeat(32)}`, account: `0x${'02'.repeat(20)}`, epsilon: 0.8 } as const
 * chargeSpending(root, spending, 1) // → undefined
 * const another = { ...spending, federationId: `0x${'03'.repeat(32)}` } as const
 * chargeSpending(root, another, 1) === undefined // → false
 * readSpendings(root).length // → 1
 * rmSync(root, { recursive: true })
 * ```
 */
import { join } from 'node:path'
import { fromCheckedBytes, refuseNewer, toCheckedBytes } from '../disk/checked-json.ts'
import { type Disk, localDisk, writeAtomically } from '../disk/files.ts'
import { refuseEpsilon, type Spending, sumEpsilon } from './epsilon.ts'

const VERSION = 1

/**
 * All that was spent from a store.
 *
 * @param root - Directory of all stores of this machine.
 * @throws {@link LedgerDamagedError}
 */
export function readSpendings(root: string, disk: Disk = localDisk): Spending[] {
  return readEntries(root, disk, () => true)
}

function readEntries(root: string, disk: Disk, isAsked: (name: string) => boolean): Spending[] {
  const directory = directoryOf(root)
  // What a crash leaves of an entry under way ends in `.new`: nothing was sent for it.
  const files = disk.list(directory).filter((name) => name.endsWith('.json') && isAsked(name))
  return files.map((name) => {
    const path = join(directory, name)
    const content = fromCheckedBytes(disk.read(path))
    refuseNewer(path, content, VERSION)
    const found = toSpending(content)
    if (found === undefined || nameOf(found) !== name) throw new LedgerDamagedError(path)
    return found
  })
}

/** What others than one federation, or one account in it, have spent. Without an account, all accounts in it are left out. */
export function spentByOthers(
  spendings: readonly Spending[],
  { federationId, account }: { federationId: string; account?: string | undefined },
): number {
  const isOwn = (entry: Spending) =>
    entry.federationId === federationId.toLowerCase() &&
    (account === undefined || entry.account === account.toLowerCase())
  return sumEpsilon(spendings.filter((entry) => !isOwn(entry)))
}

/**
 * Why the budget does not allow an update in a federation; undefined if it does. Writes nothing.
 *
 * @throws {@link LedgerDamagedError} if there is a budget and the ledger cannot be read.
 */
export function refuseSpending(
  root: string,
  spending: Spending,
  budget: number | undefined,
  disk: Disk = localDisk,
): string | undefined {
  if (budget === undefined) return undefined
  // The own entry can be made again from what the terms say, so its damage loses nothing.
  const others = readEntries(root, disk, (name) => name !== nameOf(spending))
  return refuseEpsilon(spending.epsilon, sumEpsilon(others), budget)
}

/**
 * Counts a federation: when this returns undefined, its entry is on disk and an update may be sent. Once a
 * federation and account, however often it is called.
 *
 * @returns Why the budget does not allow it; nothing is counted then.
 * @throws {@link LedgerDamagedError} as {@link refuseSpending}; `NewerVersionError`
 */
export function chargeSpending(
  root: string,
  spending: Spending,
  budget: number | undefined,
  disk: Disk = localDisk,
): string | undefined {
  const refusal = refuseSpending(root, spending, budget, disk)
  if (refusal !== undefined) return refusal
  const directory = directoryOf(root)
  const path = join(directory, nameOf(spending))
  const bytes = disk.read(path)
  const content = fromCheckedBytes(bytes)
  refuseNewer(path, content, VERSION)
  const found = toSpending(content)
  if (found !== undefined && nameOf(found) === nameOf(spending)) return undefined
  disk.makeDirectory(directory)
  disk.syncDirectory(root)
  const { chainId, federationId, account, epsilon } = spending
  const entry = { chainId, federationId: federationId.toLowerCase(), account: account.toLowerCase() }
  writeAtomically(disk, path, toCheckedBytes({ version: VERSION, ...entry, epsilon: epsilon ?? null }))
  const late = refuseSpending(root, spending, budget, disk)
  if (late !== undefined && bytes === undefined) disk.remove(path)
  return late
}

function directoryOf(root: string): string {
  return join(root, 'privacy')
}

function nameOf({ chainId, federationId, account }: Spending): string {
  return `${chainId}-${federationId.slice(2).toLowerCase()}-${account.slice(2).toLowerCase()}.json`
}

function toSpending(value: unknown): Spending | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { version, chainId, federationId, account, epsilon } = value as Record<string, unknown>
  const isEpsilon = epsilon === null || (typeof epsilon === 'number' && epsilon >= 0)
  const isOne = version === VERSION && Number.isSafeInteger(chainId) && isEpsilon
  if (!isOne || typeof federationId !== 'string' || typeof account !== 'string') return undefined
  return { chainId, federationId, account, epsilon: epsilon ?? undefined } as Spending
}

/** An entry of the privacy ledger cannot be read. It may stand for anything, so nothing is sent. Do not retry. */
export class LedgerDamagedError extends Error {
  override readonly name = 'LedgerDamagedError'
  readonly isRetryable = false

  constructor(path: string) {
    super(
      `Restore ${path} from a copy: this entry of the privacy ledger is damaged, so what was spent is not known. Without a ` +
        "copy, remove it and lower policy.privacyEpsilon by the ε of that federation, whose id is in the file's name.",
    )
  }
}
