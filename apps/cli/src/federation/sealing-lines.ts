/** What sealing a model costs, and how far it is, for people. */
import type { Sealing, SealingCost } from '@tutti/chain'
import { formatCount, formatInteger } from '@tutti/core'

/** What sealing a whole model costs by the chain's prices, and by those of the fork that prices state anew. */
export function describeSealing({ now, amsterdam }: SealingCost): string {
  const parts = formatCount(now.transactions, 'transaction')
  const later = now.gas === amsterdam.gas ? '' : ` (after the Amsterdam fork ${formatInteger(amsterdam.gas)})`
  return `at most ${formatInteger(now.gas)} gas in ${parts}${later}`
}

/** Which version contracts are answered from, beside the one that the rounds have come to. */
export function describeSealed({ isSealed, sealedVersion, version, done, total }: Sealing): string {
  if (isSealed && sealedVersion === version) return `version ${version}, the model as it stands: contracts can ask it`
  const begun = done === 0 ? '' : `; ${formatInteger(done)} of ${formatInteger(total)} words of it are in code`
  const last = isSealed ? `version ${sealedVersion} answers contracts` : 'no version: contracts cannot ask it'
  return `${last}; the model is at version ${version}${begun}`
}
