/**
 * Blocks of a local chain that come by themselves. A chain that mines for transactions only never mines the block whose
 * hash seeds a cohort; one that mines without end fills its state for nothing. So either a block at a steady pace, or a
 * few after each transaction.
 *
 * They are asked for one by one (`evm_mine`): anvil's own pace has been seen to stop after a burst of transactions.
 */

/** When blocks come. */
export type BlockPace = {
  /** Between a block and the next, in seconds. */
  seconds: number
  /** Empty blocks in a row until the next transaction; `Infinity`: without end. */
  blocks: number
}

/** A cohort is drawn from a later block, so some follow each transaction; a chain that nobody uses does not grow. */
export const SPARING_PACE: BlockPace = { seconds: 1, blocks: 3 }

/**
 * Starts mining.
 *
 * @param endpoint - Of the local chain; while it does not answer nothing is mined.
 * @returns Stops it.
 */
export function startBlocks(endpoint: string, { seconds, blocks }: BlockPace): () => Promise<void> {
  let last: string | undefined
  let left = blocks
  let isOver = false
  const tick = async () => {
    const head = await ask(endpoint, 'eth_blockNumber')
    // Somebody else's block is a transaction's, or of somebody who moves the clock.
    if (head !== last) left = blocks
    if (left <= 0) return
    left--
    await ask(endpoint, 'evm_mine')
    last = `0x${(BigInt(head) + 1n).toString(16)}`
  }
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(async () => {
      if (!isOver) await tick().catch(() => undefined)
    })
  }, 1_000 * seconds)
  timer.unref()
  return async () => {
    isOver = true
    clearInterval(timer)
    await running
  }
}

async function ask(endpoint: string, method: string): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] })
  const signal = AbortSignal.timeout(10_000)
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  })
  const { result } = (await answer.json()) as { result?: unknown }
  return String(result)
}
