/**
 * What the EVM of a chain can do, found by asking it: each opcode and precompile that the contracts need is tried with
 * `eth_call`, which costs nothing and leaves nothing.
 *
 * @see EIP-3855 (PUSH0), EIP-1153 (TSTORE), EIP-5656 (MCOPY), EIP-4844 (BLOBHASH, point evaluation), EIP-2537 (BLS12-381)
 * @example
 * ```ts
 * import { probeCapabilities } from '@tutti/chain'
 *
 * const { missingForDirectPath, missingForBlobPath } = await probeCapabilities(client)
 * missingForDirectPath // → []
 * missingForBlobPath // → []
 * ```
 */

import { type Address, concatHex, type Hex, padHex, sha256 } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { ChainError, ChainUnreachableError, RpcError, withChainErrors } from '../client/errors.ts'
import { type BlobSupport, probeBlobSupport } from './blob-support.ts'

/** What the contracts may need of a chain. */
export type Capability =
  | 'PUSH0'
  | 'TSTORE'
  | 'MCOPY'
  | 'BLOBHASH'
  | 'point evaluation'
  | 'BLS12-381 addition'
  | 'BLS12-381 multiplication'
  | 'blob transactions'

/** What core and direct aggregator run on: the EVM of the Cancun upgrade, without its blobs. */
export const directPathNeeds: readonly Capability[] = ['PUSH0', 'TSTORE', 'MCOPY']

/** What the blob path needs beside. */
export const blobPathNeeds: readonly Capability[] = [
  'BLOBHASH',
  'point evaluation',
  'BLS12-381 addition',
  'BLS12-381 multiplication',
  'blob transactions',
]

/** What a chain was found to do and to lack. */
export interface Capabilities {
  has: Record<Capability, boolean>
  /** What `blob transactions` rests on. */
  blobTransactions: BlobSupport
  /** Of {@link directPathNeeds}: if any, no contract of this version runs here. */
  missingForDirectPath: Capability[]
  /** Of {@link blobPathNeeds}: if any, only the direct path is to be had. */
  missingForBlobPath: Capability[]
}

/** Creation code that runs one opcode and deploys nothing; each ends with STOP. */
const opcodeProbes: Partial<Record<Capability, Hex>> = {
  PUSH0: '0x5f00',
  TSTORE: '0x600160005d00',
  MCOPY: '0x6000600060005e00',
  BLOBHASH: '0x60004900',
}

/** The generator of G1 as 128 bytes, and infinity. EIP-2537, section on curve parameters. */
const generator: Hex = concatHex([
  padHex('0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb', {
    size: 64,
  }),
  padHex('0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1', {
    size: 64,
  }),
])
const infinity = padHex('0x', { size: 128 })

/** The commitment of the zero polynomial opens to zero everywhere, with a proof of infinity. */
const zeroCommitment: Hex = `0xc0${'00'.repeat(47)}`
const zeroOpening: Hex = concatHex([
  `0x01${sha256(zeroCommitment).slice(4)}`,
  padHex('0x', { size: 64 }),
  zeroCommitment,
  zeroCommitment,
])

/** A call of a precompile with an answer that is known: where there is none, an empty account answers with nothing. */
const precompileProbes: Partial<Record<Capability, { to: Address; data: Hex; answer: RegExp }>> = {
  'point evaluation': { to: precompile('0a'), data: zeroOpening, answer: /^0x0{60}1000[0-9a-f]{64}$/ },
  'BLS12-381 addition': {
    to: precompile('0b'),
    data: concatHex([generator, infinity]),
    answer: new RegExp(`^${generator}$`),
  },
  'BLS12-381 multiplication': {
    to: precompile('0c'),
    data: concatHex([generator, padHex('0x01', { size: 32 })]),
    answer: new RegExp(`^${generator}$`),
  },
}

/**
 * Asks a chain what it can do, in a few batches of requests. Whether users may send blob transactions is
 * {@link probeBlobSupport}'s to find: what it does not know counts as missing, and is said to be unknown.
 *
 * @throws {@link ChainUnreachableError}
 */
export async function probeCapabilities(client: ChainClient): Promise<Capabilities> {
  const opcodes = Object.entries(opcodeProbes).map(async ([name, data]) => {
    return [name, (await tryCall(client, { data })) !== undefined] as const
  })
  const precompiles = Object.entries(precompileProbes).map(async ([name, { to, data, answer }]) => {
    return [name, answer.test((await tryCall(client, { to, data })) ?? '')] as const
  })
  const answers = Object.fromEntries(await Promise.all([...opcodes, ...precompiles])) as Record<Capability, boolean>
  // Some clients fill in headers with fields of later upgrades than theirs.
  const blobTransactions: BlobSupport = answers.BLOBHASH
    ? await probeBlobSupport(client)
    : { answer: 'no', why: 'its EVM is older than they are' }
  const has = { ...answers, 'blob transactions': blobTransactions.answer === 'yes' }
  return {
    has,
    blobTransactions,
    missingForDirectPath: directPathNeeds.filter((name) => !has[name]),
    missingForBlobPath: blobPathNeeds.filter((name) => !has[name]),
  }
}

/** The answer of a call, `0x` for none; undefined if the EVM refused it. */
async function tryCall(client: ChainClient, call: { to?: Address; data: Hex }): Promise<Hex | undefined> {
  try {
    const { data } = await withChainErrors(client, () => client.public.call(call))
    return data ?? '0x'
  } catch (error) {
    if (error instanceof ChainUnreachableError || !(error instanceof ChainError)) throw error
    if (error instanceof RpcError && isLimit(error)) throw error
    return undefined
  }
}

/** An endpoint that counts requests says nothing about its EVM. */
function isLimit(error: RpcError): boolean {
  return /rate limit|too many requests|429/i.test(error.message)
}

function precompile(last: string): Address {
  return `0x${last.padStart(40, '0')}`
}
