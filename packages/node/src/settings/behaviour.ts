/**
 * What the owner of a node decides about it; the rest follows from the terms and the manifest.
 *
 * @example
 * ```ts
 * import { checkBehaviour } from '@tutti/node'
 *
 * checkBehaviour({ keepsRounds: 8, marginSeconds: 15 }) // → undefined
 * checkBehaviour({ keepsRounds: -1 }) // throws NodeOptionError
 * ```
 */
import type { Hex } from '@tutti/core'

/** How a node behaves; plain data, so that it can cross into a worker. */
export interface NodeBehaviour {
  /** Whether it takes the actions that anyone may take, for pay. Default: yes. */
  isKeeper?: boolean
  /** What a million gas is worth, in smallest token units; actions that pay less are not taken. Default: all are taken. */
  tokensPerMegagas?: bigint
  /** Seconds between one member and the next where the contract names nobody. Default: 3 on a local chain, else 15. */
  staggerSeconds?: number
  /**
   * Seconds before the end of a phase in which nothing is signed any more. Default: 0 on a local chain,
   * else 15 or a quarter of the phase.
   */
  marginSeconds?: number
  /** Most bytes of payload in one transaction; larger updates go in several. Default: 110,000. */
  bytesPerTransaction?: number
  /** Leaves after this many rounds: asks when its update of the last of them is in; 0 at once. Default: stays to the end. */
  leavesAfterRounds?: number
  /**
   * For how long it waits for a federation to open once the terms let it open, in seconds; then it leaves, and the stake
   * comes back. Default: without end.
   */
  maximumWaitSeconds?: number
  /**
   * Most ε of a row over all federations served from this store; an update that would pass it is not sent. Default: no
   * limit; what is spent is kept in the ledger all the same.
   */
  privacyEpsilon?: number
  /**
   * Most that its own part of a round may cost, in wei: gas and blobs at the highest fees that it signs. Nothing is sent
   * while the chain asks for more. Default: no limit.
   */
  maximumCostPerRound?: bigint
  /**
   * Votes to end the federation once what members report has not got better for so many rounds. Default: never.
   */
  stopsAfterRounds?: number
  /** Whether it fetches what it is owed at the end. Default: yes. */
  claims?: boolean
  /** Past rounds whose records stay on disk. Default: 8. */
  keepsRounds?: number
  /** Between looks at the chain, in milliseconds. Default: 100 on a local chain, else that of the client. */
  pollMilliseconds?: number
  /**
   * Directory of what this node keeps of the model: blobs on the blob path, words on the direct path. Default: `blobs` or
   * `words` beside the stores.
   */
  archive?: string
  /** Such directories of other members, in order; read, never written, and not trusted. */
  peerArchives?: string[]
  /** Blob path: base URL of a beacon node to fetch blobs from. Default: the chain itself, if it is a local one. */
  beaconUrl?: string
  /** File of the weights that the manifest builds on, where it names one by its hash. */
  baseModel?: string
  /** Blob path: version of the sidecars. Default: 1 (cell proofs), and 0 where the chain refuses that. */
  sidecarVersion?: 0 | 1
  /** Blob path: a blob transaction pending for so many seconds is replaced at twice its fees. Default: 36. */
  replaceAfterSeconds?: number
  /** Hash of the manifest that the owner agreed to; another one on the chain is refused. Default: not compared. */
  manifestHash?: Hex
  /** Seed of the stochastic rounding, for runs that are to be repeated. Default: the system's randomness. */
  roundingSeed?: number
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
const isPositive = (value: number) => Number.isFinite(value) && value > 0

/** What each number must be, and how to say so. */
const rules: Partial<Record<keyof NodeBehaviour, [isAllowed: (value: number) => boolean, expected: string]>> = {
  staggerSeconds: [isPositive, 'a positive number of seconds'],
  marginSeconds: [(value) => Number.isFinite(value) && value >= 0, 'a number of seconds, 0 or more'],
  bytesPerTransaction: [isPositive, 'a positive number of bytes'],
  leavesAfterRounds: [isCount, 'a number of rounds, 0 or more'],
  stopsAfterRounds: [(value) => Number.isSafeInteger(value) && value >= 1, 'a number of rounds, 1 or more'],
  keepsRounds: [isCount, 'a number of rounds, 0 or more'],
  pollMilliseconds: [isPositive, 'a positive number of milliseconds'],
  maximumWaitSeconds: [(value) => Number.isFinite(value) && value >= 0, 'a number of seconds, 0 or more'],
  privacyEpsilon: [isPositive, 'a number above 0'],
  roundingSeed: [Number.isSafeInteger, 'an integer'],
  sidecarVersion: [(value) => value === 0 || value === 1, '0 or 1'],
  replaceAfterSeconds: [isPositive, 'a positive number of seconds'],
}

/**
 * Checks what came from a command line or a file.
 *
 * @throws {@link NodeOptionError} naming the key.
 */
export function checkBehaviour(behaviour: NodeBehaviour): void {
  for (const [key, [isAllowed, expected]] of Object.entries(rules)) {
    const value = behaviour[key as keyof NodeBehaviour]
    if (value !== undefined && !(typeof value === 'number' && isAllowed(value))) {
      throw new NodeOptionError(key, value, expected)
    }
  }
  const { manifestHash } = behaviour
  if (manifestHash !== undefined && !(typeof manifestHash === 'string' && /^0x[0-9a-f]{64}$/i.test(manifestHash))) {
    throw new NodeOptionError('manifestHash', manifestHash, '32 bytes in hexadecimal')
  }
}

/** An option of a node is not what it must be. Do not retry. */
export class NodeOptionError extends Error {
  override readonly name = 'NodeOptionError'
  readonly isRetryable = false
  readonly key: string
  /** What to give instead. */
  readonly expected: string

  constructor(key: string, value: unknown, expected: string) {
    super(`Option ${key} is ${String(value)}; give ${expected}.`)
    this.key = key
    this.expected = expected
  }
}
