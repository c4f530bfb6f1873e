/**
 * All federations of a chain as an owner's node sees them: found, read and held against its policy. Nothing is signed or
 * sent.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { surveyFederations } from '@tutti/node'
 *
 * const storeDirectory = mkdtempSync('/tmp/stores-')
 * const all = await surveyFederations({ client, storeDirectory })
 * const one = all.find(({ creation }) => creation.id === federationId)
 * one?.name // → 'pumps'
 * one?.kind // → 'model'
 * rmSync(storeDirectory, { recursive: true })
 * ```
 */
import {
  type ChainClient,
  type Creation,
  inspectModules,
  localChainId,
  type Member,
  type Module,
  pathOf,
  readLimits,
  readMember,
  readRound,
  readStatus,
  readToken,
} from '@tutti/chain'
import { type GasPrices, type Hex, keccak256, type Token } from '@tutti/core'
import { type Dataset, isStatistics, type PublishedManifest, type Table, toCanonicalJson } from '@tutti/learn'
import { erc20Abi } from 'viem'
import { readChainTime } from '../decide/observe.ts'
import { epsilonOf, type Spending } from '../privacy/epsilon.ts'
import { readSpendings, spentByOthers } from '../privacy/ledger.ts'
import type { Policy } from '../settings/policy.ts'
import { type Assessment, assessFederation } from './assessment.ts'
import { type DiscoverOptions, discoverFederations } from './discover.ts'
import { toFacts } from './federation.ts'
import { checkDataset, checkTable } from './fitness.ts'

/** The owner's data as a federation takes them: examples to train on, or rows to count. */
export type OwnData = { dataset: Dataset } | { table: Table }

/** What {@link surveyFederations} needs. */
export interface SurveyOptions extends DiscoverOptions {
  /** Absent: only what nobody could join is refused. */
  policy?: Policy | undefined
  /**
   * Reads the owner's data by a federation's schema, or the rows that a statistics round counts; what it throws says why
   * they do not fit. Absent: data are not read, as for a trainer of the owner's own.
   */
  readData?: ((manifest: PublishedManifest) => Promise<OwnData>) | undefined
  /** Whether the node can serve models alone, as a trainer of the owner's own does. Default: statistics rounds too. */
  isForModels?: boolean
}

/** A federation, and what it is to the node's owner. */
export interface Surveyed {
  creation: Creation
  /** The contracts that it depends on, and whether they are ours. */
  modules: Module[]
  /** Of its terms: what amounts are amounts of. */
  token: Token
  /** What its manifest calls it; empty where that cannot be read. */
  name: string
  /** Undefined where its manifest cannot be read. */
  kind: 'model' | 'statistics' | undefined
  /** Of its data schema, or of what it counts; undefined where its manifest cannot be read. */
  schemaHash: Hex | undefined
  members: number
  roundsClosed: number
  /** Whether its initial model is whole; nothing begins before. */
  isInitialised: boolean
  isFinished: boolean
  /** The account's own part in it; undefined for a client that only reads. */
  own: Member | undefined
  /** Member, or owed something: served before anything is joined, whatever the policy says. */
  isOwn: boolean
  assessment: Assessment
}

/**
 * Finds every federation and holds it against the policy.
 *
 * @throws `ChainUnreachableError` `LedgerDamagedError`
 * @returns Own ones first, then those the policy allows, then the others. Of those allowed: in the order in which the policy
 *   lists their tokens, the best paid first, since pay in one token says nothing of pay in another; oldest first among equals.
 */
export async function surveyFederations(options: SurveyOptions): Promise<Surveyed[]> {
  const { client } = options
  const creations = await discoverFederations(options)
  const coins = client.account === undefined ? 1n : await client.public.getBalance({ address: client.account.address })
  const [now, { prices }] = await Promise.all([readChainTime(client), readLimits(client)])
  // Without a budget the ledger is not read, so that damage to it does no harm.
  const spendings =
    options.policy?.privacyEpsilon === undefined ? [] : readSpendings(options.storeDirectory, options.disk)
  const surveyed: Surveyed[] = []
  for (const creation of creations) surveyed.push(await surveyOne(creation, options, { coins, now, spendings, prices }))
  const rank = ({ isOwn, assessment }: Surveyed) => (isOwn ? 0 : assessment.isWanted ? 1 : 2)
  const order = Object.keys(options.policy?.tokens ?? {})
  const preference = ({ creation: { terms } }: Surveyed) => {
    const place = order.indexOf(terms.token.toLowerCase())
    return place < 0 ? order.length : place
  }
  return surveyed.sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b)
    if (rank(a) === 1 && preference(a) !== preference(b)) return preference(a) - preference(b)
    const [left, right] = [a.assessment.netPerRound, b.assessment.netPerRound]
    return rank(a) === 1 && left !== right ? (left > right ? -1 : 1) : 0
  })
}

/** What is the same for all federations of a survey. */
interface Circumstances {
  coins: bigint
  now: number
  spendings: readonly Spending[]
  prices: GasPrices
}

async function surveyOne(
  creation: Creation,
  options: SurveyOptions,
  { coins, now, spendings, prices }: Circumstances,
): Promise<Surveyed> {
  const { client, policy } = options
  const { id, terms, creator } = creation
  const account = client.account?.address
  const [status, round, own, tokens, token, modules] = await Promise.all([
    readStatus(client, { id }),
    readRound(client, { id }),
    account === undefined ? undefined : readMember(client, { id, account }),
    account === undefined || terms.stake === 0n ? terms.stake : readTokens(client, terms.token, account),
    readToken(client, terms.token),
    inspectModules(client, creation),
  ])
  const { manifest, fault } = readPublished(creation)
  // Reading the data is the dearest check: only for those that could be joined.
  const dataFault = manifest === undefined || status.isFinished ? undefined : await findDataFault(manifest, options)
  const path = pathOf(creation)
  const candidate = {
    id,
    creator,
    terms,
    token,
    status,
    isJoining: round.openedAt === 0,
    now,
    manifestFault: fault,
    minimumMembers: manifest !== undefined && isStatistics(manifest) ? manifest.plan.minimumMembers : undefined,
    schemaHash: manifest === undefined ? undefined : schemaHashOf(manifest),
    statedEpsilon: manifest === undefined ? undefined : epsilonOf(manifest, terms.rounds),
    spentEpsilon: spentByOthers(spendings, { federationId: id, account }),
    dataFault,
    path,
    prices,
    isLocalChain: client.chainId === localChainId,
    isAggregatorKnown: modules.some(({ name, isKnown }) => name === 'aggregator' && isKnown),
  }
  return {
    creation,
    modules,
    token,
    name: manifest?.name ?? '',
    kind: manifest === undefined ? undefined : isStatistics(manifest) ? 'statistics' : 'model',
    schemaHash: candidate.schemaHash,
    members: status.members,
    roundsClosed: status.roundsClosed,
    isInitialised: status.isInitialised,
    isFinished: status.isFinished,
    own,
    isOwn: own !== undefined && (own.owed > 0n || own.stake > 0n || (own.isMember && !status.isFinished)),
    assessment: assessFederation(candidate, policy, { coins, tokens }),
  }
}

async function findDataFault(
  manifest: PublishedManifest,
  { readData, policy, isForModels = false }: SurveyOptions,
): Promise<string | undefined> {
  if (isForModels && isStatistics(manifest)) return 'it is a statistics round, and a trainer trains models; give --data'
  if (readData === undefined) return undefined
  try {
    const own = await readData(manifest)
    if (isStatistics(manifest)) {
      if (!('table' in own)) return 'it is a statistics round, which counts rows'
      checkTable(own.table, manifest, { exposesFewRows: policy?.exposesFewRows })
    } else {
      if (!('dataset' in own)) return 'it trains a model, which needs examples'
      checkDataset(own.dataset, manifest)
    }
    return undefined
  } catch (error) {
    return toReason(error)
  }
}

/**
 * What `policy.schemas` names: the hash of the canonical JSON of a model's data schema, or of a statistics round's whole
 * plan (columns, ranges, bins, the most rows and the fewest members), so that its owner allows exactly what is counted.
 */
export function schemaHashOf(manifest: PublishedManifest): Hex {
  const asked = isStatistics(manifest) ? manifest.plan : manifest.data
  return keccak256(new TextEncoder().encode(toCanonicalJson(asked)))
}

function readPublished(creation: Creation): { manifest?: PublishedManifest; fault: string | undefined } {
  try {
    return { manifest: toFacts(creation).manifest, fault: undefined }
  } catch (error) {
    return { fault: toReason(error) }
  }
}

function toReason(error: unknown): string {
  return (error as Error).message.replace(/\.$/, '')
}

function readTokens(client: ChainClient, token: Hex, account: Hex): Promise<bigint> {
  const args = [account] as const
  return client.public.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args }).catch(() => 0n)
}
