/**
 * All federations of a chain as an owner's node sees them: found, read, judged by its policy. Nothing is signed or sent.
 */
import {
  blobAggregatorAddress,
  type ChainClient,
  type Creation,
  deployment,
  type Member,
  pathOf,
  readMember,
  readStatus,
} from '@tutti/chain'
import { type Hex, keccak256 } from '@tutti/core'
import { type Dataset, type Manifest, parseModelManifest, toCanonicalJson } from '@tutti/learn'
import { erc20Abi } from 'viem'
import { type DiscoverOptions, discoverFederations } from './discover.ts'
import { checkDataset } from './fitness.ts'
import { type Judgement, judgeFederation } from './judgement.ts'
import type { Policy } from './policy.ts'

/** What {@link surveyFederations} needs. */
export interface SurveyOptions extends DiscoverOptions {
  policy: Policy
  /**
   * The owner's data by a federation's schema; what it throws says why they do not fit. Absent: data are not read, as
   * for a trainer of the owner's own.
   */
  readData?: ((manifest: Manifest) => Promise<Dataset>) | undefined
}

/** A federation and what the node makes of it. */
export interface Surveyed {
  creation: Creation
  /** What its manifest calls it; empty where that cannot be read. */
  name: string
  /** Of its data schema; undefined where its manifest cannot be read. */
  schemaHash: Hex | undefined
  members: number
  roundsClosed: number
  isFinished: boolean
  /** The account's own part in it; undefined for a client that only reads. */
  own: Member | undefined
  /** Member, or owed something: served before anything is joined, whatever the policy says. */
  isOwn: boolean
  judgement: Judgement
}

/**
 * Finds and judges every federation.
 *
 * @returns Own ones first, then those the policy allows, the best paid first, then the others; oldest first among equals.
 */
export async function surveyFederations(options: SurveyOptions): Promise<Surveyed[]> {
  const { client } = options
  const creations = await discoverFederations(options)
  const coins = client.account === undefined ? 1n : await client.public.getBalance({ address: client.account.address })
  const surveyed: Surveyed[] = []
  for (const creation of creations) surveyed.push(await surveyOne(creation, options, coins))
  const rank = ({ isOwn, judgement }: Surveyed) => (isOwn ? 0 : judgement.isWanted ? 1 : 2)
  return surveyed.sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b)
    const [left, right] = [a.judgement.netPerRound, b.judgement.netPerRound]
    return rank(a) === 1 && left !== right ? (left > right ? -1 : 1) : 0
  })
}

async function surveyOne(creation: Creation, options: SurveyOptions, coins: bigint): Promise<Surveyed> {
  const { client, policy, readData } = options
  const { id, terms, creator } = creation
  const account = client.account?.address
  const [status, own, tokens] = await Promise.all([
    readStatus(client, { id }),
    account === undefined ? undefined : readMember(client, { id, account }),
    account === undefined || terms.stake === 0n ? terms.stake : readTokens(client, terms.token, account),
  ])
  const { manifest, fault } = readPublished(creation)
  let dataFault: string | undefined
  // Reading the data is the dearest check: only for those that could be joined.
  if (manifest !== undefined && readData !== undefined && !status.isFinished) {
    try {
      checkDataset(await readData(manifest), manifest)
    } catch (error) {
      dataFault = (error as Error).message.replace(/\.$/, '')
    }
  }
  const path = pathOf(creation)
  const candidate = {
    id,
    creator,
    terms,
    status,
    manifestFault: fault,
    schemaHash: manifest === undefined ? undefined : schemaHashOf(manifest),
    statedEpsilon: statedEpsilon(creation.manifest),
    dataFault,
    path,
    isAggregatorKnown:
      terms.aggregator.toLowerCase() ===
      (path === 'blob' ? blobAggregatorAddress() : deployment().directAggregator).toLowerCase(),
  }
  return {
    creation,
    name: manifest?.name ?? '',
    schemaHash: candidate.schemaHash,
    members: status.members,
    roundsClosed: status.roundsClosed,
    isFinished: status.isFinished,
    own,
    isOwn: own !== undefined && (own.owed > 0n || own.stake > 0n || (own.isMember && !status.isFinished)),
    judgement: judgeFederation(candidate, policy, { coins, tokens }),
  }
}

/** Hash of the canonical JSON of a manifest's data schema: what `policy.schemas` names. */
export function schemaHashOf({ data }: Manifest): Hex {
  return keccak256(new TextEncoder().encode(toCanonicalJson(data)))
}

function readPublished({ manifest, terms }: Creation): { manifest?: Manifest; fault: string | undefined } {
  if (keccak256(manifest) !== terms.manifestHash.toLowerCase()) return { fault: 'it is not the one its terms name' }
  try {
    return { manifest: parseModelManifest(manifest), fault: undefined }
  } catch (error) {
    return { fault: (error as Error).message.replace(/\.$/, '') }
  }
}

/** ε that a manifest promises over all rounds, as a number or a ratio, under `noise` or `privacy`. */
function statedEpsilon(manifest: Uint8Array): number | undefined {
  try {
    const { noise, privacy } = JSON.parse(new TextDecoder().decode(manifest))
    const epsilon: unknown = noise?.epsilon ?? privacy?.epsilon
    const value = Array.isArray(epsilon) ? Number(epsilon[0]) / Number(epsilon[1]) : epsilon
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined
  } catch {
    return undefined
  }
}

function readTokens(client: ChainClient, token: Hex, account: Hex): Promise<bigint> {
  const args = [account] as const
  return client.public.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args }).catch(() => 0n)
}
