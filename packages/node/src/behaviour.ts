/**
 * What the owner of a node decides about it; the rest follows from the terms and the manifest.
 */
import type { Hex } from '@tutti/core'

/** How a node behaves; plain data, so that it can cross into a worker. */
export interface NodeBehaviour {
  /** Whether it takes the steps that anyone may take, for pay. Default: yes. */
  isKeeper?: boolean
  /** Seconds between one member and the next where the contract names nobody. Default: 3. */
  staggerSeconds?: number
  /** Seconds before the end of a phase in which nothing is signed any more. Default: 0 on a local chain, else 15. */
  marginSeconds?: number
  /** Most bytes of payload in one transaction; larger updates go in several. Default: 110,000. */
  bytesPerTransaction?: number
  /** Asks to leave after this many rounds of its own; 0 at once. Default: stays to the end. */
  leavesAfterRounds?: number
  /** Whether it fetches what it is owed at the end. Default: yes. */
  claims?: boolean
  /** Past rounds whose records stay on disk. Default: 8. */
  keepsRounds?: number
  /** Between looks at the chain, in milliseconds. Default: 100 on a local chain, else that of the client. */
  pollMilliseconds?: number
  /** Hash of the manifest that the owner agreed to; another one on the chain is refused. Default: not compared. */
  manifestHash?: Hex
  /** Seed of the stochastic rounding, for runs that are to be repeated. Default: the system's randomness. */
  roundingSeed?: number
}
