/** What gas costs, at stated prices: three kinds of chain, so that nobody has to guess what a figure means in money. */

/** A kind of chain with the prices that a cost is computed from. */
export interface GasPrice {
  name: string
  /** Price of a unit of gas, in 10^−9 of the chain's currency. */
  gwei: number
  /** Price of a unit of the chain's currency, in US dollars. */
  currencyUsd: number
}

/**
 * Assumptions, not measurements: orders of magnitude of 2025 and 2026. On an L2 the fee for data posted to the L1 comes
 * on top and depends on the day; it is left out.
 */
export const gasPrices: readonly GasPrice[] = [
  { name: 'L1 (Ethereum at 2 gwei)', gwei: 2, currencyUsd: 3_000 },
  { name: 'L2 (0.05 gwei)', gwei: 0.05, currencyUsd: 3_000 },
  { name: 'cheap L2 (0.001 gwei)', gwei: 0.001, currencyUsd: 3_000 },
]

/** `gas · gwei · 10^−9 · currencyUsd`, in US dollars. */
export function toUsd(gas: number | bigint, price: GasPrice): number {
  return Number(gas) * price.gwei * 1e-9 * price.currencyUsd
}

/** An amount of dollars with as many digits as its size deserves. */
export function formatUsd(usd: number): string {
  if (usd >= 100) return `$${usd.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`
  return usd >= 0.01 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(2)}`
}
