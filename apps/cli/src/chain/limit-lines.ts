/** On which rules of a chain an estimate stands, in lines for people. */

import type { ChainLimits } from '@tutti/chain'
import { formatInteger } from '@tutti/core'

/** One sentence: whose prices hold, and what a transaction may use. */
export function describeLimits({ rules, prices, transactionGas, executionGas }: ChainLimits): string {
  const execution = executionGas < transactionGas ? `, ${formatInteger(executionGas)} of it for execution` : ''
  return (
    `Estimates by ${rules === 'its own' ? 'prices of its own' : `the rules of ${rules}`}, as the chain shows them: a new ` +
    `slot ${formatInteger(prices.newSlotGas)} gas, a rewritten one ${formatInteger(prices.rewrittenSlotGas)}, a byte ` +
    `${formatInteger(prices.floorByteGas)}; a transaction may use ${formatInteger(transactionGas)}${execution}.`
  )
}
