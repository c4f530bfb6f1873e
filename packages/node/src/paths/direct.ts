/** The direct path: integers in calldata and in the contract's storage. */
import { type ChainClient, collectPayloads, readDirectModel, readSubmissions, type Submission } from '@tutti/chain'
import { type Hex, packUpdate, setBits, type Terms } from '@tutti/core'
import { isStatistics, type PublishedManifest, toWeights } from '@tutti/learn'
import { planSendings } from '../sending/sendings.ts'
import { plainCarrier, type Signer } from '../sending/transactions.ts'
import type { Path } from './interface.ts'

/** Nodes accept transactions of 128 KB. */
const BYTES_PER_TRANSACTION = 110_000

/** What the direct path needs to know. */
export interface DirectPathOptions {
  client: Signer
  federationId: Hex
  terms: Terms
  manifest: PublishedManifest
  /** Most bytes of payload in one transaction; 110,000 when absent. */
  bytesPerTransaction: number | undefined
}

/** Opens the direct path. */
export function openDirectPath(options: DirectPathOptions): Path {
  const { client, federationId: id, terms, manifest, bytesPerTransaction = BYTES_PER_TRANSACTION } = options
  const submissionsOf = createSubmissionReader(client, id)
  return {
    kind: 'direct',
    carrier: plainCarrier(client),
    readWeights: async () => {
      const { lanes } = await readDirectModel(client, { id, terms })
      return isStatistics(manifest) ? Float32Array.from(lanes) : toWeights(manifest, lanes)
    },
    toPayload: async (values) => packUpdate(values, terms),
    planSendings: (payloads, hasCommit) => planSendings(payloads, hasCommit, bytesPerTransaction),
    aggregateData: (round, shard, fromBlock) =>
      withSubmissions(submissionsOf, round, fromBlock, (submissions) => {
        const positions = setBits(round.submitted)
        return collectPayloads({ terms, round: round.number, shard, positions, submissions })
      }),
  }
}

/** The submissions of a round, and a way to have them read again. */
export type SubmissionReader = (
  round: { number: number; submitted: bigint },
  fromBlock: bigint | undefined,
) => Promise<{ submissions: Submission[]; forget: () => void }>

/** A reader that asks the chain once a round, however many shards it is asked for. */
export function createSubmissionReader(client: ChainClient, id: Hex): SubmissionReader {
  let known: { key: string; submissions: Submission[] } | undefined
  let missedRound: number | undefined
  return async ({ number, submitted }, fromBlock) => {
    // The round may have begun before the block that this node saw last: its logs are looked for from the start then.
    const start = missedRound === number ? undefined : fromBlock
    const key = `${number}/${submitted}/${start}`
    if (known?.key !== key) {
      const from = start === undefined ? {} : { fromBlock: start }
      known = { key, submissions: await readSubmissions(client, { id, round: number, ...from }) }
    }
    return {
      submissions: known.submissions,
      // Endpoints whose logs lag behind may know better the next time.
      forget: () => {
        known = undefined
        missedRound = number
      },
    }
  }
}

/** Works with the submissions of a round. Where that fails they are read anew the next time: they may not be all. */
export async function withSubmissions<T>(
  submissionsOf: SubmissionReader,
  round: { number: number; submitted: bigint },
  fromBlock: bigint | undefined,
  work: (submissions: Submission[]) => T | Promise<T>,
): Promise<T> {
  const { submissions, forget } = await submissionsOf(round, fromBlock)
  try {
    return await work(submissions)
  } catch (error) {
    forget()
    throw error
  }
}
