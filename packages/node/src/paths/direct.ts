/** The direct path: updates in calldata; the model's words in logs, and their hash in the contract's storage. */
import { type ChainClient, collectPayloads, readSubmissions, type Submission } from '@tutti/chain'
import { type Hex, packUpdate, setBits, type Terms } from '@tutti/core'
import { isStatistics, type PublishedManifest, toWeights } from '@tutti/learn'
import { planSendings } from '../sending/sendings.ts'
import { plainCarrier, type Signer } from '../sending/transactions.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'
import type { Report } from '../status/report.ts'
import { openDirectModel } from './direct-model.ts'
import type { Path } from './interface.ts'

/** Nodes accept transactions of 128 KB. */
const BYTES_PER_TRANSACTION = 110_000

/** What the direct path needs to know. */
export interface DirectPathOptions {
  client: Signer
  federationId: Hex
  terms: Terms
  manifest: PublishedManifest
  /** Where the model's words are kept. */
  archiveDirectory: string
  /** `bytesPerTransaction`: most bytes of payload in one transaction; 110,000 when absent. */
  behaviour: Pick<NodeBehaviour, 'bytesPerTransaction' | 'peerArchives'>
  report: Pick<Report, 'tell'>
}

/** Opens the direct path, and the archive of its model. */
export async function openDirectPath(options: DirectPathOptions): Promise<Path> {
  const { client, federationId: id, terms, manifest, archiveDirectory, behaviour, report } = options
  const { bytesPerTransaction = BYTES_PER_TRANSACTION, peerArchives } = behaviour
  const submissionsOf = createSubmissionReader(client, id)
  const onDamage = (file: string, message: string) => report.tell({ kind: 'file-damaged', file, message })
  const model = await openDirectModel({ client, id, terms, archiveDirectory, peerArchives, onDamage })
  return {
    kind: 'direct',
    carrier: plainCarrier(client),
    readWeights: async () => {
      const lanes = await model.read()
      return isStatistics(manifest) ? Float32Array.from(lanes) : toWeights(manifest, lanes)
    },
    toPayload: async (values) => packUpdate(values, terms),
    planSendings: (payloads, hasCommit) => planSendings(payloads, hasCommit, bytesPerTransaction),
    aggregateData: (round, shard, fromBlock) =>
      withSubmissions(submissionsOf, round, fromBlock, async (submissions) => {
        const positions = setBits(round.submitted)
        const payloads = collectPayloads({ terms, round: round.number, shard, positions, submissions })
        // Without updates the model stays as it is, and its words are not asked for.
        const words = payloads.length === 0 ? new Uint8Array() : await model.readShard(shard)
        return { words, payloads }
      }),
    keepModel: async () => {
      await model.read()
    },
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
