/**
 * All that a member's decisions depend on, as of one block, in one `eth_call`.
 *
 * The call has no recipient: its data are a few instructions that ask the core's views one after the other and return
 * the answers side by side, with number and time of the block as the contract sees them. Nothing needs to be deployed,
 * and the answers belong together, which separate calls cannot promise.
 *
 * @example
 * ```ts
 * import { readObservation } from '@tutti/chain'
 *
 * const { status, position } = await readObservation(client, { id: federationId, account: members[0]!.account!.address })
 * status.isFinished // → true
 * position // → undefined
 * ```
 */
import type { Round } from '@tutti/core'
import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, size, slice } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { ChainBehindError, ChainUnreachableError, toChainError, withChainErrors } from '../client/errors.ts'
import type { Member, Status } from '../client/types.ts'
import { readMember, readPosition, readRound, readStatus } from './federation.ts'
import { toSeconds } from './time.ts'

/** What one look at a federation shows. */
export type ChainObservation = {
  /** The block as the contract sees it: on some second layers not the number that the endpoint counts. */
  block: { number: bigint; timestamp: number }
  round: Round
  status: Status
  member: Member
  /** Place in the cohort of the round in progress; undefined if it is not in it. */
  position: number | undefined
}

/**
 * Looks once.
 *
 * @throws `ContractError` if the core knows no such federation; `NotDeployedError`; {@link ChainUnreachableError};
 *   {@link ChainBehindError} where the block is gone before all views have answered
 */
export async function readObservation(
  client: ChainClient,
  query: { id: Hex; account: Address },
): Promise<ChainObservation> {
  const { id, account } = query
  const inputs = [
    encodeFunctionData({ abi: federationAbi, functionName: 'roundOf', args: [id] }),
    encodeFunctionData({ abi: federationAbi, functionName: 'statusOf', args: [id] }),
    encodeFunctionData({ abi: federationAbi, functionName: 'memberOf', args: [id, account] }),
    encodeFunctionData({ abi: federationAbi, functionName: 'positionOf', args: [id, account] }),
  ]
  const answer = await client.public
    .call({ data: askAll(client.core, inputs) })
    .then(({ data }) => data)
    .catch((error: unknown) => {
      if (toChainError(error, client.url) instanceof ChainUnreachableError) throw toChainError(error, client.url)
      return undefined
    })
  // Asked one by one, what is wrong gets its name; and an endpoint that takes no call without recipient still serves.
  if (answer === undefined || size(answer) !== ANSWER_BYTES) return readOneByOne(client, query)
  const part = (index: number) => {
    const start = 64 + OUTPUT_BYTES.slice(0, index).reduce((sum, bytes) => sum + bytes, 0)
    return slice(answer, start, start + OUTPUT_BYTES[index]!)
  }
  const [isInCohort, position] = decodeFunctionResult({
    abi: federationAbi,
    functionName: 'positionOf',
    data: part(3),
  })
  return {
    block: { number: BigInt(slice(answer, 0, 32)), timestamp: toSeconds(client, BigInt(slice(answer, 32, 64))) },
    round: decodeFunctionResult({ abi: federationAbi, functionName: 'roundOf', data: part(0) }),
    status: decodeFunctionResult({ abi: federationAbi, functionName: 'statusOf', data: part(1) }),
    member: decodeFunctionResult({ abi: federationAbi, functionName: 'memberOf', data: part(2) }),
    position: isInCohort ? position : undefined,
  }
}

/** Chains that are reorganised while they are looked at so many times in a row are left alone for a while. */
const TRIES = 3

/** All views as of one block, which must still be there when they have answered. */
async function readOneByOne(
  client: ChainClient,
  { id, account }: { id: Hex; account: Address },
): Promise<ChainObservation> {
  const blockAt = (at: { blockNumber?: bigint }) =>
    withChainErrors(client, () => client.public.getBlock({ includeTransactions: false, ...at }))
  for (let tries = 0; tries < TRIES; tries++) {
    const block = await blockAt({})
    const at = { blockNumber: block.number }
    const [round, status, member, position] = await Promise.all([
      readRound(client, { id, ...at }),
      readStatus(client, { id, ...at }),
      readMember(client, { id, account, ...at }),
      readPosition(client, { id, account, ...at }),
    ])
    const { hash } = await blockAt(at)
    if (block.hash !== hash) continue
    return {
      block: { number: block.number, timestamp: toSeconds(client, block.timestamp) },
      round,
      status,
      member,
      position,
    }
  }
  throw new ChainBehindError(client.url)
}

/** Bytes that each view returns: one word a field, since no field is dynamic. */
const OUTPUT_BYTES = ['roundOf', 'statusOf', 'memberOf', 'positionOf'].map((name) => {
  const view = federationAbi.find((entry) => entry.type === 'function' && entry.name === name)
  return view?.type === 'function' ? view.outputs.reduce((sum, output) => sum + 32 * countFields(output), 0) : 0
})
const ANSWER_BYTES = OUTPUT_BYTES.reduce((sum, bytes) => sum + bytes, 64)
/** Where the answers are put together in memory; the inputs come below it. */
const ANSWER_AT = 0x400

function countFields(output: object): number {
  return 'components' in output ? (output.components as readonly unknown[]).length : 1
}

/**
 * Instructions that return number and time of the block, then the answers of `inputs`, asked of `to` in order. An answer
 * that is too short, as of a call that failed, ends them: RETURNDATACOPY beyond the end halts (EIP-211).
 */
function askAll(to: Address, inputs: readonly Hex[]): Hex {
  const push2 = (value: number) => `61${value.toString(16).padStart(4, '0')}`
  const assemble = (inputsAt: number): string => {
    // NUMBER, MSTORE · TIMESTAMP, MSTORE
    let code = `43${push2(ANSWER_AT)}52` + `42${push2(ANSWER_AT + 32)}52`
    let from = inputsAt
    let at = ANSWER_AT + 64
    for (const [index, input] of inputs.entries()) {
      const length = size(input)
      const answer = OUTPUT_BYTES[index]!
      // CODECOPY(0, from, length)
      code += `${push2(length)}${push2(from)}${push2(0)}39`
      // STATICCALL(GAS, to, 0, length, 0, 0), POP
      code += `${push2(0)}${push2(0)}${push2(length)}${push2(0)}73${to.slice(2)}5afa50`
      // RETURNDATACOPY(at, 0, answer)
      code += `${push2(answer)}${push2(0)}${push2(at)}3e`
      from += length
      at += answer
    }
    // RETURN(ANSWER_AT, …)
    return `${code}${push2(at - ANSWER_AT)}${push2(ANSWER_AT)}f3`
  }
  const code = assemble(assemble(0).length / 2)
  return `0x${code}${inputs.map((input) => input.slice(2)).join('')}` as Hex
}
