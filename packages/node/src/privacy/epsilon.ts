/**
 * What a federation takes of its members' privacy, and whether an owner's budget has that much left: pure.
 *
 * ε is counted for one row that is added or left out. The noise of a statistics round is of one update, and every round
 * asks for a new one, so a federation of R rounds takes `R · ε`; federations add up too, whatever they ask: what
 * mechanisms of ε₁ … εₖ tell together is (Σ εᵢ)-differentially private. A retry takes nothing: what is sent again is the
 * same bytes.
 *
 * @see Dwork and Roth, The Algorithmic Foundations of Differential Privacy, 2014, theorem 3.16 (basic composition)
 * @example
 * ```ts
 * import { epsilonOf, refuseEpsilon, sumEpsilon } from '@tutti/node'
 *
 * epsilonOf(manifest, 10) // → undefined
 * sumEpsilon([{ epsilon: 0.5 }, { epsilon: 1 }]) // → 1.5
 * refuseEpsilon(0.5, 0.4, 1) // → undefined
 * refuseEpsilon(0.5, 0.6, 1) === undefined // → false
 * ```
 */
import type { Hex } from '@tutti/core'
import { isStatistics, type PublishedManifest } from '@tutti/learn'

/** What one account has spent, or is about to, in one federation. */
export interface Spending {
  chainId: number
  federationId: Hex
  account: Hex
  /** Over all rounds; undefined where the manifest promises none: there is no bound then. */
  epsilon: number | undefined
}

/** Sums of floating point are compared to so many parts: 0.1 + 0.2 is 0.3. */
const ROUNDING = 1e-9

/**
 * ε of a row over all rounds that the terms allow, failed ones included; undefined where the manifest promises none, as
 * no model's does.
 */
export function epsilonOf(manifest: PublishedManifest, rounds: number): number | undefined {
  if (!isStatistics(manifest) || manifest.noise === undefined) return undefined
  const [numerator, denominator] = manifest.noise.epsilon
  return (rounds * numerator) / denominator
}

/** `Σ ε`; `Infinity` as soon as one of them has no bound. */
export function sumEpsilon(spendings: readonly Pick<Spending, 'epsilon'>[]): number {
  return spendings.reduce((sum, { epsilon }) => sum + (epsilon ?? Number.POSITIVE_INFINITY), 0)
}

/**
 * Why a budget does not allow a federation; undefined if it does.
 *
 * @param epsilon - What the federation takes, from {@link epsilonOf}.
 * @param spent - What all others took, from {@link sumEpsilon}.
 * @param budget - Most ε in all; undefined: no limit.
 */
export function refuseEpsilon(
  epsilon: number | undefined,
  spent: number,
  budget: number | undefined,
): string | undefined {
  if (budget === undefined) return undefined
  if (epsilon === undefined) {
    return `what it tells of a row has no bound: its manifest states no ε; policy.privacyEpsilon allows ${budget}`
  }
  if (spent === Number.POSITIVE_INFINITY) {
    return (
      `its ε is ${formatEpsilon(epsilon)}, and what these data have told already has no bound: a federation served from ` +
      `this store stated no ε; policy.privacyEpsilon allows ${budget}`
    )
  }
  if (spent + epsilon <= budget * (1 + ROUNDING)) return undefined
  const left = spent === 0 ? '' : `, of which ${formatEpsilon(leftOf(budget, spent))} is left`
  return `its ε is ${formatEpsilon(epsilon)}; policy.privacyEpsilon allows ${budget}${left}`
}

/** What is left of a budget: never below zero, and zero where rounding alone says otherwise. */
export function leftOf(budget: number, spent: number): number {
  const left = budget - spent
  return left > budget * ROUNDING ? left : 0
}

/** ε as people write it: six significant digits. */
export function formatEpsilon(epsilon: number): string {
  return Number.isFinite(epsilon) ? String(Number(epsilon.toPrecision(6))) : 'without bound'
}

/** The owner's privacy budget does not allow a federation. Nothing was sent. */
export class PrivacyBudgetError extends Error {
  override readonly name = 'PrivacyBudgetError'
  readonly isRetryable = false

  constructor(federationId: string, reason: string) {
    super(
      `Raise the privacy budget of these data if you agree to more, or stay out of federation ${federationId}: ${reason}. ` +
        'Other data have a store, and a budget, of their own. A member leaves with --leave-after 0.',
    )
  }
}
