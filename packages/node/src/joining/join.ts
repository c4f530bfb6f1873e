/**
 * Joining: say what becomes public for ever, ask, check what can be checked before money moves, then pay the stake.
 */
import {
  type ChainClient,
  InsufficientFundsError,
  InsufficientTokensError,
  join,
  type PathName,
  readMember,
  readStatus,
  readToken,
} from '@tutti/chain'
import {
  assignedShards,
  BLOB_BYTES,
  formatCount,
  type Hex,
  payloadBytes,
  shardBlobs,
  shardRange,
  type Terms,
  type Token,
} from '@tutti/core'
import {
  type Dataset,
  FEWEST_ROWS,
  isStatistics,
  type PublishedManifest,
  requireModel,
  requireStatistics,
  type StatisticsManifest,
  type Table,
} from '@tutti/learn'
import { erc20Abi } from 'viem'
import { openBudget } from '../privacy/budget.ts'
import { formatEpsilon, PrivacyBudgetError } from '../privacy/epsilon.ts'
import { costOf } from '../sending/transactions.ts'
import type { TransactionCost } from '../status/events.ts'
import { readFederation } from './federation.ts'
import { checkDataset, checkTable } from './fitness.ts'

/** What an owner of data agrees to by joining. */
export interface Disclosure {
  federationId: Hex
  /** Who is to join; undefined where that is not known yet. */
  account: Hex | undefined
  /** Of the manifest: what the owner agrees to is exactly the manifest with this hash. */
  manifestHash: Hex
  name: string
  purpose: string
  licence: string
  contact: string
  /** In the creator's words: what taking part makes public. */
  publicity: string
  /** What the contracts make public for ever, one sentence each. */
  published: string[]
  /** What stays on this machine, and what can be learnt of it nevertheless. */
  kept: string[]
  /** In smallest units of the token. */
  stake: bigint
  token: Token
  rounds: number
  /** Bytes of this member's update in a round. */
  updateBytes: number
}

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
  const { terms, manifest, pathName } = await readFederation(client, id, options.manifestHash)
  if (dataset !== undefined) checkDataset(dataset, requireModel(manifest))
  if (table !== undefined) checkTable(table, requireStatistics(manifest), { exposesFewRows })
  const token = await readToken(client, terms.token)
  const disclosure = disclose(id, account.address, terms, manifest, token, pathName)
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
    const refusal = openBudget(storeDirectory, place, { terms, manifest }, budget).refusal()
    if (refusal !== undefined) throw new PrivacyBudgetError(id, refusal)
  }
  if (!(await options.consent(disclosure))) throw new ConsentRefusedError(id)
  const { admission } = options
  const { receipt } = await join(client, { id, ...(admission === undefined ? {} : { admission }) })
  return { isNew: true, account: account.address, disclosure, manifestHash, cost: costOf(receipt) }
}

/** Says what joining makes public, from terms and manifest. @param account - Who is to join; undefined: not known yet. */
export function disclose(
  federationId: Hex,
  account: Hex | undefined,
  terms: Terms,
  manifest: PublishedManifest,
  token: Token,
  pathName: PathName = 'direct',
): Disclosure {
  const bytesOf = (shard: number) =>
    pathName === 'direct'
      ? payloadBytes(shardRange(terms, shard).length, terms.bits)
      : BLOB_BYTES * shardBlobs(terms, shard).lengths.length
  const updateBytes = assignedShards(terms, 0, 0).reduce((sum, shard) => sum + bytesOf(shard), 0)
  const size =
    pathName === 'direct'
      ? `${updateBytes} bytes, ${terms.bits} bits a parameter`
      : `${formatCount(updateBytes / BLOB_BYTES, 'blob')} of ${BLOB_BYTES} bytes, which the chain forgets and whoever kept them does not`
  const { name, purpose, licence, contact, publicity } = manifest
  return {
    federationId,
    account,
    manifestHash: terms.manifestHash,
    name,
    purpose,
    licence,
    contact,
    publicity,
    published: [
      `The address ${account ?? 'of your account'}, that it is a member, and when it joined, acted and left.`,
      `Its stake, rewards and payments.`,
      `Its update of every round it takes part in: ${size}.`,
      ...(isStatistics(manifest)
        ? discloseStatistics(manifest, terms.rounds)
        : [
            'Metrics of its training: number of examples, in all and of each class, loss, correct answers, clamped values.',
            'The model that all updates together make.',
          ]),
    ],
    kept: [
      'The data set itself never leaves this machine.',
      isStatistics(manifest)
        ? `Single rows are not in the update, but counts and sums of few rows tell of them: exact ones of fewer than ${FEWEST_ROWS} are not sent unless you allow it.`
        : 'An update reveals something of the data behind it: this alone is not privacy.',
    ],
    stake: terms.stake,
    token,
    rounds: terms.rounds,
    updateBytes,
  }
}

/** What a statistics round makes public of a member. */
function discloseStatistics({ plan, noise }: StatisticsManifest, rounds: number): string[] {
  const { columns, minimumMembers, exposesFew } = plan
  const own =
    noise === undefined
      ? 'That update is its own counts and sums, exactly, for everyone to read: no noise hides a row.'
      : `That update is its own counts and sums with noise that makes them ε-differentially private for a row, ε = ${formatEpsilon(noise.epsilon[0] / noise.epsilon[1])}${rounds > 1 ? ` in each of ${formatCount(rounds, 'round')}` : ''}.`
  const few =
    exposesFew === true
      ? `The creator allows as few as ${formatCount(minimumMembers, 'member')}, who then learn each other's statistics.`
      : `With fewer than ${formatCount(minimumMembers, 'member')} nothing is sent.`
  return [
    `Of ${columns.length} columns (${columns.map(({ name }) => name).join(', ')}): number of rows, counts by range or ` +
      'category, sums and sums of squares; of this member, and of all together.',
    own,
    few,
  ]
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
    super(`Federation ${id} was not joined: joining needs consent to what becomes public.`)
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

/** Nothing can begin before the initial model is whole; a stake would wait for whoever writes it. */
export class UninitialisedError extends Error {
  override readonly name = 'UninitialisedError'
  readonly isRetryable = true

  constructor(id: string) {
    super(
      `The initial model of federation ${id} is not written yet, and no stake was paid. Whoever runs ` +
        `\`tutti create --resume ${id}\` finishes it; then join.`,
    )
  }
}

/** Joining was asked of a client that only reads. */
export class JoinAccountError extends Error {
  override readonly name = 'JoinAccountError'
  readonly isRetryable = false

  constructor() {
    super('The client has no account to join with. Connect with the private key of the member.')
  }
}
