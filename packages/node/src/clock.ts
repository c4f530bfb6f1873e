/**
 * The time that the contract will see in the next block.
 *
 * Phases turn with the time of blocks. A chain whose clock ran ahead of this machine's (a local chain whose time was
 * moved) keeps its lead until the next block shows otherwise; one that only mines when asked has no block between
 * transactions, and there the clock of this machine goes on from the last one.
 */

/** Estimates chain time from the blocks seen so far. */
export interface ChainClock {
  /** Takes note of a block when it is first seen. */
  observe(block: { number: bigint; timestamp: number }): void
  /** Chain time now, in seconds, never before the last block's. */
  now(): number
}

/**
 * Clock of a chain: `now = max(last block, local time + lead)`, `lead = max(0, last block − local time when seen)`.
 *
 * @param localSeconds - Clock of this machine, in seconds.
 */
export function createChainClock(localSeconds: () => number = () => Date.now() / 1000): ChainClock {
  let latest = { number: -1n, timestamp: 0 }
  let lead = 0
  return {
    observe: (block) => {
      // The same height again may be another block, after a reorganisation or a restart of a local chain.
      if (block.number === latest.number && block.timestamp === latest.timestamp) return
      latest = block
      lead = Math.max(0, block.timestamp - localSeconds())
    },
    now: () => Math.max(latest.timestamp, localSeconds() + lead),
  }
}
