/**
 * Tokens around a federation: enough of them, approved or permitted.
 *
 * @example
 * ```ts
 * import { checkTokens, mintDemoTokens, readBalance } from '@tutti/chain'
 *
 * const { token } = terms
 * const before = await readBalance(client, { token, account: account.address })
 * await mintDemoTokens(client, { to: account.address, amount: 5n })
 * const after = await readBalance(client, { token, account: account.address })
 * after - before // → 5n
 * await checkTokens(client, { token, amount: after + 1n }) // throws InsufficientTokensError
 * ```
 */

import { type Address, encodeFunctionData, erc20Abi, type Hex, isAddressEqual, parseSignature } from 'viem'
import { demoTokenAbi } from '../abi/demoToken.ts'
import type { ChainClient } from '../client/client.ts'
import { deployment } from '../client/deployment.ts'
import { ChainError, InsufficientTokensError, NoAccountError, withChainErrors } from '../client/errors.ts'
import { readToken } from '../reads/token.ts'
import type { Call } from '../transactions/prepare.ts'
import { sendCall, type WriteResult } from '../transactions/send.ts'

/** Makes demo tokens out of nothing. They are worth nothing. */
export function mintDemoTokens(
  client: ChainClient,
  { to, amount, token = deployment().demoToken }: { to: Address; amount: bigint; token?: Address },
): Promise<WriteResult> {
  return sendCall(client, {
    to: token,
    data: encodeFunctionData({ abi: demoTokenAbi, functionName: 'mint', args: [to, amount] }),
  })
}

/** Lets the core take `amount` of a token. */
export function callToApprove({ core }: Pick<ChainClient, 'core'>, { token, amount }: TokenAmount): Call {
  return { to: token, data: encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [core, amount] }) }
}

export type TokenAmount = { token: Address; amount: bigint }

/** What an account holds of a token. */
export function readBalance(
  client: ChainClient,
  { token, account }: { token: Address; account: Address },
): Promise<bigint> {
  return withChainErrors(client, () =>
    client.public.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args: [account] }),
  )
}

/**
 * Checks that the signer holds `amount` and says whether the core may already take it.
 *
 * @throws {@link InsufficientTokensError}
 */
export async function checkTokens(
  client: ChainClient,
  { token, amount }: TokenAmount,
): Promise<{ isAllowed: boolean }> {
  if (client.account === undefined) throw new NoAccountError()
  const owner = client.account.address
  const [balance, allowance] = await Promise.all([
    readBalance(client, { token, account: owner }),
    withChainErrors(client, () =>
      client.public.readContract({
        address: token,
        abi: erc20Abi,
        functionName: 'allowance',
        args: [owner, client.core],
      }),
    ),
  ])
  if (balance < amount) throw new InsufficientTokensError(owner, await readToken(client, token), balance, amount)
  return { isAllowed: allowance >= amount }
}

/**
 * Checks that there is a contract where the terms say that the token is.
 *
 * @throws {@link TokenMissingError}
 */
export async function requireToken(client: ChainClient, token: Address): Promise<void> {
  const code = await withChainErrors(client, () => client.public.getCode({ address: token }))
  if (code === undefined || code === '0x') throw new TokenMissingError(token, client.chainId)
}

/** A signature that lets the core take tokens, in place of an approval (ERC-2612). */
export type Permit = { deadline: bigint; v: number; r: Hex; s: Hex }

/** For how long a permit holds that nobody has used: a day, so that a transaction may wait. */
const PERMIT_SECONDS = 86_400n

/**
 * Signs a permit for `amount` to the core; undefined if the token knows no permits.
 *
 * @see ERC-2612, ERC-5267
 */
export async function signPermit(client: ChainClient, { token, amount }: TokenAmount): Promise<Permit | undefined> {
  const { account } = client
  if (account === undefined) throw new NoAccountError()
  const contract = { address: token, abi: demoTokenAbi } as const
  let nonce: bigint
  let domain: readonly [Hex, string, string, bigint, Address, Hex, readonly bigint[]]
  let timestamp: bigint
  try {
    ;[nonce, domain, { timestamp }] = await Promise.all([
      client.public.readContract({ ...contract, functionName: 'nonces', args: [account.address] }),
      client.public.readContract({ ...contract, functionName: 'eip712Domain' }),
      client.public.getBlock({ includeTransactions: false }),
    ])
  } catch {
    return undefined
  }
  const [, name, version, chainId, verifyingContract] = domain
  // A token may name the domain of a dearer one, for which the signature would be a permit too.
  if (!isAddressEqual(verifyingContract, token) || chainId !== BigInt(client.chainId)) return undefined
  const deadline = timestamp + PERMIT_SECONDS
  const signature = await account.signTypedData({
    domain: { name, version, chainId: Number(chainId), verifyingContract },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: account.address, spender: client.core, value: amount, nonce, deadline },
  })
  const { r, s, yParity } = parseSignature(signature)
  return { deadline, v: 27 + yParity, r, s }
}

/** The token of stake and bounty is not on this chain. */
export class TokenMissingError extends ChainError {
  constructor(token: Address, chainId: number) {
    const isDemo = token.toLowerCase() === deployment().demoToken.toLowerCase()
    super(
      `There is no ${isDemo ? 'demo token' : 'token'} at ${token} on chain ${chainId}. Name another (--token), go ` +
        'without (--stake 0 --bounty 0, no --seal-pay), or on a test net deploy the demo token (tutti deploy --demo-token).',
      false,
    )
  }
}
