/**
 * What a node may do for its owner without asking: which federations it may join, and at what price it works.
 *
 * A policy is an object of the configuration file. Limits of money are stated by token, in whole tokens, since ten of one
 * are not ten of another; a token that is not listed is refused. What is not stated is not limited, except the stake: none
 * is paid unless `maximumStake` allows it. What a node pays for gas without being asked is limited by `HIGHEST_UNASKED`, in
 * `transactions/fees.ts` of the chain package.
 *
 * @example
 * ```ts
 * import { demoToken } from '@tutti/chain'
 * import { parsePolicy, toUnitLimits } from '@tutti/node'
 *
 * const policy = parsePolicy({ tokens: { [terms.token]: { maximumStake: '7.5' } } }, 'node.json')
 * const limits = toUnitLimits(policy.tokens[terms.token.toLowerCase() as `0x${string}`], demoToken())
 * limits.maximumStake // → 7_500_000_000_000_000_000n
 * parsePolicy({ tokens: 'all' }, 'node.json') // throws PolicyError
 * ```
 */
import { type Hex, isAmount, parseLimit, type Token } from '@tutti/core'

/** Limits of an owner. */
export interface Policy {
  /** Only federations of these accounts. */
  creators?: Hex[]
  /**
   * Limits by token, addresses in lower case: only federations that stake and pay in one of these, or in none at all. The
   * ones listed first are preferred.
   */
  tokens: Record<Hex, TokenLimits>
  /**
   * Only federations whose data schema, or what a statistics round counts, has one of these hashes: see `schemaHashOf`.
   * For trainers whose data the node does not read, and for owners who want to say exactly what may be asked.
   */
  schemas?: Hex[]
  /** Most gas of a member's own part of a round, by the bounds of `estimateMemberCostAt`. */
  maximumGasPerRound?: number
  /** Most blob gas of it, which has a price of its own: 131,072 a blob. */
  maximumBlobGasPerRound?: number
  /**
   * Most that a member's own part of a round may cost, in wei; in a file and on the command line in the chain's coin.
   * Prices move: it is held against each transaction when it is signed, not when a federation is judged.
   */
  maximumCostPerRound?: bigint
  /** Most ε of a row over all federations together (see `privacy/epsilon.ts`). A manifest that states none is refused. */
  privacyEpsilon?: number
  /** Whether rows so few that exact statistics tell single ones may be counted without noise. */
  exposesFewRows?: boolean
  /**
   * For how long a federation that may open is waited for, in seconds of the chain; then it is left, or not joined at all.
   * Undefined: a day for a node that looks for federations by itself, else without end.
   */
  maximumWaitSeconds?: number
  /**
   * Votes to end a federation whose reported accuracy (loss, where there is none) has not got better for so many rounds;
   * undefined: never.
   */
  stopAfterRounds?: number
  /** Whether to join federations whose terms are for a private network, off the local chain: durations may be very short. */
  privateNetworks?: boolean
}

/** Limits in one token: amounts of whole tokens, such as `7.5`. */
export interface TokenLimits {
  /** Most stake; none where it is absent. */
  maximumStake?: string
  /** Least reward of a round that counts on all of the cohort taking part. */
  minimumReward?: string
  /** What a million gas is worth to the owner. Actions for pay are taken when they pay more. */
  tokensPerMegagas?: string
  /** Decimals that the token must state: for an owner who does not take it at its word. */
  decimals?: number
}

/** Limits in smallest units of a token. */
export interface UnitLimits {
  maximumStake: bigint
  minimumReward: bigint | undefined
  tokensPerMegagas: bigint | undefined
}

/** A policy that allows what costs nothing but gas. */
export const freePolicy: Policy = { tokens: {} }

const MEGAGAS = 1_000_000n

/** Keys of a policy as they stand in a file, and what each must be. */
const keys: Record<string, { name: keyof Policy; read: (value: unknown) => unknown; expected: string }> = {
  creators: { name: 'creators', read: toAddresses, expected: 'an address, or a list of them' },
  tokens: {
    name: 'tokens',
    read: (value) => value,
    expected: 'an object of addresses, each with its limits: {"0x…": {"maximumStake": "10"}}',
  },
  schemas: { name: 'schemas', read: toHashes, expected: 'a hash of 32 bytes in hexadecimal, or a list of them' },
  maximumGasPerRound: { name: 'maximumGasPerRound', read: toCount, expected: 'a whole number of gas, from 0' },
  maximumBlobGasPerRound: {
    name: 'maximumBlobGasPerRound',
    read: toCount,
    expected: 'a whole number of blob gas, from 0; 131072 a blob',
  },
  maximumCostPerRound: {
    name: 'maximumCostPerRound',
    read: toWei,
    expected: 'an amount of the chain\'s coin, from 0, such as "0.01"',
  },
  privacyEpsilon: {
    name: 'privacyEpsilon',
    read: (value) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined),
    expected: 'a number above 0',
  },
  privateNetworks: {
    name: 'privateNetworks',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    expected: 'true or false',
  },
  exposeFewRows: {
    name: 'exposesFewRows',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
    expected: 'true or false',
  },
  stopAfterRounds: {
    name: 'stopAfterRounds',
    read: (value) => (toCount(value) === 0 ? undefined : toCount(value)),
    expected: 'a whole number of rounds, from 1',
  },
  maximumWaitSeconds: { name: 'maximumWaitSeconds', read: toCount, expected: 'a whole number of seconds, from 0' },
}

/** Keys of one token's limits, and what each must be. */
const limitKeys: Record<keyof TokenLimits, { read: (value: unknown) => unknown; expected: string }> = {
  maximumStake: { read: toAmount, expected: 'tokens, from 0, such as "7.5"' },
  minimumReward: { read: toAmount, expected: 'tokens a round, from 0, such as "7.5"' },
  tokensPerMegagas: { read: toAmount, expected: 'tokens a million gas, from 0, such as "0.02"' },
  decimals: { read: toCount, expected: 'the whole number of decimals that the token must state' },
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
    if (known === undefined && Object.hasOwn(limitKeys, key)) {
      const example = `{"tokens": {"0x…": {"${key}": ${JSON.stringify(String(entry)).slice(0, 80)}}}}`
      throw new PolicyError(origin, `policy.${key}`, `limits of money are stated by token: ${example}`)
    }
    if (known === undefined) {
      throw new PolicyError(origin, `policy.${key}`, `there is no such key; there are ${Object.keys(keys).join(', ')}`)
    }
    const read = known.name === 'tokens' ? readTokens(entry, origin) : known.read(entry)
    if (read === undefined) throw new PolicyError(origin, `policy.${key}`, `give ${known.expected}`)
    policy[known.name] = read
  }
  return policy as unknown as Policy
}

/** Limits by token as they stand in a file; undefined if it is no object of addresses. @throws {@link PolicyError} */
function readTokens(value: unknown, origin: string): Record<Hex, TokenLimits> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const tokens: Record<Hex, TokenLimits> = {}
  for (const [address, entry] of Object.entries(value)) {
    const key = `policy.tokens.${address}`
    if (!/^0x[0-9a-f]{40}$/i.test(address)) throw new PolicyError(origin, key, 'a token is named by its address')
    const token = address.toLowerCase() as Hex
    if (token in tokens) throw new PolicyError(origin, key, 'the token is listed twice')
    tokens[token] = readTokenLimits(entry, origin, key)
  }
  return tokens
}

/**
 * Limits in one token from an object of plain values.
 *
 * @param key - What names them in errors, such as `policy.tokens.0x…`.
 * @throws {@link PolicyError}
 */
export function readTokenLimits(value: unknown, origin: string, key: string): TokenLimits {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyError(origin, key, 'give an object of limits, {} for none but that no stake is paid')
  }
  const limits: Record<string, unknown> = {}
  for (const [name, entry] of Object.entries(value)) {
    const known = Object.hasOwn(limitKeys, name) ? limitKeys[name as keyof TokenLimits] : undefined
    if (known === undefined) {
      throw new PolicyError(
        origin,
        `${key}.${name}`,
        `there is no such key; there are ${Object.keys(limitKeys).join(', ')}`,
      )
    }
    const read = known.read(entry)
    if (read === undefined) throw new PolicyError(origin, `${key}.${name}`, `give ${known.expected}`)
    limits[name] = read
  }
  return limits
}

/** Why amounts of a token cannot be compared with an owner's limits; undefined if they can. */
export function refuseToken(token: Token, limits: TokenLimits | undefined): string | undefined {
  const { address, decimals } = token
  if (BigInt(address) === 0n) return undefined
  if (limits === undefined) return `its token ${address} is not among policy.tokens`
  const says = decimals === null ? 'does not say how many decimals it has' : `says that it has ${decimals} decimals`
  if (limits.decimals !== undefined && limits.decimals !== decimals) {
    return `its token ${address} ${says}; policy.tokens says ${limits.decimals}`
  }
  if (decimals === null) return `its token ${address} ${says}, so no amount of it can be held against the policy`
  return undefined
}

/**
 * An owner's limits in smallest units of a token that {@link refuseToken} lets pass, rounded to the owner's side: never
 * more stake, never less reward than stated.
 */
export function toUnitLimits(limits: TokenLimits | undefined, token: Token): UnitLimits {
  const { maximumStake = '0', minimumReward, tokensPerMegagas } = limits ?? {}
  const up = (text: string | undefined) => (text === undefined ? undefined : parseLimit(text, token, 'up'))
  return {
    maximumStake: parseLimit(maximumStake, token, 'down'),
    minimumReward: up(minimumReward),
    tokensPerMegagas: up(tokensPerMegagas),
  }
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

function toAmount(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && isAmount(text) ? text : undefined
}

/** A chain's own coin counts as a token does. */
const coin: Token = { address: `0x${'00'.repeat(20)}`, decimals: 18, symbol: null }

/** An amount of a chain's coin, as text or number, in wei. */
function toWei(value: unknown): bigint | undefined {
  const text = toAmount(value)
  return text === undefined ? undefined : parseLimit(text, coin, 'down')
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
