/** Sealing in lines for people: what is sealed of a model, and what sealing takes on the chain at hand. */
import type { SealingCost } from '@tutti/chain'
import { formatCount, formatInteger, formatTokens, type Token } from '@tutti/core'
import { formatCoins } from '../chain/paid.ts'

/** How much of a model is in code, and what is paid to those who seal it. */
export interface SealingFacts {
  id: string
  isSealed: boolean
  sealedVersion: number
  version: number
  done: number
  total: number
  isFinished: boolean
  /** Tokens that are left for sealing the finished model, in smallest units. */
  sealPot: bigint
}

/** What sealing the whole model would take, now and after Amsterdam. */
export function describeSealingCost(
  { now, amsterdam, codeBytes }: SealingCost,
  { feePerGas, limits }: { feePerGas: bigint; limits: { rules: string } },
): string {
  const size = (step: { gas: number; transactions: number }) =>
    `at most ${formatInteger(step.gas)} gas in ${formatCount(step.transactions, 'transaction')}`
  const later = limits.rules === 'Amsterdam' ? '' : `; by the prices of the next fork, Amsterdam, ${size(amsterdam)}`
  return (
    `to seal the model in ${formatInteger(codeBytes)} bytes of code, for contracts to ask: ${size(now)}, ` +
    `${formatCoins(BigInt(now.gas) * feePerGas)}${later}`
  )
}

/** What is sealed, and how the rest can be. */
export function describeSealing(facts: SealingFacts, token: Token): string {
  const { id, isSealed, sealedVersion, version, done, total, isFinished, sealPot } = facts
  if (isSealed && sealedVersion === version) return `version ${version} is in code, whole: contracts can ask it`
  const sealed = isSealed ? `version ${sealedVersion}, while the model has version ${version}` : 'no version yet'
  const begun = done === 0 ? '' : `; ${formatInteger(done)} of ${formatInteger(total)} words of version ${version} are`
  const pay =
    sealPot === 0n ? '' : `, which is paid ${formatTokens(sealPot, token)}${isFinished ? '' : ' after the end'}`
  return `${sealed}${begun}; anyone seals it with: tutti seal ${id}${pay}`
}
