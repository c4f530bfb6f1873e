/**
 * Sealing: the words of the model as it stands are written into code, where contracts can ask it, for ever. Anyone may,
 * while the federation runs and after it; what another began is gone on with.
 *
 * @example
 * ```ts
 * import { ask, readSealing, sealModel } from '@tutti/chain'
 *
 * const { version, writes } = await sealModel(client, { id: federationId })
 * version // → 2
 * writes.length // → 1
 * const { isSealed } = await readSealing(client, { id: federationId })
 * isSealed // → true
 * const answer = await ask(client, { id: federationId, input: Uint8Array.of(1, 2, 3, 4, 5, 6) })
 * answer.version // → 2
 * const again = await sealModel(client, { id: federationId })
 * again.writes // → []
 * ```
 */
import { formatCount, type SealStep, type Terms, wordsOfShard } from '@tutti/core'
import { parseEventLogs } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { ChainError, ContractError, withChainErrors } from '../client/errors.ts'
import { pause } from '../client/pause.ts'
import { readWords, type WordsAccess } from '../model/words.ts'
import { readTerms } from '../reads/federation.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
import { callToSeal, type FederationTarget } from './calls.ts'
import { planSealing } from './plan-sealing.ts'

/** One transaction that sealed, with what it was credited for it. */
export type SealWrite = WriteResult & { version: number; step: SealStep; pay: bigint }

/** What is sealed, and where the words are had from. */
export type SealTarget = FederationTarget &
  WordsAccess & {
    terms?: Terms
    /** Is told after each transaction, and waited for. */
    onStep?: (write: SealWrite, left: number) => void | Promise<void>
  }

/** How often in a row others may be first before that is an error, and how the contract says that they were. */
const MOST_FRUITLESS = 5
const overtaking = new Set(['PieceAlreadySealed', 'StaleModel'])

/**
 * Seals all that is missing of the model as it stands, in as few transactions as the chain's gas cap allows.
 *
 * Of several who seal at the same time, each piece is written by one: who is overtaken waits for the next block and goes on
 * from the other end, so that two do not try the same piece in every block.
 *
 * @returns The version that is sealed now, and the transactions that were sent: none if it was.
 * @throws `ContractError`: `ModelInMotion` between the shards of a round, `StaleModel`; {@link ModelMovedError} where a
 *   round was aggregated between two transactions; `WordsMissingError`; what `sendCall` throws
 */
export async function sealModel(
  client: ChainClient,
  target: SealTarget,
): Promise<{ version: number; writes: SealWrite[] }> {
  const { id } = target
  const terms = target.terms ?? (await readTerms(client, { id }))
  const writes: SealWrite[] = []
  let fruitless = 0
  for (let isFromEnd = false; ; isFromEnd = !isFromEnd) {
    const { blockNumber, version, steps } = await planSealing(client, { id, terms })
    const begun = writes[0]?.version
    if (begun !== undefined && version !== begun) throw new ModelMovedError(begun, version, writes.length)
    if (steps.length === 0) return { version, writes }
    const written = writes.length
    try {
      const { words } = await readWords(client, { ...target, terms, blockNumber })
      for (const [index, step] of (isFromEnd ? steps.toReversed() : steps).entries()) {
        const call = callToSeal(client, { id, ...step, words: wordsOfShard(words, terms, step.shard) })
        const result = await sendCall(client, call)
        const write = { ...result, version, step, pay: payOf(result) }
        writes.push(write)
        await target.onStep?.(write, steps.length - index - 1)
      }
    } catch (error) {
      // Somebody else seals, or a round was aggregated, at the same time: what is left is planned anew.
      if (!(error instanceof ContractError) || !overtaking.has(error.errorName)) throw error
      fruitless = writes.length > written ? 0 : fruitless + 1
      if (fruitless === MOST_FRUITLESS || !(await awaitBlockAfter(client, blockNumber))) throw error
    }
  }
}

/** Waits for a block after this one; false if none comes in the time that a transaction is given. */
async function awaitBlockAfter(client: ChainClient, blockNumber: bigint): Promise<boolean> {
  const readHead = () => withChainErrors(client, () => client.public.getBlockNumber({ cacheTime: 0 }))
  for (const end = Date.now() + client.receiptTimeoutMs; Date.now() < end; await pause(client.pollingIntervalMs)) {
    if ((await readHead()) > blockNumber) return true
  }
  return false
}

function payOf({ receipt }: WriteResult): bigint {
  const events = parseEventLogs({ abi: federationAbi, eventName: 'Sealed', logs: receipt.logs })
  return events.reduce((sum, { args }) => sum + BigInt(args.pay), 0n)
}

/** A round was aggregated while its model was being sealed: what was written is of an older version, and not whole. */
export class ModelMovedError extends ChainError {
  constructor(sealing: number, version: number, transactions: number) {
    super(
      `The model went on from version ${sealing} to ${version} while it was being sealed, after ` +
        `${formatCount(transactions, 'transaction')}: what was written is not whole and answers nothing. Seal after the last ` +
        'round, or at the beginning of one.',
      true,
    )
  }
}
