/** What each width of an update costs and loses, so that a creator can choose: shown by `create` on the direct path. */

import {
  estimateMemberCost,
  estimateRound,
  FEW_UPDATES,
  formatCount,
  formatInteger,
  payloadBytes,
  shardCount,
  type Terms,
} from '@tutti/core'
import { NoShardFitsError } from '@tutti/learn'
import { toTable } from '../terminal/output.ts'

/** One width under the terms at hand. */
export interface WidthCost {
  bits: number
  /** Bounds: a member's own part of a round, and all shards of a round folded. */
  submitGas: number
  submitBytes: number
  aggregateGas: number
  /** Points of accuracy lost against floats on the digits; null: not measured. */
  lostPoints: number | null
}

const WIDTHS = [1, 2, 4, 8]

/**
 * Mean points lost on the digits against FedAvg in floating point, the worse of Dirichlet 0.5 and 0.1: with 4 updates a
 * round, and with 8 and more. From `tutti bench accuracy`, `accuracy.gap.bits*`.
 */
const LOST_POINTS: Record<number, { few: number; many: number }> = {
  1: { few: 2.5, many: 0.9 },
  2: { few: 0.8, many: 0.2 },
  4: { few: 0.2, many: 0.1 },
}

/**
 * The widths under which so many members fit a transaction.
 *
 * @param proposeAt - Terms of the same choices with another width.
 */
export function costWidths(proposeAt: (bits: number) => Terms): WidthCost[] {
  return WIDTHS.flatMap((bits) => {
    try {
      const terms = proposeAt(bits)
      const { aggregate } = estimateRound(terms)
      const length = Math.min(terms.dimension, terms.shardSize)
      const lost = LOST_POINTS[bits]
      return {
        bits,
        submitGas: estimateMemberCost(terms, 'direct').gas,
        submitBytes: terms.shardsPerMember * payloadBytes(length, bits),
        aggregateGas: aggregate.gas * shardCount(terms),
        lostPoints: lost === undefined ? null : terms.cohortSize < FEW_UPDATES ? lost.few : lost.many,
      }
    } catch (error) {
      if (error instanceof NoShardFitsError) return []
      throw error
    }
  })
}

/** A line a width; the one that is chosen is marked. */
export function widthLines(widths: readonly WidthCost[], chosen: number): string[] {
  const rows = widths.map(({ bits, submitGas, submitBytes, aggregateGas, lostPoints }) => [
    `${bits === chosen ? '→' : ' '} ${formatCount(bits, 'bit')}`,
    `${formatInteger(submitBytes)} bytes and ${formatInteger(submitGas)} gas a member`,
    `${formatInteger(aggregateGas)} gas to aggregate`,
    lostPoints === null ? 'not measured' : `${lostPoints.toFixed(1)} points lost`,
  ])
  return [
    '  what a round costs at most by width of an update, and what the digits lost against floats:',
    toTable(rows, '    '),
  ]
}
