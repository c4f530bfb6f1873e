/**
 * What quantisation lost of a member's updates, carried into its next one where updates are narrow.
 *
 * It is on disk with the round it belongs to before the update is: a node that was killed finds the residual of each
 * update that it may have sent, and whether that update counted is asked of its own record and of the chain. What cannot
 * be told is dropped, since a residual that is lost costs a little accuracy and one that counts twice costs more.
 */
import { type ChainClient, readHistory } from '@tutti/chain'
import {
  commitResidual,
  dropResidual,
  type ErrorFeedback,
  type Hex,
  hasFeedback,
  startFeedback,
  type Terms,
} from '@tutti/core'
import { isSubmitted } from '../disk/round-record.ts'
import type { Store } from '../disk/store.ts'
import { type Patience, untilReached } from '../rpc/connection.ts'

/** What tells whether an update counted. */
export interface FeedbackSources {
  client: ChainClient
  federationId: Hex
  terms: Pick<Terms, 'bits'>
  store: Pick<Store, 'load' | 'loadFeedback'>
  patience: Patience
}

/**
 * The feedback to train a round with: the residuals of updates that counted. Undefined where updates are wide enough to
 * do without.
 */
export async function readFeedback(
  { client, federationId: id, terms, store, patience }: FeedbackSources,
  round: number,
): Promise<ErrorFeedback | undefined> {
  if (!hasFeedback(terms.bits)) return undefined
  let feedback = store.loadFeedback() ?? startFeedback()
  const settled = new Map<number, boolean>()
  for (const [shard, { round: sentIn }] of feedback.pending) {
    let counts = settled.get(sentIn)
    if (counts === undefined) {
      // An update of this round is made anew: the one before was never signed.
      const mayCount = sentIn < round && isSubmitted(store.load(sentIn))
      const read = () => readHistory(client, { id, from: sentIn, count: 1 })
      counts = mayCount && ((await untilReached(read, patience))[0]?.updates ?? 0) > 0
      settled.set(sentIn, counts)
    }
    feedback = (counts ? commitResidual : dropResidual)(feedback, shard, sentIn)
  }
  return feedback
}
