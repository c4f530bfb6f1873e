/** What the demo ends with, for people and for machines. */

import { demoToken } from '@tutti/chain'
import { formatAmount, formatCount, formatInteger, formatTokens } from '@tutti/core'
import { costLines, gasLines } from '../chain/gas-lines.ts'
import { toTable } from '../terminal/output.ts'
import { drawImage } from '../terminal/picture.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import type { DemoResult } from './run.ts'

/** The summary, line by line. */
export function describeResult(result: DemoResult): string[] {
  return [
    '',
    `Federation ${result.federation}`,
    `${formatCount(result.roundsSettled, 'round')} of ${result.task} among ${formatCount(result.rewards.members.length, 'member')}, ` +
      `${formatInteger(result.terms.dimension)} parameters, ${result.terms.bits} bits a parameter and update`,
    '',
    ...describeAccuracy(result),
    '',
    ...describePicture(result),
    '',
    ...gasLines(result.gas),
    '',
    ...costLines(result.gas),
    '',
    ...describeRewards(result),
    '',
    ...describeTime(result),
    '',
    result.finding,
  ]
}

/** The object of `--json`: at least accuracy, gas, rewards, seconds, federation, verified. */
export function toJsonResult(result: DemoResult) {
  const { heldOut, answers, manifest, terms, ...rest } = result
  return {
    ...rest,
    heldOut: heldOut.count,
    parameters: terms.dimension,
    overhead: overheadShare(result),
    model: manifest.model,
  }
}

/** Share of the demo's time that was the protocol: rounds less training, over everything. */
export function overheadShare({
  roundSeconds,
  trainingSeconds,
  seconds,
}: Pick<DemoResult, 'roundSeconds' | 'trainingSeconds' | 'seconds'>): number {
  return seconds === 0 ? 0 : Math.max(0, roundSeconds - trainingSeconds) / seconds
}

function describeAccuracy({ accuracy, heldOut, saturatedLanes }: DemoResult): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`
  const alone = [...accuracy.alone].sort((a, b) => a - b)
  const share = saturatedLanes.of === 0 ? 0 : saturatedLanes.count / saturatedLanes.of
  return [
    `Accuracy on ${heldOut.count} held-out examples`,
    toTable([
      ['on the chain, answered by the contract from sealed code', percent(accuracy.onChain)],
      ['FedAvg in floating point, same data and seeds', percent(accuracy.fedAvg)],
      ['all data pooled', percent(accuracy.pooled)],
      [
        `each member alone: worst, median, best`,
        [alone[0]!, alone[alone.length >> 1]!, alone.at(-1)!].map(percent).join('  '),
      ],
    ]),
    `  ${percent(share)} of the values that members sent were clamped to what their bits can hold`,
  ]
}

function describePicture({ heldOut, answers, manifest }: DemoResult): string[] {
  // The first example that the members disagree least about would flatter: this is simply the first one.
  const shown = answers[0]!
  const { label } = manifest.data
  const nameOf = (index: number) =>
    label.kind === 'number' ? String(index) : toPlainText(label.classes[index] ?? String(index))
  const caption = `The contract says: ${nameOf(shown.answer)}. It is: ${nameOf(shown.label)}.`
  const width = Math.sqrt(heldOut.features)
  const isImage = Number.isInteger(width) && heldOut.inputZero === 0
  if (!isImage) return ['A held-out example', `  ${caption}`]
  const pixels = heldOut.inputs.subarray(shown.index * heldOut.features, (shown.index + 1) * heldOut.features)
  return ['A held-out example', ...drawImage(pixels, width, 255).map((row) => `  |${row}|`), `  ${caption}`]
}

/** Who was paid what, to the last unit. */
export function describeRewards({ rewards }: Pick<DemoResult, 'rewards'>): string[] {
  const token = demoToken()
  const rows = rewards.members.map(({ account, examples, rounds, rewards: earned, keeperPay, stakeReturned }) => [
    account,
    `${formatCount(examples, 'example')}`,
    `${formatCount(rounds, 'round')}`,
    formatAmount(earned, token),
    formatAmount(keeperPay, token),
    formatAmount(stakeReturned, token),
  ])
  const paid = rewards.members.reduce((sum, member) => sum + member.claimed, 0n)
  return [
    'Rewards and stakes, paid out to the last unit',
    toTable([['member', '', '', 'reward', 'as keeper', 'stake back'], ...rows]),
    `  in:  bounty ${formatTokens(rewards.bounty, token)} + stakes ${formatTokens(rewards.stakes, token)}`,
    `  out: members ${formatTokens(paid, token)} + refund to the creator ${formatTokens(rewards.refund, token)}; ` +
      `left in the contract: ${rewards.heldByContract} units`,
  ]
}

function describeTime(result: DemoResult): string[] {
  const { seconds, roundSeconds, trainingSeconds } = result
  return [
    `Time: ${seconds.toFixed(1)} s, of which rounds ${roundSeconds.toFixed(1)} s (somebody was training for ` +
      `${trainingSeconds.toFixed(1)} s of these); the protocol took ${(100 * overheadShare(result)).toFixed(0)}% of it all`,
  ]
}
