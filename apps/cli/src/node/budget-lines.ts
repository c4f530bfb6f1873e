/** What is spent of a policy's privacy budget, for people and for machines. */
import { formatCount } from '@tutti/core'
import type { NodeSettings } from './settings.ts'

/**
 * Reads what is spent of a policy's privacy budget: as `--json` has it, null without a budget, and in lines. A `spent` of
 * null has no bound: a federation that was served promised no ε.
 */
export async function openBudgetReader() {
  const { formatEpsilon, leftOf, readSpendings, sumEpsilon } = await import('@tutti/node')
  return ({ store, policy }: Pick<NodeSettings, 'store' | 'policy'>) => {
    const budget = policy.privacyEpsilon
    if (budget === undefined) return { plain: null, lines: [] }
    const spendings = readSpendings(store)
    const spent = sumEpsilon(spendings)
    const left = leftOf(budget, spent)
    const count = `${formatCount(spendings.length, 'federation')} of all chains`
    return {
      plain: { budget, spent: Number.isFinite(spent) ? spent : null, left },
      lines: [
        `Privacy budget of ${store}: ε = ${formatEpsilon(budget)}, spent ${formatEpsilon(spent)} in ${count}, left ` +
          `${formatEpsilon(left)}.`,
      ],
    }
  }
}
