/** Which rules of a chain an estimate is based on, in lines for people. */

import type { ChainLimits } from '@tutti/chain'
import { formatInteger } from '@tutti/core'

/** One sentence: which prices hold, and how much gas a transaction may use. */
export function describeLimits({ rules, prices, transactionGas, executionGas }: ChainLimits): string {
  const execution = executionGas < transactionGas ? `, ${formatInteger(executionGas)} of it for execution` : ''
  return (
    `Estimated by the chain's ${rules === 'its own' ? 'own prices' : `rules (${rules})`}: a new ` +
    `slot takes ${formatInteger(prices.newSlotGas)} gas, a rewritten one ${formatInteger(prices.rewrittenSlotGas)}, a byte ` +
    `${formatInteger(prices.floorByteGas)}; a transaction may use ${formatInteger(transactionGas)}${execution}.`
  )
}
