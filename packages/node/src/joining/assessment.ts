/**
 * Whether an owner's policy lets a node join a federation, and if not, why. Pure: it sees only what is known of the
 * federation and what the account has.
 *
 * @example
 * ```ts
 * import { expectedReward } from '@tutti/node'
 *
 * expectedReward(terms) // → 1366n
 * ```
 */
import {
  BERLIN_PRICES,
  estimateMemberCostAt,
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
import { type Policy, refuseToken, toUnitLimits, type UnitLimits, worthOfGas } from '../settings/policy.ts'

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

/** What the owner's account has. */
export interface Means {
  coins: bigint
  /** Of the candidate's token. */
  tokens: bigint
}

/** What a federation is to an owner. */
export interface Assessment {
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

/** A reason not to join, and whether it applies. */
type Check = [applies: boolean, reason: string]

/**
 * Holds a federation against a policy.
 *
 * @param stated - The owner's; undefined where there is none, and only what nobody could join is refused.
 */
export function assessFederation(candidate: Candidate, stated: Policy | undefined, means: Means): Assessment {
  const { terms, path, prices = BERLIN_PRICES, statedEpsilon: epsilon } = candidate
  const policy: Policy = stated ?? { tokens: {}, maximumWaitSeconds: Number.MAX_SAFE_INTEGER }
  const { gas: gasPerRound, blobGas: blobGasPerRound } = estimateMemberCostAt(terms, path, prices)
  const rewardPerRound = expectedReward(terms)
  const money = toMoney(candidate, stated, { rewardPerRound, gasPerRound })
  const overBudget =
    candidate.manifestFault === undefined
      ? refuseEpsilon(epsilon, candidate.spentEpsilon, policy.privacyEpsilon)
      : undefined
  const checks: Check[] = [
    ...checkState(candidate),
    ...checkModules(candidate, policy),
    ...checkToken(candidate, policy, money),
    ...checkManifest(candidate, policy),
    [overBudget !== undefined, overBudget ?? ''],
    checkWait(candidate, policy),
    ...checkMoney(candidate, money),
    ...checkGas(policy, { gasPerRound, blobGasPerRound }),
    checkWorth(candidate, money),
    ...checkMeans(candidate, means),
  ]
  const refusals = checks.flatMap(([applies, reason]) => (applies ? [reason] : []))
  return {
    isWanted: refusals.length === 0,
    refusals,
    rewardPerRound,
    gasPerRound,
    blobGasPerRound,
    netPerRound: money.netPerRound,
    epsilon,
    isOverBudget: overBudget !== undefined,
  }
}

/** A federation's pay in the terms of the owner's limits. */
interface Money {
  limits: UnitLimits
  /** Why amounts cannot be held against the limits; undefined if they can. */
  tokenRefusal: string | undefined
  /** Whether there are limits that amounts can be held against. */
  isComparable: boolean
  rewardPerRound: bigint
  /** What the gas of a round is worth; 0 where the owner does not say. */
  gasWorth: bigint
  netPerRound: bigint
}

function toMoney(
  { terms, token }: Candidate,
  stated: Policy | undefined,
  { rewardPerRound, gasPerRound }: { rewardPerRound: bigint; gasPerRound: number },
): Money {
  const listed = stated?.tokens[terms.token.toLowerCase() as Hex]
  const tokenRefusal = stated === undefined ? undefined : refuseToken(token, listed)
  const limits = toUnitLimits(listed, token)
  const { tokensPerMegagas } = limits
  const gasWorth = tokensPerMegagas === undefined ? 0n : worthOfGas(gasPerRound, tokensPerMegagas)
  return {
    limits,
    tokenRefusal,
    isComparable: stated !== undefined && tokenRefusal === undefined,
    rewardPerRound,
    gasWorth,
    netPerRound: rewardPerRound - gasWorth,
  }
}

function checkState({ status, manifestFault }: Candidate): Check[] {
  return [
    [status.isFinished, 'it is finished'],
    [status.isEnding && !status.isFinished, 'its members have voted to end it'],
    [!status.isInitialised, 'its initial model is not complete; tutti create --resume completes it'],
    [manifestFault !== undefined, `its manifest cannot be used: ${manifestFault}`],
  ]
}

function checkModules({ terms, creator, isAggregatorKnown, isLocalChain }: Candidate, policy: Policy): Check[] {
  return [
    [!isAggregatorKnown, `its aggregator ${terms.aggregator} is not one that this node knows`],
    [
      terms.isPrivateNetwork && !isLocalChain && policy.privateNetworks !== true,
      'its terms are for a private network; policy.privateNetworks does not allow that',
    ],
    [BigInt(terms.gate) !== 0n, `its gate ${terms.gate} asks for an admission, which this node does not have`],
    [BigInt(terms.judge) !== 0n, `its judge ${terms.judge}, which splits the pot, is not one that this node knows`],
    [!isAmong(policy.creators, creator), `its creator ${creator} is not among policy.creators`],
  ]
}

function checkToken({ terms }: Candidate, policy: Policy, { tokenRefusal }: Money): Check[] {
  const isPaidOnly = Object.values(policy.tokens).some((limit) => Number(limit.minimumReward ?? 0) > 0)
  return [
    [tokenRefusal !== undefined, tokenRefusal ?? ''],
    [BigInt(terms.token) === 0n && isPaidOnly, 'it pays nothing, and policy.tokens asks for a reward'],
  ]
}

/** What a manifest asks for, where it can be used. */
function checkManifest(candidate: Candidate, { schemas }: Policy): Check[] {
  if (candidate.manifestFault !== undefined) return []
  const { terms, schemaHash: hash, dataFault, minimumMembers = 0 } = candidate
  return [
    [
      schemas !== undefined && (hash === undefined || !isAmong(schemas, hash)),
      `its data schema ${hash} is not among policy.schemas`,
    ],
    [dataFault !== undefined, `the data do not fit: ${dataFault}`],
    [
      terms.cohortSize < minimumMembers,
      `its terms allow ${terms.cohortSize} members; with fewer than the ${minimumMembers} of its manifest nothing is sent`,
    ],
  ]
}

function checkWait({ terms, status, isJoining, now }: Candidate, policy: Policy): Check {
  const waited = policy.maximumWaitSeconds ?? defaultMaximumWaitSeconds
  const isOver = now >= waitEnd(status.createdAt, terms, waited)
  return [
    isJoining && !canOpenWith(status.members + 1, terms) && isOver,
    `it has not opened: ${status.members} members have joined, ${terms.minimumUpdates} are needed, and ` +
      `policy.maximumWaitSeconds allows ${waited} after the end of joining`,
  ]
}

function checkMoney({ terms, token }: Candidate, { limits, isComparable, rewardPerRound }: Money): Check[] {
  const { maximumStake, minimumReward } = limits
  const toTokens = (units: bigint) => formatTokens(units, token)
  return [
    [
      isComparable && terms.stake > maximumStake,
      `its stake is ${toTokens(terms.stake)}; maximumStake allows ${toTokens(maximumStake)}`,
    ],
    [
      isComparable && minimumReward !== undefined && rewardPerRound < minimumReward,
      `a round is worth ${toTokens(rewardPerRound)}; minimumReward asks for ${toTokens(minimumReward ?? 0n)}`,
    ],
  ]
}

function checkGas(policy: Policy, needs: Pick<Assessment, 'gasPerRound' | 'blobGasPerRound'>): Check[] {
  const { maximumGasPerRound: gas = Infinity, maximumBlobGasPerRound: blobGas = Infinity } = policy
  const { gasPerRound, blobGasPerRound } = needs
  return [
    [gasPerRound > gas, `a round may take ${gasPerRound} gas; policy.maximumGasPerRound allows ${gas}`],
    [
      blobGasPerRound > blobGas,
      `a round takes ${blobGasPerRound} blob gas; policy.maximumBlobGasPerRound allows ${blobGas}`,
    ],
  ]
}

function checkWorth({ token }: Candidate, money: Money): Check {
  const { limits, isComparable, rewardPerRound, gasWorth, netPerRound } = money
  return [
    isComparable && limits.tokensPerMegagas !== undefined && netPerRound < 0n,
    `a round is worth ${formatTokens(rewardPerRound, token)}, and its gas ${formatTokens(gasWorth, token)} at tokensPerMegagas`,
  ]
}

function checkMeans({ terms, token }: Candidate, means: Means): Check[] {
  const toTokens = (units: bigint) => formatTokens(units, token)
  return [
    [terms.stake > means.tokens, `its stake is ${toTokens(terms.stake)}; the account has ${toTokens(means.tokens)}`],
    [means.coins === 0n, 'the account has nothing to pay gas with'],
  ]
}

function isAmong(list: Hex[] | undefined, value: Hex): boolean {
  return list === undefined || list.includes(value.toLowerCase() as Hex)
}

/** `⌊(pot − most that keepers get) / cohort⌋`, a round. */
export function expectedReward(terms: Terms): bigint {
  const left = potRoundedDown(terms) - keeperBudget(terms)
  return left <= 0n ? 0n : left / BigInt(terms.cohortSize)
}
