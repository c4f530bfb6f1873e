/** What the demo of the blob path ends with, for people and for machines. */
import { costAt, GAS_PER_BLOB, leastBlobGwei } from '@tutti/chain'
import { formatCount, formatInteger, shardCount } from '@tutti/core'
import { formatUsd, gasLines } from '../chain/gas-lines.ts'
import { toTable } from '../terminal/output.ts'
import { describeRewards, overheadShare } from './report.ts'
import type { BlobDemoResult, RoundSplit } from './run-blob.ts'

/** The summary, line by line. */
export function describeBlobResult(result: BlobDemoResult): string[] {
  const { terms, rewards, blobsAnUpdate } = result
  return [
    '',
    `Federation ${result.federation}`,
    `${formatCount(result.roundsSettled, 'round')} of ${result.task} among ${formatCount(rewards.members.length, 'member')}, ` +
      `${formatInteger(terms.dimension)} parameters, ${terms.bits} bits a parameter and update, ` +
      `${formatInteger(blobsAnUpdate)} ${blobsAnUpdate === 1 ? 'blob' : 'blobs'} an update in ${shardCount(terms)} ` +
      `${shardCount(terms) === 1 ? 'transaction' : 'transactions'}`,
    '',
    ...describeAccuracy(result),
    '',
    ...gasLines(result.gas),
    '',
    ...blobCostLines(result),
    '',
    ...describeRewards(result),
    '',
    ...describeTime(result),
    '',
    result.finding,
  ]
}

/** The object of `--json`. */
export function toBlobJsonResult(result: BlobDemoResult) {
  const { heldOut, manifest, terms, ...rest } = result
  const { model } = manifest
  return { ...rest, heldOut: heldOut.count, parameters: terms.dimension, overhead: overheadShare(result), model }
}

function describeAccuracy({ accuracy, heldOut, saturatedLanes }: BlobDemoResult): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`
  const { pulled, fedAvg, pooled, alone } = accuracy
  const rows = [
    ["the chain's model, evaluated here", Number.isNaN(pulled) ? 'not to be had' : percent(pulled)],
    ['FedAvg in floating point, same data and seeds', percent(fedAvg)],
  ]
  if (pooled !== undefined) rows.push(['all data pooled', percent(pooled)])
  if (alone !== undefined) {
    const sorted = [...alone].sort((a, b) => a - b)
    const shown = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!].map(percent).join('  ')
    rows.push(['each member alone: worst, median, best', shown])
  }
  const clamped = saturatedLanes.of === 0 ? 0 : saturatedLanes.count / saturatedLanes.of
  return [
    `Accuracy on ${formatInteger(heldOut.count)} held-out examples`,
    toTable(rows),
    "  evaluated off the chain, from the integers in the members' blobs: the contract holds their commitment, not them",
    `  ${percent(clamped)} of the values that members sent were clamped to what their bits can hold`,
  ]
}

/** Base fees to state costs at, in gwei: a busy day on Ethereum, a calm one, a quiet one. */
const baseFees = [20, 5, 0.5]
const etherUsd = 3_000

/** What execution and blobs cost at each of the stated base fees; the blob fee is the least that EIP-7918 allows. */
function blobCostLines({ gas, blobsAnUpdate, terms }: BlobDemoResult): string[] {
  const submission = gas.steps.find(({ step }) => step === 'submit')?.mean ?? 0n
  const update = submission * BigInt(shardCount(terms))
  const rows = baseFees.map((gwei) => {
    const blobGwei = leastBlobGwei(gwei)
    const blob = costAt(GAS_PER_BLOB, blobGwei, etherUsd)
    return [
      `gas at ${gwei} gwei, blob gas at ${blobGwei}`,
      formatUsd(costAt(gas.total, gwei, etherUsd) + costAt(gas.blobGas, blobGwei, etherUsd)),
      `${formatUsd(costAt(update, gwei, etherUsd))} + ${formatUsd(blob * blobsAnUpdate)}`,
    ]
  })
  return [
    'What that costs on a chain with blobs (assumed: ether at $3,000; blob gas at a sixteenth of the base fee, the least',
    'that EIP-7918 allows; it rises when more blobs are wanted than a block aims at)',
    toTable([['', 'all of it', "a member's update: gas + blobs"], ...rows]),
  ]
}

const parts: [keyof RoundSplit, string][] = [
  ['training', 'training'],
  ['packing', 'packing'],
  ['committing', 'committing (KZG)'],
  ['proving', 'proving (128 cell proofs a blob)'],
  ['checking', 'fetching and checking the others'],
  ['chain', 'chain: model, signing, sending, waiting'],
]

function describeTime(result: BlobDemoResult): string[] {
  const { seconds, roundSeconds, split, terms } = result
  return [
    `Time: ${seconds.toFixed(1)} s, of which rounds ${roundSeconds.toFixed(1)} s. A round of one member, mean:`,
    toTable(parts.map(([part, name]) => [name, `${split[part].toFixed(split[part] < 0.1 ? 4 : 2)} s`])),
    `  challenge windows of ${terms.challengeSeconds} s were skipped on the local chain's clock once every member had ` +
      'checked all blobs',
  ]
}
