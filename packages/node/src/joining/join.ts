/**
 * Joins a federation: says what becomes public for ever, asks, checks what can be checked before money moves, then pays the
 * stake.
 *
 * @example
 * ```ts
 * import { createFederation, initialiseDirectModel, mintDemoTokens, withAccount } from '@tutti/chain'
 * import { encodeSetup } from '@tutti/core'
 * import { joinFederation } from '@tutti/node'
 *
 * await mintDemoTokens(client, { to: account.address, amount: terms.bounty })
 * const another = { ...terms, salt: `0x${'a4'.repeat(32)}` as const }
 * const { id } = await createFederation(client, { terms: another, manifest: manifestBytes, setup: encodeSetup(setup) })
 * await initialiseDirectModel(client, { id })
 *
 * const member = withAccount(client, chain.accounts[6]!)
 * const asked = { client: member, federationId: id, dataset: rows }
 * await mintDemoTokens(client, { to: chain.accounts[6]!.address, amount: terms.stake })
 * await joinFederation({ ...asked, consent: () => false }) // throws ConsentRefusedError
 * const { isNew, manifestHash } = await joinFederation({ ...asked, consent: ({ stake }) => stake <= 1_000n })
 * isNew // → true
 * manifestHash // → terms.manifestHash
 * ```
 */
import {
  type ChainClient,
  InsufficientFundsError,
  InsufficientTokensError,
  join,
  readMember,
  readStatus,
  readToken,
} from '@tutti/chain'
import type { Hex, Token } from '@tutti/core'
import { type Dataset, requireModel, requireStatistics, type Table } from '@tutti/learn'
import { erc20Abi } from 'viem'
import { openBudget } from '../privacy/budget.ts'
import { PrivacyBudgetError } from '../privacy/epsilon.ts'
import { costOf } from '../sending/transactions.ts'
import type { TransactionCost } from '../status/events.ts'
import { type Disclosure, disclose } from './disclosure.ts'
import { readFederation } from './federation.ts'
import { checkDataset, checkTable } from './fitness.ts'

/** What {@link joinFederation} needs. */
export interface JoinOptions {
  /** Connection with the member's account. */
  client: ChainClient
  federationId: Hex
  /** Shows the disclosure and asks; nothing is sent unless it answers true. */
  consent: (disclosure: Disclosure) => boolean | Promise<boolean>
  /** Checked against the manifest's schema before anything is paid. */
  dataset?: Dataset
  /** Rows that a statistics round is to count; checked likewise. */
  table?: Table
  /** Whether {@link table} may be so small that exact statistics tell single rows. Default: no. */
  exposesFewRows?: boolean | undefined
  /** Hash of the manifest that the owner has read; another one on the chain is refused. */
  manifestHash?: Hex
  /** What the gate asks for; empty where there is none. */
  admission?: Hex
  /** Refuses what would pass the privacy budget of the data of a store, by its ledger. Joining itself counts nothing. */
  privacy?: { storeDirectory: string; budget: number }
}

/** How joining ended. */
export interface Joined {
  /** False if the account was a member before; nothing was sent then. */
  isNew: boolean
  account: Hex
  disclosure: Disclosure
  /** Give it to `runNode`, which then refuses any other manifest. */
  manifestHash: Hex
  cost?: TransactionCost
}

/**
 * Joins a federation with the stake of its terms.
 *
 * @throws `StaleManifestError` `UnfitDatasetError` `FewRowsError` `CsvError` `TooManyRowsError` `NoModelError` `NoStatisticsError`
 *   {@link FederationOverError} {@link UninitialisedError} {@link ConsentRefusedError}
 *   `InsufficientTokensError` `InsufficientFundsError` `PrivacyBudgetError` `LedgerDamagedError` `ContractError`; nothing was paid then.
 */
export async function joinFederation(options: JoinOptions): Promise<Joined> {
  const { client, federationId: id, dataset, table, exposesFewRows } = options
  const { account } = client
  if (account === undefined) throw new JoinAccountError()
  const federation = await readFederation(client, id, options.manifestHash)
  const { terms, manifest } = federation
  if (dataset !== undefined) checkDataset(dataset, requireModel(manifest))
  if (table !== undefined) checkTable(table, requireStatistics(manifest), { exposesFewRows })
  const token = await readToken(client, terms.token)
  const disclosure = disclose({ federationId: id, account: account.address, token, ...federation })
  const { manifestHash } = terms
  const [status, member] = await Promise.all([
    readStatus(client, { id }),
    readMember(client, { id, account: account.address }),
  ])
  if (member.isMember) return { isNew: false, account: account.address, disclosure, manifestHash }
  if (status.isFinished) throw new FederationOverError(id)
  if (!status.isInitialised) throw new UninitialisedError(id)
  await checkMeans(client, account.address, terms.stake, token)
  if (options.privacy !== undefined) {
    const { storeDirectory, budget } = options.privacy
    const place = { chainId: client.chainId, federationId: id, account: account.address }
    const refusal = openBudget(storeDirectory, place, federation, budget).refusal()
    if (refusal !== undefined) throw new PrivacyBudgetError(id, refusal)
  }
  if (!(await options.consent(disclosure))) throw new ConsentRefusedError(id)
  const { admission } = options
  const { receipt } = await join(client, { id, ...(admission === undefined ? {} : { admission }) })
  return { isNew: true, account: account.address, disclosure, manifestHash, cost: costOf(receipt) }
}

async function checkMeans(client: ChainClient, account: Hex, stake: bigint, token: Token): Promise<void> {
  const coins = await client.public.getBalance({ address: account })
  if (coins === 0n) throw new InsufficientFundsError(account, 0n)
  if (stake === 0n) return
  const args = [account] as const
  const { address } = token
  const tokens = await client.public.readContract({ address, abi: erc20Abi, functionName: 'balanceOf', args })
  if (tokens < stake) throw new InsufficientTokensError(account, token, tokens, stake)
}

/** The owner did not agree to what joining makes public. Nothing was sent. */
export class ConsentRefusedError extends Error {
  override readonly name = 'ConsentRefusedError'
  readonly isRetryable = false

  constructor(id: string) {
    super(`Agree to what becomes public, or stay out: federation ${id} was not joined, and nothing was sent.`)
  }
}

/** A federation that is finished takes no members. */
export class FederationOverError extends Error {
  override readonly name = 'FederationOverError'
  readonly isRetryable = false

  constructor(id: string) {
    super(`Federation ${id} is finished and takes no members. Its model can still be read and asked.`)
  }
}

/** Nothing can begin before the initial model is complete; a stake would wait for it. */
export class UninitialisedError extends Error {
  override readonly name = 'UninitialisedError'
  readonly isRetryable = true

  constructor(id: string) {
    super(
      `Join once \`tutti create --resume ${id}\` has completed the initial model of the federation, which anyone may run. ` +
        'No stake was paid.',
    )
  }
}

/** Joining was asked of a client that only reads. */
export class JoinAccountError extends Error {
  override readonly name = 'JoinAccountError'
  readonly isRetryable = false

  constructor() {
    super('Connect with the private key of the member: the client has no account to join with.')
  }
}
