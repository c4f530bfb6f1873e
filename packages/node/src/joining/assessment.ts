/**
 * Whether a federation is one that an owner's policy lets a node join, and why not: pure, of what is known of it.
 */
import {
  BERLIN_PRICES,
  estimateOwnPartAt,
  formatTokens,
  type GasPrices,
  type Hex,
  keeperBudget,
  potRoundedDown,
  type Terms,
  type Token,
} from '@tutti/core'
import { canOpenWith, defaultMaximumWaitSeconds, waitEnd } from '../decide/waiting.ts'
import { refuseEpsilon } from '../privacy/epsilon.ts'
import { type Policy, refuseToken, toUnitLimits, worthOfGas } from '../settings/policy.ts'

/** What is known of a federation that the node has not joined. */
export interface Candidate {
  id: Hex
  creator: Hex
  terms: Terms
  /** Of the terms, as it describes itself. */
  token: Token
  status: {
    createdAt: number
    isFinished: boolean
    isInitialised: boolean
    isEnding: boolean
    members: number
    roundsClosed: number
  }
  /** Whether no round is in progress: members are waited for. */
  isJoining: boolean
  /** Time of the chain, in seconds. */
  now: number
  /** Why its manifest cannot be used; undefined if it can. */
  manifestFault: string | undefined
  /** Fewest members that its manifest lets take part: of a statistics round. */
  minimumMembers: number | undefined
  /** Hash of the manifest's data schema, or of what it counts; undefined if there is none. */
  schemaHash: Hex | undefined
  /** ε over all rounds that the manifest promises; undefined if it promises nothing. */
  statedEpsilon: number | undefined
  /** ε of all other federations that the owner's data went to; `Infinity` once one of them promised nothing. */
  spentEpsilon: number
  /** Why the owner's data do not fit; undefined if they do, or if the node does not read them. */
  dataFault: string | undefined
  /** Where its numbers live. */
  path: 'direct' | 'blob'
  /** Of the chain; those until Osaka when absent. */
  prices?: GasPrices
  /** Whether the aggregator is one whose payloads this node can make. */
  isAggregatorKnown: boolean
  /** Whether it is on a chain of this machine, where terms may be those of a private network. */
  isLocalChain: boolean
}

/** What the owner has. */
export interface Means {
  coins: bigint
  /** Of the candidate's token. */
  tokens: bigint
}

/** What is thought of a federation. */
export interface Judgement {
  isWanted: boolean
  /** Why not, one sentence each, all that apply. */
  refusals: string[]
  /** Share of a round's pot if all of the cohort take part and keepers are paid the most they can be. */
  rewardPerRound: bigint
  /** Bound on the gas of the own part of a round. */
  gasPerRound: number
  /** Blob gas of it, which has a price of its own and is not in what the gas is worth. */
  blobGasPerRound: number
  /** ε over all rounds that the manifest promises; undefined if it promises nothing. */
  epsilon: number | undefined
  /** Whether the owner's privacy budget has no room for it: one of the refusals says so. */
  isOverBudget: boolean
  /** Reward less what the gas is worth; the reward alone where the owner does not say what gas is worth. */
  netPerRound: bigint
}

/**
 * Judges a federation by a policy.
 *
 * @param stated - The owner's; undefined where there is none, and only what nobody could join is refused.
 */
export function judgeFederation(candidate: Candidate, stated: Policy | undefined, means: Means): Judgement {
  const { terms, status, creator, token } = candidate
  const policy: Policy = stated ?? { tokens: {}, maximumWaitSeconds: Number.MAX_SAFE_INTEGER }
  const listed = policy.tokens[terms.token.toLowerCase() as Hex]
  const tokenRefusal = stated === undefined ? undefined : refuseToken(token, listed)
  const limits = toUnitLimits(listed, token)
  const isComparable = stated !== undefined && tokenRefusal === undefined
  const rewardPerRound = expectedReward(terms)
  const { gas: gasPerRound, blobGas: blobGasPerRound } = estimateOwnPartAt(
    terms,
    candidate.path,
    candidate.prices ?? BERLIN_PRICES,
  )
  const { maximumStake, minimumReward, tokensPerMegagas } = limits
  const worth = tokensPerMegagas === undefined ? 0n : worthOfGas(gasPerRound, tokensPerMegagas)
  const netPerRound = rewardPerRound - worth
  const overBudget =
    candidate.manifestFault === undefined
      ? refuseEpsilon(candidate.statedEpsilon, candidate.spentEpsilon, policy.privacyEpsilon)
      : undefined
  const refusals: string[] = []
  const refuseIf = (isRefused: boolean, reason: string) => {
    if (isRefused) refusals.push(reason)
  }
  const toTokens = (units: bigint) => formatTokens(units, token)
  const isAmong = (list: Hex[] | undefined, value: Hex) =>
    list === undefined || list.includes(value.toLowerCase() as Hex)

  refuseIf(status.isFinished, 'it is finished')
  refuseIf(status.isEnding && !status.isFinished, 'its members have voted to end it')
  refuseIf(!status.isInitialised, 'its initial model is not complete; tutti create --resume completes it')
  refuseIf(candidate.manifestFault !== undefined, `its manifest cannot be used: ${candidate.manifestFault}`)
  refuseIf(!candidate.isAggregatorKnown, `its aggregator ${terms.aggregator} is not one that this node knows`)
  refuseIf(
    terms.isPrivateNetwork && !candidate.isLocalChain && policy.privateNetworks !== true,
    'its terms are for a private network; policy.privateNetworks does not allow that',
  )
  refuseIf(BigInt(terms.gate) !== 0n, `its gate ${terms.gate} asks for an admission, which this node does not have`)
  refuseIf(
    BigInt(terms.judge) !== 0n,
    `its judge ${terms.judge}, which splits the pot, is not one that this node knows`,
  )
  refuseIf(!isAmong(policy.creators, creator), `its creator ${creator} is not among policy.creators`)
  if (tokenRefusal !== undefined) refusals.push(tokenRefusal)
  const isPaidOnly = Object.values(policy.tokens).some((limit) => Number(limit.minimumReward ?? 0) > 0)
  refuseIf(BigInt(terms.token) === 0n && isPaidOnly, 'it pays nothing, and policy.tokens asks for a reward')
  if (candidate.manifestFault === undefined) {
    const hash = candidate.schemaHash
    refuseIf(
      policy.schemas !== undefined && (hash === undefined || !isAmong(policy.schemas, hash)),
      `its data schema ${hash} is not among policy.schemas`,
    )
    refuseIf(candidate.dataFault !== undefined, `the data do not fit: ${candidate.dataFault}`)
    const minimumMembers = candidate.minimumMembers ?? 0
    refuseIf(
      terms.cohortSize < minimumMembers,
      `its terms allow ${terms.cohortSize} members; with fewer than the ${minimumMembers} of its manifest nothing is sent`,
    )
    if (overBudget !== undefined) refusals.push(overBudget)
  }
  const waited = policy.maximumWaitSeconds ?? defaultMaximumWaitSeconds
  refuseIf(
    candidate.isJoining &&
      !canOpenWith(status.members + 1, terms) &&
      candidate.now >= waitEnd(status.createdAt, terms, waited),
    `it has not opened: ${status.members} members have joined, ${terms.minimumUpdates} are needed, and ` +
      `policy.maximumWaitSeconds allows ${waited} after the end of joining`,
  )
  refuseIf(
    isComparable && terms.stake > maximumStake,
    `its stake is ${toTokens(terms.stake)}; maximumStake allows ${toTokens(maximumStake)}`,
  )
  const { maximumGasPerRound } = policy
  refuseIf(
    isComparable && minimumReward !== undefined && rewardPerRound < minimumReward,
    `a round is worth ${toTokens(rewardPerRound)}; minimumReward asks for ${toTokens(minimumReward ?? 0n)}`,
  )
  refuseIf(
    maximumGasPerRound !== undefined && gasPerRound > maximumGasPerRound,
    `a round may take ${gasPerRound} gas; policy.maximumGasPerRound allows ${maximumGasPerRound}`,
  )
  const { maximumBlobGasPerRound } = policy
  refuseIf(
    maximumBlobGasPerRound !== undefined && blobGasPerRound > maximumBlobGasPerRound,
    `a round takes ${blobGasPerRound} blob gas; policy.maximumBlobGasPerRound allows ${maximumBlobGasPerRound}`,
  )
  refuseIf(
    isComparable && tokensPerMegagas !== undefined && netPerRound < 0n,
    `a round is worth ${toTokens(rewardPerRound)}, and its gas ${toTokens(worth)} at tokensPerMegagas`,
  )
  refuseIf(
    terms.stake > means.tokens,
    `its stake is ${toTokens(terms.stake)}; the account has ${toTokens(means.tokens)}`,
  )
  refuseIf(means.coins === 0n, 'the account has nothing to pay gas with')
  return {
    isWanted: refusals.length === 0,
    refusals,
    rewardPerRound,
    gasPerRound,
    blobGasPerRound,
    netPerRound,
    epsilon: candidate.statedEpsilon,
    isOverBudget: overBudget !== undefined,
  }
}

/** `⌊(pot − most that keepers get) / cohort⌋`, a round. */
export function expectedReward(terms: Terms): bigint {
  const left = potRoundedDown(terms) - keeperBudget(terms)
  return left <= 0n ? 0n : left / BigInt(terms.cohortSize)
}
