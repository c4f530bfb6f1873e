/** A node's latest rounds as curves: what it reported, used and earned in each. */
import type { NodeEvent } from './events.ts'
import type { Family, Sample, Value } from './prometheus-format.ts'

/** Rounds that are kept: the latest. */
const ROUNDS_KEPT = 20

/** Figures of one round. */
export interface RoundFigures {
  examples?: number
  loss?: number
  accuracy?: number
  clampedShare?: number
  gas: bigint
  /** Reward and keeper pay, in the token's smallest unit; absent until the round is over. */
  earned?: bigint
}

/** Adds an event to the figures of its round, in place. @param rounds - By round from 0; those before the latest 20 are forgotten. */
export function addToRound(rounds: Map<number, RoundFigures>, event: NodeEvent): void {
  if (!('round' in event)) return
  if ('cost' in event && event.cost !== undefined) figuresOf(rounds, event.round).gas += event.cost.gasUsed
  switch (event.kind) {
    case 'training-finished': {
      const { examples, loss, correct } = event.metrics
      const figures = figuresOf(rounds, event.round)
      figures.examples = examples
      if (loss !== undefined && Number.isFinite(loss)) figures.loss = loss
      if (correct !== undefined && examples > 0 && correct <= examples) figures.accuracy = correct / examples
      return
    }
    case 'update-prepared':
      if (event.parameters > 0) {
        figuresOf(rounds, event.round).clampedShare = event.saturatedLanes / event.parameters
      }
      return
    case 'round-settled':
      figuresOf(rounds, event.round).earned = event.reward + event.keeperPay
      return
    case 'round-failed':
      figuresOf(rounds, event.round).earned = event.keeperPay
      return
  }
}

/** Metrics with a sample each round. */
export function toRoundFamilies(rounds: ReadonlyMap<number, RoundFigures>): Family[] {
  const samples = (of: (figures: RoundFigures) => Value | undefined): Sample[] =>
    [...rounds].flatMap(([round, figures]): Sample[] => {
      const value = of(figures)
      return value === undefined ? [] : [[{ round: String(round) }, value]]
    })
  const family = (name: string, help: string, of: (figures: RoundFigures) => Value | undefined): Family => [
    name,
    'gauge',
    help,
    samples(of),
  ]
  return [
    family('tutti_round_examples', 'Examples trained on, by round from 0.', ({ examples }) => examples),
    family('tutti_round_loss', 'Reported loss of the model that the round began with.', ({ loss }) => loss),
    family('tutti_round_accuracy', 'Reported share that this model has right.', ({ accuracy }) => accuracy),
    family('tutti_round_clamped_share', 'Share of the update that was clamped.', ({ clampedShare }) => clampedShare),
    family('tutti_round_gas_used', 'Gas used in the round by this node.', ({ gas }) => gas),
    family('tutti_round_earned', "Earned in the round, in the token's smallest unit.", ({ earned }) => earned),
  ]
}

function figuresOf(rounds: Map<number, RoundFigures>, round: number): RoundFigures {
  const figures = rounds.get(round) ?? { gas: 0n }
  rounds.set(round, figures)
  for (const old of rounds.keys()) if (rounds.size > ROUNDS_KEPT) rounds.delete(old)
  return figures
}
