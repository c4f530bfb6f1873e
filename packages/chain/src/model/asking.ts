/**
 * Answers of the model as it stands, sealed or not: the words are brought along in the call, and the contract checks them
 * against their hashes before it computes. Costs nothing, as any `eth_call`; contracts that ask pay for the calldata.
 *
 * @example
 * ```ts
 * import { askWith, predictWith } from '@tutti/chain'
 *
 * const question = { id: federationId, input: Uint8Array.of(1, 2, 3, 4, 5, 6) }
 * const answer = await askWith(client, question)
 * answer.version // → 2
 * answer.class // → answer.outputs[1]! > answer.outputs[0]! ? 1n : 0n
 * await predictWith(client, question) // → answer.outputs
 * ```
 */
import { bytesToHex } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { type Answer, callView } from '../reads/model.ts'
import { type ModelWords, readWords, type WordsQuery } from './words.ts'

/** What is asked, and of which words: those of the model as it stands if they are left out. */
export type Question = WordsQuery & {
  /** One byte a feature. */
  input: Uint8Array
  /** As `readWords` gave them: asked again, of many inputs, they are read once. */
  model?: ModelWords
}

/**
 * Asks the model as it stands for its answer to one input, between the shards of a round too.
 *
 * @throws `ContractError`: `StaleModel` where the words are another version's by now, `NoNetwork`, `WrongInputLength`;
 *   `WordsMissingError`
 */
export async function askWith(client: ChainClient, question: Question): Promise<Answer> {
  const { words, state } = question.model ?? (await readWords(client, question))
  const args = [question.id, bytesToHex(words), bytesToHex(question.input)] as const
  const [answer, outputs] = await callView(client, 'classifyWith', args, { blockNumber: state.blockNumber })
  return { class: answer, outputs, version: state.version }
}

/** The outputs alone: fixed point with 18 decimals. Throws as {@link askWith} does. */
export async function predictWith(client: ChainClient, question: Question): Promise<readonly bigint[]> {
  const { words, state } = question.model ?? (await readWords(client, question))
  const args = [question.id, bytesToHex(words), bytesToHex(question.input)] as const
  return callView(client, 'predictWith', args, { blockNumber: state.blockNumber })
}
