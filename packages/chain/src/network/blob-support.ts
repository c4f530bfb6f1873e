/**
 * Whether users of a chain may send blob transactions (EIP-4844, type 3). Nothing that a contract can see tells: rollups
 * have BLOBHASH, the precompiles and the headers' fields, and refuse the transactions. So the chain's blocks are asked
 * first, then its pool, with a transaction that none can include; where neither tells, the answer is "unknown".
 *
 * @see EIP-4844; docs.linea.build "Differences between Ethereum and Linea" (BLOBHASH is always 0 there); go-ethereum
 *   `core/txpool/validation.go`: the type is looked at first, the sidecar last, nothing of the account in between
 * @example
 * ```ts
 * import { probeBlobSupport } from '@tutti/chain'
 *
 * const { answer } = await probeBlobSupport(client)
 * answer // → 'yes'
 * ```
 */

import type { Address, Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { ChainClient } from '../client/client.ts'
import { ChainError, withChainErrors } from '../client/errors.ts'
import { ask } from '../client/probe.ts'

/** Whether blob transactions are taken, and by what it was found, as a sentence without its full stop. */
export interface BlobSupport {
  answer: 'yes' | 'no' | 'unknown'
  why: string
}

/** Contracts by which rollups are known that may fill in what is asked below with figures of another meaning. */
const rollups: readonly (readonly [Address, string])[] = [
  ['0x4200000000000000000000000000000000000015', 'L1Block of the OP Stack'],
  ['0x0000000000000000000000000000000000000064', 'ArbSys of Arbitrum'],
  ['0x5300000000000000000000000000000000000005', 'the fee vault of Scroll'],
  ['0x000000000000000000000000000000000000800a', 'the base token of ZKsync'],
]

/** How far back blocks are looked through for blobs, as one request: what `eth_feeHistory` gives at most. */
const blocks = 1_024

/**
 * Finds whether users may send blob transactions, at no cost: from the contracts of known rollups, from the blobs of the
 * last 1,024 blocks, and from what the pool says to a transaction whose key was made for it and holds nothing, and
 * without the blob that it names. No chain can include it.
 *
 * @throws `ChainUnreachableError`
 */
export async function probeBlobSupport(client: ChainClient): Promise<BlobSupport> {
  const [block, ...codes] = await withChainErrors(client, () =>
    Promise.all([
      client.public.getBlock({ includeTransactions: false }),
      ...rollups.map(([address]) => client.public.getCode({ address })),
    ]),
  )
  const marker = codes.findIndex((code) => code !== undefined && code !== '0x')
  if (marker !== -1) return { answer: 'no', why: `it is a rollup: ${rollups[marker]![1]} stands there` }
  const { excessBlobGas } = block as { excessBlobGas?: bigint | null }
  if (excessBlobGas === undefined || excessBlobGas === null) {
    return { answer: 'no', why: 'its headers have no excessBlobGas' }
  }
  if (excessBlobGas > 0n) return { answer: 'yes', why: 'its latest header counts blobs' }
  if (await hasBlobs(client)) return { answer: 'yes', why: `there are blobs in its last ${blocks} blocks` }
  return readRefusal(await tryTransaction(client))
}

/** Reads a pool's words about a blob transaction without its blob. `undefined`: it took it, which no pool should. */
export function readRefusal(refusal: string | undefined): BlobSupport {
  if (refusal === undefined) return { answer: 'unknown', why: 'its pool takes a blob transaction without blobs' }
  const said = `its pool says to a blob transaction without its blob: "${refusal.slice(0, 120)}"`
  const isAboutType =
    /type[^.]{0,40}(not |un)(supported|allowed|accepted|known)|(unsupported|unknown|invalid|disallowed) (transaction|tx) ?type|(blob|eip-?4844|type[- ]3)s? (transactions?|txs?)[^.]{0,20}(not |un|dis)(supported|allowed|accepted|abled)/i
  if (isAboutType.test(refusal)) return { answer: 'no', why: said }
  return { answer: /sidecar|missing blobs?\b|blobs? (is |are )?missing/i.test(refusal) ? 'yes' : 'unknown', why: said }
}

/** Whether any of the last blocks carried blobs; `false` too where the endpoint keeps no such history. */
async function hasBlobs(client: ChainClient): Promise<boolean> {
  const history = await ask(client, 'eth_feeHistory', [`0x${blocks.toString(16)}`, 'latest', []])
  if ('refusal' in history) return false
  const { blobGasUsedRatio } = (history.result ?? {}) as { blobGasUsedRatio?: unknown }
  return Array.isArray(blobGasUsedRatio) && blobGasUsedRatio.some((ratio) => Number(ratio) > 0)
}

/** What the pool has against a blob transaction of an empty account, without its blob. */
async function tryTransaction(client: ChainClient): Promise<string | undefined> {
  const account = privateKeyToAccount(generatePrivateKey())
  const versionedHash: Hex = `0x01${'00'.repeat(31)}`
  const [{ baseFeePerGas }, blobFee] = await Promise.all([
    withChainErrors(client, () => client.public.getBlock({ includeTransactions: false })),
    ask(client, 'eth_blobBaseFee', []),
  ])
  const blobBaseFee = 'refusal' in blobFee ? 1n : BigInt(String(blobFee.result ?? 1))
  const transaction = await account.signTransaction({
    type: 'eip4844',
    chainId: client.chainId,
    nonce: 0,
    gas: 21_000n,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 2n * (baseFeePerGas ?? 0n) + 1n,
    maxFeePerBlobGas: 2n * blobBaseFee + 1n,
    to: account.address,
    blobVersionedHashes: [versionedHash],
  } as never)
  const answer = await ask(client, 'eth_sendRawTransaction', [transaction])
  return 'refusal' in answer ? answer.refusal : undefined
}

/** Blobs were asked for on a chain whose users may not send them. */
export class BlobsNotTakenError extends ChainError {
  readonly support: BlobSupport
  constructor(chainId: number, support: BlobSupport) {
    super(
      `Chain ${chainId} takes no blob transactions from its users: ${support.why}. Nothing was sent. Choose --path ` +
        'direct, or a chain with blobs. If you know better, tutti deploy --path blob puts the blob aggregator there.',
      false,
    )
    this.support = support
  }
}
