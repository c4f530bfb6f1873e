/** What transactions took, as people read it: gas, and the chain's coin that was paid for it. */
import { formatInteger } from '@tutti/core'
import { formatEther } from 'viem'

/** What one transaction took: gas, and wei paid for it. */
export interface Paid {
  gasUsed: bigint
  paid: bigint
}

/** `70,829 gas, 0.00007 of the chain's coin`, of one transaction or of several. */
export function describePaid(writes: readonly Paid[]): string {
  const gas = writes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
  return `${formatInteger(gas)} gas, ${formatCoins(sumPaid(writes))}`
}

/** Wei paid for several transactions. */
export function sumPaid(writes: readonly Paid[]): bigint {
  return writes.reduce((sum, { paid }) => sum + paid, 0n)
}

/** `0.00116 of the chain's coin`, from wei. */
export function formatCoins(wei: bigint): string {
  return `${roundCoins(wei)} of the chain's coin`
}

/** Coins from wei, rounded up to three significant digits; digits before the point all stay. */
export function roundCoins(wei: bigint): string {
  const places = Math.max(0, String(wei).length - 3)
  // A coin is 10^18 wei: digits before the point stay.
  const unit = 10n ** BigInt(Math.min(18, places))
  return formatEther(((wei + unit - 1n) / unit) * unit)
}
