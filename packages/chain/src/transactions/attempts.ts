/**
 * Signed transactions: what is kept until the chain has one of them.
 *
 * Several of one account and nonce are attempts at one thing: the chain can take one of them, so all may be sent as often
 * as needed. What is signed names its blobs by hash and does not contain them, so that it is short enough to write down.
 *
 * @example
 * ```ts
 * import { prepareTransaction, readFields } from '@tutti/chain'
 *
 * const attempt = await prepareTransaction(client, { to: account.address, data: '0x', value: 5n })
 * const { value, nonce } = readFields(attempt)
 * value // → 5n
 * nonce // → attempt.nonce
 * ```
 */
import {
  type Address,
  type Hash,
  type Hex,
  keccak256,
  parseTransaction,
  type TransactionSerializableEIP4844,
} from 'viem'
import type { ChainClient } from '../client/client.ts'
import { NoAccountError } from '../client/errors.ts'

/** A signed transaction that may have been sent. */
export interface Attempt {
  hash: Hash
  nonce: number
  /** What was signed, without blobs. */
  raw: Hex
}

/** A signed transaction with who signed it and for which chain: plain strings and numbers, fit for JSON. */
export interface PreparedTransaction extends Attempt {
  from: Address
  chainId: number
}

/** The fields of a transaction; those of blobs are absent where it carries none. */
export interface TransactionFields {
  /** Absent where it deploys a contract. */
  to?: Address
  data: Hex
  value: bigint
  gas: bigint
  nonce: number
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  blobs?: { versionedHashes: readonly Hex[]; maxFeePerBlobGas: bigint }
}

/** Signs a transaction (EIP-1559; EIP-4844 with blobs) for the client's chain. @throws {@link NoAccountError} */
export async function signTransaction(client: ChainClient, fields: TransactionFields): Promise<PreparedTransaction> {
  const { account, chainId } = client
  if (account === undefined) throw new NoAccountError()
  const { blobs, to, ...rest } = fields
  const raw = await account.signTransaction(
    blobs === undefined
      ? { type: 'eip1559', chainId, ...rest, ...(to === undefined ? {} : { to }) }
      : ({
          ...{ type: 'eip4844', chainId, ...rest, to: to!, sidecars: false },
          ...{ blobVersionedHashes: blobs.versionedHashes, maxFeePerBlobGas: blobs.maxFeePerBlobGas },
        } satisfies TransactionSerializableEIP4844),
  )
  return { hash: keccak256(raw), raw, nonce: fields.nonce, from: account.address, chainId }
}

/** The fields of a signed transaction. What it does not have is zero or empty. */
export function readFields({ raw }: Pick<Attempt, 'raw'>): TransactionFields {
  const parsed = parseTransaction(raw) as ReturnType<typeof parseTransaction> & Partial<TransactionSerializableEIP4844>
  const { to, data = '0x', value = 0n, gas = 0n, nonce = 0, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parsed
  const { blobVersionedHashes: versionedHashes, maxFeePerBlobGas = 0n } = parsed
  return {
    ...{ data, value, gas, nonce, maxFeePerGas, maxPriorityFeePerGas },
    ...(to ? { to } : {}),
    ...(versionedHashes === undefined ? {} : { blobs: { versionedHashes, maxFeePerBlobGas } }),
  }
}
