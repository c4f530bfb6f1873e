/**
 * The integers of the model on this machine, advanced from round to round. None are used that the contract has no
 * commitments to.
 *
 * `model.bin` in the member's directory is a place to start from, and is not trusted: its checksum shows damage, and what
 * is whole is held against the contract (`syncModel`). If either fails, the model is put together anew from its blobs.
 */
import { join } from 'node:path'
import { type BlobAccess, type ChainClient, StaleModelError, type SyncedModel, syncModel } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { localDisk, writeAtomically } from '../disk/files.ts'
import { decodeState, encodeState } from './model-state.ts'

/** A model that follows the chain. */
export interface FollowedModel {
  /** The model as of the latest block. @throws `BlobsMissingError` `StaleModelError` */
  advance(): Promise<SyncedModel>
}

/**
 * Opens the model of a member, from its file if there is one.
 *
 * @param options - `onDamage`: hears in a sentence of a file that cannot be used, and what happens instead.
 */
export function followModel(options: {
  client: ChainClient
  federationId: Hex
  access: BlobAccess
  memberDirectory: string
  onDamage: (file: string, message: string) => void
}): FollowedModel {
  const { client, federationId: id, access, memberDirectory, onDamage } = options
  const path = join(memberDirectory, 'model.bin')
  const bytes = localDisk.read(path)
  let known = bytes === undefined ? undefined : decodeState(bytes)
  if (bytes !== undefined && known === undefined) {
    onDamage(path, `${path} is damaged and is not used; the model is put together anew from its blobs.`)
  }
  return {
    advance: async () => {
      let synced: SyncedModel
      try {
        synced = await syncModel(client, { id, access, ...(known === undefined ? {} : { start: known }) })
      } catch (error) {
        if (!(error instanceof StaleModelError) || known === undefined) throw error
        // What is known may be of a branch that a reorganisation dropped, or be a file that somebody has changed.
        known = undefined
        onDamage(path, `${path} is not the chain's model; it is put together anew from its blobs.`)
        synced = await syncModel(client, { id, access })
      }
      const { values, rounds, strays } = synced
      const { rounds: before } = known ?? { rounds: [] }
      if (known === undefined || rounds.some((round, shard) => round !== before[shard])) {
        known = { values, rounds, strays }
        writeAtomically(localDisk, path, encodeState(known))
      }
      return synced
    },
  }
}
