/**
 * The time that the contract will see in the next block.
 *
 * Phases turn with the time of blocks. Where the chain's clock is ahead of this machine's (a local chain whose time was
 * moved), it stays ahead until the next block shows otherwise. Where this machine's clock is ahead of the chain's, it is
 * believed only up to the time that has passed since the last block was seen, and a little more.
 */

/** Estimates chain time from the blocks seen so far. */
export interface ChainClock {
  /** Takes note of a block when it is first seen. */
  observe(block: { number: bigint; timestamp: number }): void
  /** Chain time now, in seconds, never before the last block's. */
  now(): number
}

/** How old a block may be when it is first seen: more than the pace of any chain with regular blocks. */
const TOLERANCE_SECONDS = 15

/**
 * Clock of a chain: `now = max(last block, min(local time + lead, last block + elapsed + 15 s))`, where
 * `lead = max(0, last block − local time when seen)` and `elapsed` is counted from when the block was seen.
 *
 * @param localSeconds - Clock of this machine, in seconds; it may be wrong.
 * @param elapsedSeconds - A clock that only measures how much time passes, in seconds.
 */
export function createChainClock(
  localSeconds: () => number = () => Date.now() / 1000,
  elapsedSeconds: () => number = () => performance.now() / 1000,
): ChainClock {
  let latest = { number: -1n, timestamp: 0 }
  let lead = 0
  let seenAt = 0
  return {
    observe: (block) => {
      // The same height again may be another block, after a reorganisation or a restart of a local chain.
      if (block.number === latest.number && block.timestamp === latest.timestamp) return
      latest = block
      seenAt = elapsedSeconds()
      lead = Math.max(0, block.timestamp - localSeconds())
    },
    now: () => {
      const latestPossible = latest.timestamp + elapsedSeconds() - seenAt + TOLERANCE_SECONDS
      return Math.max(latest.timestamp, Math.min(localSeconds() + lead, latestPossible))
    },
  }
}
