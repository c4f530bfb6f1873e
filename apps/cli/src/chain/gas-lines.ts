/** Gas as people read it: a line for each kind of transaction, and what a member's round and a whole federation cost. */

import { costAt, type GasReport, type GasStep, gasPrices } from '@tutti/chain'
import { formatInteger } from '@tutti/core'
import { toTable } from '../terminal/output.ts'

/** Gas by kind of transaction, and for each parameter of each member in a steady round. */
export function gasLines({ steps, total, perParameterAndMember }: GasReport): string[] {
  const rows = steps.map(({ step, transactions, mean, total: sum }) => [
    step,
    `${formatInteger(transactions)} ×`,
    `${formatInteger(mean)} gas`,
    `= ${formatInteger(sum)}`,
  ])
  const perParameter =
    perParameterAndMember === undefined
      ? []
      : [`  ${perParameterAndMember.toFixed(1)} gas per parameter and member in a steady round`]
  return ['Gas by transaction', toTable([...rows, ['all', '', '', `= ${formatInteger(total)}`]]), ...perParameter]
}

/** What the federation, and one submission, cost at each of the stated prices. */
export function costLines({
  steps,
  total,
}: {
  steps: readonly Pick<GasStep, 'step' | 'mean'>[]
  total: bigint
}): string[] {
  const submit = steps.find(({ step }) => step === 'submit')?.mean ?? 0n
  const rows = gasPrices.map(({ chain, gwei, tokenUsd }) => [
    `${chain} (${gwei} gwei, ether at $${formatInteger(tokenUsd)})`,
    formatUsd(costAt(total, gwei, tokenUsd)),
    formatUsd(costAt(submit, gwei, tokenUsd)),
  ])
  return ['What that costs (assumed prices)', toTable([['', 'all of it', "a member's update"], ...rows])]
}

/** Dollars: whole ones from 100, cents below, two digits below a cent. */
export function formatUsd(usd: number): string {
  if (usd >= 100) return `$${formatInteger(Math.round(usd))}`
  return usd >= 0.01 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(2)}`
}
