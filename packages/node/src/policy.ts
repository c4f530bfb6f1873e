/**
 * What a node may do for its owner without asking: which federations it may join, and at what price it works.
 *
 * A policy is an object of the configuration file. Amounts are texts or numbers of whole tokens with up to 18 decimals;
 * what is not stated is not limited, except the stake: none is paid unless `maximumStake` allows it.
 */
import type { Hex } from '@tutti/core'

/** Limits of an owner. Token amounts in smallest units. */
export interface Policy {
  /** Only federations of these accounts. */
  creators?: Hex[]
  /** Only federations that stake and pay in these tokens. */
  tokens?: Hex[]
  /**
   * Only federations whose data schema, or what a statistics round counts, has one of these hashes: see `schemaHashOf`.
   * For trainers whose data the node does not read, and for owners who want to say exactly what may be asked.
   */
  schemas?: Hex[]
  /** Least reward of a round that counts on all of the cohort taking part. */
  minimumReward?: bigint
  /** Most stake. */
  maximumStake: bigint
  /** Most gas of a member's own part of a round, by the bounds of `estimate.ts`. */
  maximumGasPerRound?: number
  /** Most blob gas of it, which has a price of its own: 131,072 a blob. */
  maximumBlobGasPerRound?: number
  /** What gas is worth to the owner: smallest token units a million gas. Steps for pay are taken when they pay more. */
  tokensPerMegagas?: bigint
  /** Most ε of a row over all federations together (see `privacy.ts`). A manifest that states none is refused. */
  privacyEpsilon?: number
  /**
   * For how long a federation that may open is waited for, in seconds of the chain; then it is left, or not joined at all.
   * Undefined: a day for a node that looks for federations by itself, else without end.
   */
  maximumWaitSeconds?: number
}

/** A policy that allows what costs nothing but gas. */
export const freePolicy: Policy = { maximumStake: 0n }

const DECIMALS = 18
const MEGAGAS = 1_000_000n

/** Keys of a policy as they stand in a file, and what each must be. */
const keys: Record<string, { name: keyof Policy; read: (value: unknown) => unknown; expected: string }> = {
  creators: { name: 'creators', read: toAddresses, expected: 'an address, or a list of them' },
  tokens: { name: 'tokens', read: toAddresses, expected: 'an address, or a list of them' },
  schemas: { name: 'schemas', read: toHashes, expected: 'a hash of 32 bytes in hexadecimal, or a list of them' },
  minimumReward: { name: 'minimumReward', read: toUnits, expected: 'tokens a round, from 0, at most 18 decimals' },
  maximumStake: { name: 'maximumStake', read: toUnits, expected: 'tokens, from 0, at most 18 decimals' },
  maximumGasPerRound: { name: 'maximumGasPerRound', read: toCount, expected: 'a whole number of gas, from 0' },
  maximumBlobGasPerRound: {
    name: 'maximumBlobGasPerRound',
    read: toCount,
    expected: 'a whole number of blob gas, from 0; 131072 a blob',
  },
  tokensPerMegagas: {
    name: 'tokensPerMegagas',
    read: toUnits,
    expected: 'tokens a million gas, from 0, at most 18 decimals',
  },
  privacyEpsilon: {
    name: 'privacyEpsilon',
    read: (value) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined),
    expected: 'a number above 0',
  },
  maximumWaitSeconds: { name: 'maximumWaitSeconds', read: toCount, expected: 'a whole number of seconds, from 0' },
}

/**
 * Reads a policy from an object of plain values.
 *
 * @param origin - Where it stands, for errors: the file, or the command line.
 * @throws {@link PolicyError} naming the key.
 */
export function parsePolicy(value: unknown, origin: string): Policy {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyError(origin, 'policy', 'give an object')
  }
  const policy: Record<string, unknown> = { ...freePolicy }
  for (const [key, entry] of Object.entries(value)) {
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (known === undefined) {
      throw new PolicyError(origin, `policy.${key}`, `there is no such key; there are ${Object.keys(keys).join(', ')}`)
    }
    const read = known.read(entry)
    if (read === undefined) throw new PolicyError(origin, `policy.${key}`, `give ${known.expected}`)
    policy[known.name] = read
  }
  return policy as unknown as Policy
}

/** What an amount of gas is worth to the owner, in smallest token units, rounded up. */
export function worthOfGas(gas: number, tokensPerMegagas: bigint): bigint {
  return (BigInt(Math.ceil(gas)) * tokensPerMegagas + MEGAGAS - 1n) / MEGAGAS
}

function toList(value: unknown, pattern: RegExp): Hex[] | undefined {
  const list = Array.isArray(value) ? value : [value]
  const isGood = list.length > 0 && list.every((entry) => typeof entry === 'string' && pattern.test(entry))
  return isGood ? list.map((entry: string) => entry.toLowerCase() as Hex) : undefined
}

function toAddresses(value: unknown): Hex[] | undefined {
  return toList(value, /^0x[0-9a-f]{40}$/i)
}

function toHashes(value: unknown): Hex[] | undefined {
  return toList(value, /^0x[0-9a-f]{64}$/i)
}

function toUnits(value: unknown): bigint | undefined {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') return undefined
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text) ?? []
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(DECIMALS, '0'))
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** A policy is not what it must be. Do not retry. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly isRetryable = false
  readonly key: string

  constructor(origin: string, key: string, reason: string) {
    super(`${origin}: "${key}": ${reason}.`)
    this.key = key
  }
}
