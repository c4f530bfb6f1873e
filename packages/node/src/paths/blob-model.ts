/**
 * The integers of the model on this machine, advanced from round to round; none is used that has not the contract's
 * commitments.
 *
 * `model.bin` in the member's directory: a line of JSON (dimension, the last round in each shard), then the integers,
 * 32 bits little-endian. What is read from it is a place to start from and not trusted: see `syncModel`.
 */
import { endianness } from 'node:os'
import { join } from 'node:path'
import {
  type BlobAccess,
  type ChainClient,
  type ModelState,
  StaleModelError,
  type SyncedModel,
  syncModel,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { localDisk, writeAtomically } from '../disk.ts'

/** A model that follows the chain. */
export interface FollowedModel {
  /** The model as of the latest block. @throws `BlobsMissingError` `StaleModelError` */
  advance(): Promise<SyncedModel>
}

/** Opens the model of a member, from its file if there is one. */
export function followModel(options: {
  client: ChainClient
  federationId: Hex
  access: BlobAccess
  memberDirectory: string
}): FollowedModel {
  const { client, federationId: id, access, memberDirectory } = options
  const path = join(memberDirectory, 'model.bin')
  let known = readState(path)
  return {
    advance: async () => {
      let synced: SyncedModel
      try {
        synced = await syncModel(client, { id, access, ...(known === undefined ? {} : { start: known }) })
      } catch (error) {
        // What was on disk may be damaged, or of a branch that a reorganisation dropped.
        if (!(error instanceof StaleModelError) || known === undefined) throw error
        synced = await syncModel(client, { id, access })
      }
      const { values, rounds } = synced
      if (known === undefined || rounds.some((round, shard) => round !== known?.rounds[shard])) {
        known = { values, rounds }
        writeAtomically(localDisk, path, encodeState(known))
      }
      return synced
    },
  }
}

/** The bytes of `model.bin`. */
export function encodeState({ values, rounds }: ModelState): Uint8Array {
  const head = new TextEncoder().encode(`${JSON.stringify({ dimension: values.length, rounds })}\n`)
  const body = new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength))
  if (endianness() === 'BE') Buffer.from(body.buffer).swap32()
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

/** Reads what {@link encodeState} wrote; undefined if it is not that. */
export function decodeState(bytes: Uint8Array): ModelState | undefined {
  const end = bytes.indexOf(10)
  if (end < 0) return undefined
  try {
    const { dimension, rounds } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)))
    const body = bytes.slice(end + 1)
    const isWhole = Number.isInteger(dimension) && body.length === 4 * dimension && Array.isArray(rounds)
    if (!isWhole || !rounds.every(Number.isInteger)) return undefined
    if (endianness() === 'BE') Buffer.from(body.buffer).swap32()
    return { values: new Int32Array(body.buffer), rounds }
  } catch {
    return undefined
  }
}

function readState(path: string): ModelState | undefined {
  const bytes = localDisk.read(path)
  return bytes === undefined ? undefined : decodeState(bytes)
}
