/** The privacy budget as one run of a node holds it: what its federation takes, against what the ledger says. */
import type { Hex, Terms } from '@tutti/core'
import type { PublishedManifest } from '@tutti/learn'
import { epsilonOf, type Spending } from './epsilon.ts'
import { chargeSpending, LedgerDamagedError, refuseSpending } from './ledger.ts'

/** What an owner's data may still tell one federation. */
export interface Budget {
  /** Why an update may not be sent; undefined if it may. Writes nothing. @throws `LedgerDamagedError` */
  refusal(): string | undefined
  /** The same; if it may be sent, it is counted when this returns. @throws `LedgerDamagedError` */
  charge(): string | undefined
}

/**
 * Opens the budget for a federation.
 *
 * @param root - Directory of all stores of this machine.
 * @param most - Most ε in all; undefined: no limit.
 */
export function openBudget(
  root: string,
  place: { chainId: number; federationId: Hex; account: Hex },
  { terms, manifest }: { terms: Pick<Terms, 'rounds'>; manifest: PublishedManifest },
  most: number | undefined,
): Budget {
  const spending: Spending = { ...place, epsilon: epsilonOf(manifest, terms.rounds) }
  let isCounted = false
  return {
    refusal: () => (isCounted ? undefined : refuseSpending(root, spending, most)),
    charge: () => {
      if (isCounted) return undefined
      const refusal = chargeSpending(root, spending, most)
      isCounted = refusal === undefined
      return refusal
    },
  }
}

/**
 * The same budget for a node that runs: a ledger that cannot be read refuses, so that rounds are sat out for that reason
 * while the node goes on keeping and claiming.
 */
export function refusingDamage(budget: Budget): Budget {
  const orReason = (act: () => string | undefined) => () => {
    try {
      return act()
    } catch (error) {
      if (!(error instanceof LedgerDamagedError)) throw error
      return error.message
    }
  }
  return { refusal: orReason(budget.refusal), charge: orReason(budget.charge) }
}
