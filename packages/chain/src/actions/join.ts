/**
 * Joining: the stake is checked, permitted or approved, and then deposited.
 *
 * @example
 * ```ts
 * import { createFederation, initialiseDirectModel, join, mintDemoTokens, readMembers, withAccount } from '@tutti/chain'
 * import { encodeSetup } from '@tutti/core'
 *
 * await mintDemoTokens(client, { to: account.address, amount: terms.bounty })
 * const another = { ...terms, salt: `0x${'a2'.repeat(32)}` as const }
 * const { id } = await createFederation(client, { terms: another, manifest: manifestBytes, setup: encodeSetup(setup) })
 * await initialiseDirectModel(client, { id })
 *
 * const member = withAccount(client, chain.accounts[5]!)
 * await join(member, { id }) // throws InsufficientTokensError
 * await mintDemoTokens(client, { to: chain.accounts[5]!.address, amount: terms.stake })
 * await join(member, { id })
 * await readMembers(client, { id }) // → [chain.accounts[5]!.address]
 * ```
 */

import { encodeFunctionData, type Hex } from 'viem'
import { federationAbi } from '../abi/federation.ts'
import type { ChainClient } from '../client/client.ts'
import { readTerms } from '../reads/federation.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'
import { callToJoin, type FederationTarget } from './calls.ts'
import { callToApprove, checkTokens, signPermit } from './tokens.ts'

/**
 * Joins a federation with the stake of its terms.
 *
 * @param parameters - `authorisation`: how the core may take the stake: by a permit where the token knows them (one
 *   transaction, the default), or by an approval. Nothing is asked for that is allowed already.
 * @throws {@link ContractError}, {@link InsufficientTokensError}, {@link InsufficientFundsError}
 */
export async function join(
  client: ChainClient,
  parameters: FederationTarget & { admission?: Hex; authorisation?: 'permit' | 'approve' },
): Promise<WriteResult> {
  const { id, admission = '0x', authorisation = 'permit' } = parameters
  const { stake, token } = await readTerms(client, { id })
  if (stake > 0n && !(await checkTokens(client, { token, amount: stake })).isAllowed) {
    const permit = authorisation === 'permit' ? await signPermit(client, { token, amount: stake }) : undefined
    if (permit !== undefined) {
      const args = [id, admission, permit.deadline, permit.v, permit.r, permit.s] as const
      const data = encodeFunctionData({ abi: federationAbi, functionName: 'joinWithPermit', args })
      return sendCall(client, { to: client.core, data })
    }
    await sendCall(client, callToApprove(client, { token, amount: stake }))
  }
  return sendCall(client, callToJoin(client, { id, admission }))
}
