/** What transactions took, as people read it: gas, and the chain's coin that was paid for it. */
import { formatInteger } from '@tutti/core'
import { formatEther } from 'viem'

/** `70,829 gas, 0.00007 of the chain's coin`, of one transaction or of several. */
export function describePaid(writes: readonly { gasUsed: bigint; paid: bigint }[]): string {
  const sum = (of: 'gasUsed' | 'paid') => writes.reduce((all, write) => all + write[of], 0n)
  return `${formatInteger(sum('gasUsed'))} gas, ${formatCoins(sum('paid'))}`
}

/** `0.00116 of the chain's coin`, from wei. */
export function formatCoins(wei: bigint): string {
  return `${roundCoins(wei)} of the chain's coin`
}

/** Coins from wei, with three digits that count and all before the point; rounded up, since bounds are stated so too. */
export function roundCoins(wei: bigint): string {
  const places = Math.max(0, String(wei).length - 3)
  // A coin is 10^18 wei: digits before the point stay.
  const unit = 10n ** BigInt(Math.min(18, places))
  return formatEther(((wei + unit - 1n) / unit) * unit)
}
