/**
 * What quantisation lost of a member's updates, carried into its next one where updates are narrow.
 *
 * It is on disk with its round before the update is. So a node that was killed finds the residual of each update that it
 * may have sent; its own record and the chain say whether that update counted. Where nobody can say, the residual is
 * dropped: a lost one costs a little accuracy, and one that counts twice costs more.
 */
import { type ChainClient, readHistory } from '@tutti/chain'
import { type ErrorFeedback, type Hex, hasFeedback, settleResiduals, startFeedback, type Terms } from '@tutti/core'
import { isSubmitted } from '../disk/round-record.ts'
import type { Store } from '../disk/store.ts'
import { type RetryPolicy, untilReached } from '../rpc/connection.ts'

/** What tells whether an update counted. */
export interface FeedbackSources {
  client: ChainClient
  federationId: Hex
  terms: Pick<Terms, 'bits'>
  store: Pick<Store, 'load' | 'loadFeedback'>
  retry: RetryPolicy
}

/**
 * The feedback to train a round with: the residuals of updates that counted. Undefined where updates are wide enough to
 * do without.
 */
export async function readFeedback(
  { client, federationId: id, terms, store, retry }: FeedbackSources,
  round: number,
): Promise<ErrorFeedback | undefined> {
  if (!hasFeedback(terms.bits)) return undefined
  const feedback = store.loadFeedback() ?? startFeedback()
  const counted = new Set<number>()
  for (const sentIn of new Set([...feedback.pending.values()].map((pending) => pending.round))) {
    // An update of this round is made anew: the one before was never signed.
    if (sentIn >= round || !isSubmitted(store.load(sentIn))) continue
    const history = await untilReached(() => readHistory(client, { id, from: sentIn, count: 1 }), retry)
    if ((history[0]?.updates ?? 0) > 0) counted.add(sentIn)
  }
  return settleResiduals(feedback, (sentIn) => counted.has(sentIn))
}
