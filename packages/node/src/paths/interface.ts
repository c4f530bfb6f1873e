/**
 * What differs between the paths of a federation's numbers: how the model is read, how an update is packed and carried, what
 * `aggregate` is handed, and whether the updates of others must be checked. The rest of a node is the same for both.
 */
import type { AggregateParameters, FoundFault, RoundCheck } from '@tutti/chain'
import type { Round } from '@tutti/core'
import type { Sending } from '../disk/round-record.ts'
import type { Carrier } from '../sending/transactions.ts'

/** A path, as a node works with it. */
export interface Path {
  readonly kind: 'direct' | 'blob'
  /** How submissions travel; every other transaction is an ordinary one. */
  readonly carrier: Carrier
  /** Weights of the global model, shape [dimension]. */
  readWeights(round: number): Promise<Float32Array>
  /**
   * What is submitted for the integers of one shard. Whatever else must survive a crash until the transaction is sent is
   * on disk when this returns.
   *
   * @param values - Shape [length of the shard].
   */
  toPayload(values: Int8Array): Promise<Uint8Array>
  /** The transactions of an update, in order. */
  planSendings(payloads: readonly Uint8Array[], hasCommit: boolean): Sending[]
  /**
   * What `aggregate` wants for a shard.
   *
   * @param fromBlock - Not after the block that opened the round, if known.
   */
  aggregateData(round: Round, shard: number, fromBlock: bigint | undefined): Promise<AggregateData>
  /** Keeps the model as it stands on this machine, before the endpoints' logs of it are gone. Absent where updates are kept. */
  keepModel?(): Promise<void>
  /** Absent where a faulty update is refused at once. */
  readonly watcher?: Watcher
}

/**
 * What a shard is aggregated from: its words, empty on the blob path, and one payload an update, in order of position, of
 * members that sent all their shards.
 */
export type AggregateData = Pick<AggregateParameters, 'words' | 'payloads'>

/** Decodes the updates of others and proves what is wrong with one. */
export interface Watcher {
  /** Decodes every update that the round counts. */
  check(round: Round, fromBlock: bigint | undefined): Promise<RoundCheck>
  /** The proof that the contract must see. */
  prove(fault: FoundFault): Promise<Uint8Array>
}
