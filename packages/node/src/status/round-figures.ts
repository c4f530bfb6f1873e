/** A node's rounds as curves: what it reported, used and earned in each of the latest, for whoever draws them. */
import type { NodeEvent } from './events.ts'

/** A figure of the Prometheus text format. */
export type Value = number | bigint
/** A figure and its labels. */
export type Sample = [labels: Record<string, string>, value: Value]
/** A metric and its samples. */
export type Family = [name: string, type: 'counter' | 'gauge', help: string, samples: Sample[]]

/** Rounds that are kept: the latest. */
const ROUNDS_KEPT = 20

/** Figures of one round. */
interface Point {
  examples?: number
  loss?: number
  accuracy?: number
  clampedShare?: number
  gas: bigint
  /** Reward and keeper pay, in the token's smallest unit; absent until the round is over. */
  earned?: bigint
}

/** Rounds as they come. */
export interface Curves {
  note(event: NodeEvent): void
  /** Prometheus families, a sample each round. */
  families(): Family[]
}

/** Starts with no round. */
export function createCurves(): Curves {
  const points = new Map<number, Point>()
  const pointOf = (round: number): Point => {
    const point = points.get(round) ?? { gas: 0n }
    points.set(round, point)
    for (const old of points.keys()) if (points.size > ROUNDS_KEPT) points.delete(old)
    return point
  }
  const samples = (of: (point: Point) => number | bigint | undefined): Sample[] =>
    [...points].flatMap(([round, point]): Sample[] => {
      const value = of(point)
      return value === undefined ? [] : [[{ round: String(round) }, value]]
    })
  return {
    note: (event) => {
      if (!('round' in event)) return
      if ('cost' in event && event.cost !== undefined) pointOf(event.round).gas += event.cost.gasUsed
      switch (event.kind) {
        case 'training-finished': {
          const { examples, loss, correct } = event.metrics
          const point = pointOf(event.round)
          point.examples = examples
          if (loss !== undefined && Number.isFinite(loss)) point.loss = loss
          if (correct !== undefined && examples > 0 && correct <= examples) point.accuracy = correct / examples
          return
        }
        case 'update-prepared':
          if (event.parameters > 0) pointOf(event.round).clampedShare = event.saturatedLanes / event.parameters
          return
        case 'round-settled':
          pointOf(event.round).earned = event.reward + event.keeperPay
          return
        case 'round-failed':
          pointOf(event.round).earned = event.keeperPay
          return
      }
    },
    families: () => [
      ['tutti_round_examples', 'gauge', 'Examples trained on, by round from 0.', samples(({ examples }) => examples)],
      [
        'tutti_round_loss',
        'gauge',
        'Reported loss of the model that the round began with.',
        samples(({ loss }) => loss),
      ],
      [
        'tutti_round_accuracy',
        'gauge',
        'Reported share that this model has right.',
        samples(({ accuracy }) => accuracy),
      ],
      [
        'tutti_round_clamped_share',
        'gauge',
        'Share of the update that was clamped.',
        samples(({ clampedShare }) => clampedShare),
      ],
      ['tutti_round_gas_used', 'gauge', 'Gas used in the round by this node.', samples(({ gas }) => gas)],
      [
        'tutti_round_earned',
        'gauge',
        "Earned in the round, in the token's smallest unit.",
        samples(({ earned }) => earned),
      ],
    ],
  }
}
