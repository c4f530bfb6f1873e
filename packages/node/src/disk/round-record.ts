/**
 * A round's record on disk: the update with its transactions, or that the round is sat out. The record holds the checksum of
 * every file that it names. It is written last, so that it alone decides what is valid.
 *
 * @example
 * ```ts
 * import { isSubmitted, type Sending } from '@tutti/node'
 *
 * const sending: Sending = { kind: 'submit', first: 0, count: 1, state: 'confirmed', attempts: [] }
 * const update = { round: 0, shards: [0], payloads: [new Uint8Array(32)], salt: '0x', metrics: new Uint8Array() } as const
 * isSubmitted({ kind: 'none' }) // → false
 * isSubmitted({ kind: 'update', update: { ...update, shards: [0], payloads: [], sendings: [sending] } }) // → true
 * ```
 */
import { join } from 'node:path'
import type { Attempt } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { fromCheckedBytes, sha256, toCheckedBytes } from './checked-json.ts'
import { type Disk, writeAtomically } from './files.ts'

/** Version of the form of everything in a store. */
export const STORE_VERSION = 1

/** One transaction of a member's round: its commitment, or its shards `first` to `first + count − 1`. */
export interface Sending {
  kind: 'commit' | 'submit'
  first: number
  count: number
  /** `unsent`: nothing was signed. `sent`: signed and perhaps broadcast. `failed`: the chain refused it for good. */
  state: 'unsent' | 'sent' | 'confirmed' | 'failed'
  /** All have the same nonce, later ones higher fees. */
  attempts: Attempt[]
  /** How often all attempts were given up, another transaction having taken their nonce. */
  losses?: number
}

/** The update of one round, ready to be sent. */
export interface UpdateRecord {
  round: number
  /** Assigned shards, in order; `payloads[k]` belongs to `shards[k]`. */
  shards: number[]
  payloads: Uint8Array[]
  /** Of the commitment; 32 bytes. */
  salt: Hex
  /** Self-reported metrics as they are logged on the chain. */
  metrics: Uint8Array
  sendings: Sending[]
}

/** What is on disk about a round. */
export type RoundRecord =
  | { kind: 'none' }
  | { kind: 'update'; update: UpdateRecord }
  | { kind: 'forfeited'; reason: string }

/** Whether all transactions of a round's update were seen on the chain. */
export function isSubmitted(record: RoundRecord): boolean {
  if (record.kind !== 'update') return false
  const submissions = record.update.sendings.filter(({ kind }) => kind === 'submit')
  return submissions.length > 0 && submissions.every(({ state }) => state === 'confirmed')
}

/**
 * Whether a round's directory proves that nothing of it was signed: attempts are written before the record that names them,
 * so one without any was never sent.
 */
export function hasNoAttempt(disk: Disk, directory: string): boolean {
  return !disk.list(directory).some((name) => name.startsWith('attempt-'))
}

interface FileEntry {
  file: string
  bytes: number
  sha256: string
}

interface AttemptEntry extends FileEntry {
  hash: Hex
  nonce: number
}

interface SendingEntry extends Omit<Sending, 'attempts' | 'kind'> {
  /** Its kind, by the name that it has had on disk since the first version. */
  step: Sending['kind']
  attempts: AttemptEntry[]
}

interface UpdateFile {
  version: number
  round: number
  shards: number[]
  salt: Hex
  metrics: string
  payloads: FileEntry[]
  sendings: SendingEntry[]
}

/** Writes an update and all that it names, the record last. @param parent - Directory that holds the round's. */
export function saveUpdate(disk: Disk, parent: string, directory: string, record: UpdateRecord): void {
  const isNew = disk.read(join(directory, 'update.json')) === undefined
  disk.makeDirectory(directory)
  const keep = (file: string, content: Uint8Array): FileEntry => {
    const entry = { file, bytes: content.length, sha256: sha256(content) }
    const found = disk.read(join(directory, file))
    if (found === undefined || sha256(found) !== entry.sha256) writeAtomically(disk, join(directory, file), content)
    return entry
  }
  const content: UpdateFile = {
    version: STORE_VERSION,
    round: record.round,
    shards: record.shards,
    salt: record.salt,
    metrics: Buffer.from(record.metrics).toString('base64'),
    payloads: record.payloads.map((payload, k) => keep(`payload-${k}.bin`, payload)),
    sendings: record.sendings.map(({ kind, attempts, ...sending }) => ({
      ...sending,
      step: kind,
      attempts: attempts.map(({ hash, nonce, raw }) => ({
        ...keep(`attempt-${hash.slice(2)}.bin`, Buffer.from(raw.slice(2), 'hex')),
        hash,
        nonce,
      })),
    })),
  }
  writeAtomically(disk, join(directory, 'update.json'), toCheckedBytes(content))
  if (isNew) disk.syncDirectory(parent)
}

/** What a round's directory holds. `isSafeToDiscard`: nothing of it was signed. */
export type Loaded = RoundRecord | { kind: 'damaged'; file: string; reason: string; isSafeToDiscard: boolean }

/** Reads a round's directory. */
export function loadRound(disk: Disk, directory: string, round: number): Loaded {
  const forfeited = disk.read(join(directory, 'forfeit.json'))
  if (forfeited !== undefined) {
    const { reason } = (fromCheckedBytes(forfeited) ?? {}) as { reason?: string }
    return { kind: 'forfeited', reason: reason ?? 'an earlier failure, of which the record is damaged' }
  }
  const isSafeToDiscard = hasNoAttempt(disk, directory)
  const damaged = (what: string): Loaded => ({
    kind: 'damaged',
    file: join(directory, what),
    reason: `${join(directory, what)} is damaged, so what was sent in round ${round + 1} is not known`,
    isSafeToDiscard,
  })
  const bytes = disk.read(join(directory, 'update.json'))
  // Payloads alone are what a crash before the first record leaves; an attempt without a record is a loss.
  if (bytes === undefined) return isSafeToDiscard ? { kind: 'none' } : damaged('update.json')
  const content = fromCheckedBytes(bytes)
  if (!isUpdateFile(content, round)) return damaged('update.json')
  const read = (entry: FileEntry): Uint8Array | undefined => {
    const found = disk.read(join(directory, entry.file))
    return found !== undefined && found.length === entry.bytes && sha256(found) === entry.sha256 ? found : undefined
  }
  const payloads: Uint8Array[] = []
  for (const entry of content.payloads) {
    const payload = read(entry)
    if (payload === undefined) return damaged(entry.file)
    payloads.push(payload)
  }
  const sendings: Sending[] = []
  for (const { step: kind, attempts: entries, ...sending } of content.sendings) {
    const attempts: Attempt[] = []
    for (const entry of entries) {
      const signed = read(entry)
      if (signed === undefined) return damaged(entry.file)
      const { hash, nonce } = entry
      attempts.push({ hash, nonce, raw: `0x${Buffer.from(signed).toString('hex')}` })
    }
    sendings.push({ kind, ...sending, attempts })
  }
  const { shards, salt } = content
  const metrics = new Uint8Array(Buffer.from(content.metrics, 'base64'))
  return { kind: 'update', update: { round, shards, payloads, salt, metrics, sendings } }
}

function isUpdateFile(content: unknown, round: number): content is UpdateFile {
  const file = content as Partial<UpdateFile> | undefined
  return (
    file?.version === STORE_VERSION &&
    file.round === round &&
    Array.isArray(file.shards) &&
    Array.isArray(file.payloads) &&
    Array.isArray(file.sendings) &&
    typeof file.salt === 'string' &&
    typeof file.metrics === 'string' &&
    file.shards.length === file.payloads.length
  )
}
