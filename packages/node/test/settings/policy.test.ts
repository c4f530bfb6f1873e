import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateMemberCost, type Hex, noToken, type Token } from '@tutti/core'
import fc from 'fast-check'
import { gasOfAction, worthwhileFrom } from '../../src/decide/keeper-pay.ts'
import { decide } from '../../src/decide/next-action.ts'
import { assessFederation, type Candidate } from '../../src/joining/assessment.ts'
import { parseNodeConfig } from '../../src/settings/config.ts'
import {
  freePolicy,
  type Policy,
  PolicyError,
  parsePolicy,
  type TokenLimits,
  worthOfGas,
} from '../../src/settings/policy.ts'
import { newRound, termsForTest } from '../terms.ts'

const address = (digit: number): Hex => `0x${String(digit).repeat(40)}`
const hash = (digit: number): Hex => `0x${String(digit).repeat(64)}`
const tokens = (whole: number) => BigInt(whole) * 10n ** 18n

const terms = termsForTest({
  stake: tokens(5),
  bounty: tokens(1_000),
  rounds: 10,
  isPrivateNetwork: false,
  cohortSize: 4,
  keeperPay: tokens(1),
  token: address(4),
})
const token: Token = { address: address(4), decimals: 18, symbol: 'TRY' }
const candidate: Candidate = {
  id: hash(1),
  creator: address(2),
  terms,
  token,
  status: { createdAt: 1_000, isFinished: false, isInitialised: true, isEnding: false, members: 2, roundsClosed: 0 },
  isJoining: true,
  now: 1_000,
  manifestFault: undefined,
  schemaHash: hash(3),
  minimumMembers: undefined,
  statedEpsilon: undefined,
  spentEpsilon: 0,
  dataFault: undefined,
  path: 'direct',
  isAggregatorKnown: true,
  isLocalChain: false,
}
const rich = { coins: 10n ** 18n, tokens: tokens(100) }
const allow = (limits: TokenLimits): Pick<Policy, 'tokens'> => ({ tokens: { [address(4)]: limits } })
const generous: Policy = allow({ maximumStake: '5' })
const judge = (change: Partial<Candidate>, policy: Policy = generous, means = rich) =>
  assessFederation({ ...candidate, ...change }, policy, means)

test('a federation within every limit is wanted, and its reward is what is left of the pot for each of the cohort', () => {
  const policy = {
    ...allow({ maximumStake: '5', minimumReward: '23', decimals: 18 }),
    creators: [address(2)],
    schemas: [hash(3)],
    maximumGasPerRound: 1_000_000,
    privacyEpsilon: 2,
  }
  const found = judge({ statedEpsilon: 1.5 }, policy)
  assert.deepEqual(found.refusals, [])
  // Two shards and three more actions of 1 token leave 95 of a pot of 100.
  assert.equal(found.rewardPerRound, (95n * 10n ** 18n) / 4n)
  assert.equal(found.netPerRound, found.rewardPerRound)
})

test('each limit refuses alone, and says which it is and what it allows', () => {
  const cases: [Partial<Candidate>, Policy, RegExp, { coins: bigint; tokens: bigint }?][] = [
    [{ status: { ...candidate.status, isFinished: true } }, generous, /finished/],
    [{ status: { ...candidate.status, isEnding: true } }, generous, /voted to end/],
    [{ status: { ...candidate.status, isInitialised: false } }, generous, /initial model/],
    [{ manifestFault: 'it is not JSON' }, generous, /manifest cannot be used: it is not JSON/],
    [{ dataFault: 'line 3, column age: "x" is no number' }, generous, /data do not fit: line 3, column age/],
    [{ isAggregatorKnown: false }, generous, /aggregator/],
    [{ terms: { ...terms, judge: address(9) } }, generous, /judge 0x9+, which splits the pot, is not one/],
    [{ terms: { ...terms, isPrivateNetwork: true } }, generous, /private network/],
    [{ terms: { ...terms, gate: address(9) } }, generous, /gate 0x9+ asks for an admission/],
    [{}, { ...generous, creators: [address(7)] }, /creator 0x2+ is not among policy\.creators/],
    [{}, { tokens: { [address(7)]: { maximumStake: '5' } } }, /its token 0x4+ is not among policy\.tokens/],
    [{}, freePolicy, /its token 0x4+ is not among policy\.tokens/],
    [{}, allow({ maximumStake: '5', decimals: 6 }), /says that it has 18 decimals; policy\.tokens says 6/],
    [{ token: { ...token, decimals: null } }, generous, /does not say how many decimals it has/],
    [
      { token: noToken, terms: { ...terms, token: noToken.address, stake: 0n } },
      allow({ minimumReward: '1' }),
      /it pays nothing, and policy\.tokens asks for a reward/,
    ],
    [{}, { ...generous, schemas: [hash(7)] }, /policy\.schemas/],
    [{}, { ...generous, privacyEpsilon: 2 }, /states no ε; policy\.privacyEpsilon allows 2/],
    [{ statedEpsilon: 3 }, { ...generous, privacyEpsilon: 2 }, /its ε is 3; policy\.privacyEpsilon allows 2/],
    [
      { statedEpsilon: 1, spentEpsilon: 1.5 },
      { ...generous, privacyEpsilon: 2 },
      /its ε is 1; policy\.privacyEpsilon allows 2, of which 0\.5 is left/,
    ],
    [
      { statedEpsilon: 1, spentEpsilon: Number.POSITIVE_INFINITY },
      { ...generous, privacyEpsilon: 2 },
      /what these data have told already has no bound/,
    ],
    [
      { minimumMembers: 5 },
      generous,
      /its terms allow 4 members; with fewer than the 5 of its manifest nothing is sent/,
    ],
    [
      { now: 87_460, status: { ...candidate.status, members: 0 } },
      generous,
      /has not opened: .*maximumWaitSeconds allows 86400/,
    ],
    [
      { now: 1_090, status: { ...candidate.status, members: 0 } },
      { ...generous, maximumWaitSeconds: 30 },
      /has not opened: 0 members have joined, 2 are needed, and policy\.maximumWaitSeconds allows 30/,
    ],
    [
      { path: 'blob' },
      { ...generous, maximumBlobGasPerRound: 262_143 },
      /262144 blob gas; policy\.maximumBlobGasPerRound/,
    ],
    [{}, allow({}), /its stake is 5 TRY; maximumStake allows 0 TRY/],
    [{}, allow({ maximumStake: '5', minimumReward: '24' }), /worth 23\.75 TRY; minimumReward asks for 24 TRY/],
    [{}, { ...generous, maximumGasPerRound: 10 }, /policy\.maximumGasPerRound allows 10/],
    [{}, allow({ maximumStake: '5', tokensPerMegagas: '1000' }), /its gas [\d.,…]+ TRY at tokensPerMegagas/],
    [{}, generous, /the account has 4 TRY/, { ...rich, tokens: tokens(4) }],
    [{}, generous, /nothing to pay gas with/, { ...rich, coins: 0n }],
  ]
  for (const [change, policy, reason, means] of cases) {
    const { isWanted, refusals } = judge(change, policy, means)
    assert.equal(isWanted, false)
    assert.equal(refusals.length, 1, refusals.join('; '))
    assert.match(refusals[0]!, reason)
  }
})

test('a looser policy never refuses what a stricter one allows', () => {
  const limit = fc.option(fc.nat(50_000), { nil: undefined })
  const thousandths = (count: number) => `${Math.floor(count / 1_000)}.${String(count % 1_000).padStart(3, '0')}`
  fc.assert(
    fc.property(limit, limit, fc.nat(10_000), fc.nat(10_000), (reward, less, stake, more) => {
      const policyOf = (most: number, least: number | undefined) =>
        allow({
          maximumStake: thousandths(most),
          ...(least === undefined ? {} : { minimumReward: thousandths(least) }),
        })
      const strict = policyOf(stake, reward)
      const isLooser = reward !== undefined && less !== undefined && less <= reward
      const loose = policyOf(stake + more, isLooser ? less : undefined)
      if (judge({}, strict).isWanted) assert.ok(judge({}, loose).isWanted)
    }),
  )
})

test('a federation that may open with one more member is joined, however long it has waited', () => {
  const at = (members: number, change: Partial<Candidate> = {}) =>
    judge({ now: 1_000_000, status: { ...candidate.status, members }, ...change }).isWanted
  assert.deepEqual([at(0), at(1), at(0, { isJoining: false })], [false, true, true])
})

test('the budget refuses what would pass it and nothing else: never more is spent than it allows', () => {
  const epsilons = fc.array(
    fc.option(
      fc.integer({ min: 1, max: 40 }).map((tenths) => tenths / 10),
      { nil: undefined },
    ),
    {
      maxLength: 12,
    },
  )
  fc.assert(
    fc.property(epsilons, fc.integer({ min: 1, max: 80 }), (stated, tenths) => {
      const budget = tenths / 10
      let spent = 0
      for (const statedEpsilon of stated) {
        const { isWanted, isOverBudget, epsilon } = judge(
          { statedEpsilon, spentEpsilon: spent / 10 },
          { ...generous, privacyEpsilon: budget },
        )
        assert.equal(epsilon, statedEpsilon)
        // In whole tenths, in which sums are exact.
        const fits = statedEpsilon !== undefined && spent + Math.round(statedEpsilon * 10) <= tenths
        assert.deepEqual([isWanted, isOverBudget], [fits, !fits])
        if (fits) spent += Math.round(statedEpsilon * 10)
      }
      assert.ok(spent <= tenths)
    }),
  )
})

test('what gas is worth is taken off the reward', () => {
  const tokensPerMegagas = tokens(2)
  const { netPerRound, rewardPerRound, gasPerRound } = judge({}, allow({ maximumStake: '5', tokensPerMegagas: '2' }))
  assert.equal(gasPerRound, estimateMemberCost(terms, 'direct').gas)
  assert.equal(netPerRound, rewardPerRound - worthOfGas(gasPerRound, tokensPerMegagas))
})

test('a policy in a file is read in tokens, and what is wrong is named by its key', () => {
  const read = (policy: unknown) => parseNodeConfig(JSON.stringify({ policy }), '/home/node.json').policy
  assert.deepEqual(
    read({
      tokens: { [`0x${'aB'.repeat(20)}`]: { minimumReward: '1.5', maximumStake: 2 } },
      creators: address(2).toUpperCase().replace('X', 'x'),
    }),
    { tokens: { [`0x${'ab'.repeat(20)}`]: { minimumReward: '1.5', maximumStake: '2' } }, creators: [address(2)] },
  )
  assert.deepEqual(read({}), freePolicy)
  for (const [policy, message] of [
    [[], /"policy": give an object/],
    [{ minimumreward: 1 }, /"policy\.minimumreward": there is no such key; there are creators, /],
    [allow({ minimumReward: '1,5' }), /"policy\.tokens\.0x4+\.minimumReward": give tokens a round/],
    [{ tokens: { [address(4)]: { maximumStake: -1 } } }, /"policy\.tokens\.0x4+\.maximumStake": give tokens/],
    [{ tokens: { [address(4)]: { steak: 1 } } }, /"policy\.tokens\.0x4+\.steak": there is no such key/],
    [{ tokens: { [address(4)]: 7 } }, /"policy\.tokens\.0x4+": give an object/],
    [{ tokens: { USDC: {} } }, /"policy\.tokens\.USDC": a token is named by its address/],
    [{ tokens: [address(4)] }, /"policy\.tokens": give an object of addresses/],
    [{ maximumStake: 0.001 }, /"policy\.maximumStake": limits of money are stated by token: \{"tokens": /],
    [{ creators: [] }, /"policy\.creators": give an address/],
    [{ schemas: '0x12' }, /"policy\.schemas": give a hash/],
    [{ maximumGasPerRound: 1.5 }, /"policy\.maximumGasPerRound": give a whole number/],
    [{ privacyEpsilon: 0 }, /"policy\.privacyEpsilon": give a number above 0/],
    [{ exposeFewRows: 'yes' }, /"policy\.exposeFewRows": give true or false/],
    [{ maximumWaitSeconds: 0.5 }, /"policy\.maximumWaitSeconds": give a whole number of seconds/],
    [{ maximumBlobGasPerRound: -1 }, /"policy\.maximumBlobGasPerRound": give a whole number of blob gas/],
  ] as const) {
    assert.throws(() => read(policy), message)
  }
  assert.throws(() => parsePolicy(7, 'the command line'), PolicyError)
})

test('an action is taken from the second on in which its pay is what its gas is worth, and left alone if it never is', () => {
  const round = newRound({ members: 4, cohort: 4, openedAt: 100, startedAt: 100, submittedAt: 199, submitted: 15n })
  const paid = { ...terms, keeperSeconds: 10, idleSeconds: 20_000 }
  const perMegagas = (worth: bigint) => (worth * 1_000_000n) / BigInt(Math.ceil(gasOfAction('aggregate', paid)))
  assert.equal(worthwhileFrom('aggregate', round, paid, perMegagas(tokens(1) / 4n)), 200)
  assert.equal(worthwhileFrom('aggregate', round, paid, perMegagas((tokens(1) * 3n) / 4n)), 215)
  assert.equal(worthwhileFrom('aggregate', round, paid, perMegagas(tokens(2))), Number.POSITIVE_INFINITY)
  const seen = {
    block: { number: 9n, timestamp: 205 },
    terms: paid,
    status: { createdAt: 0, isInitialised: true, isFinished: false, members: 4, roundsClosed: 2 },
    round,
    member: { index: 0, isMember: true, isLeaving: false, owed: 0n, stake: terms.stake },
  }
  const at = (now: number, worth: bigint) =>
    [0, 1, 2, 3].map((position) => {
      const own = { since: 200, isKeeper: true, staggerSeconds: 0, marginSeconds: 0, finalitySeconds: 0 }
      const state = {
        ...own,
        watch: { kind: 'unneeded' } as const,
        record: { kind: 'none' } as const,
        wantsToLeave: false,
        claims: true,
        isClaimed: false,
      }
      return decide({ ...seen, position }, { ...state, tokensPerMegagas: perMegagas(worth) }, now)
    })
  assert.ok(at(214, (tokens(1) * 3n) / 4n).every(({ kind }) => kind === 'wait'))
  assert.ok(at(215, (tokens(1) * 3n) / 4n).every(({ kind }) => kind === 'aggregate'))
  const never = at(10_000, tokens(2))
  assert.ok(never.every((action) => action.kind === 'wait'))
  assert.match(never[0]!.reason, /does not exceed its gas/)
  // Until the terms let anyone give the federation up, which is what they are for: in turn, and not before.
  const overdue = 200 + 2 * paid.keeperSeconds + paid.idleSeconds
  assert.deepEqual(
    never.map((action) => action.kind === 'wait' && action.until),
    Array(4).fill(overdue),
  )
  assert.ok(at(overdue, tokens(2)).every(({ kind }) => kind === 'abandon'))
})

test('the same limit in tokens of 0, 6, 18 and 27 decimals allows the same number of tokens, to the unit', () => {
  for (const decimals of [0, 6, 18, 27]) {
    const unit = 10n ** BigInt(decimals)
    const of = (stake: bigint) => ({
      token: { ...token, decimals },
      terms: { ...terms, stake, bounty: 0n, keeperPay: 0n },
    })
    const means = { ...rich, tokens: 10n ** 40n }
    assert.equal(judge(of(5n * unit), generous, means).isWanted, true, String(decimals))
    assert.equal(judge(of(5n * unit + 1n), generous, means).isWanted, false, String(decimals))
    // What is finer than the token is rounded to the owner's side.
    const fine = allow({ maximumStake: '0.0000000009' })
    assert.equal(judge(of(decimals < 10 ? 1n : 9n * 10n ** BigInt(decimals - 10) + 1n), fine, means).isWanted, false)
  }
  // The owner meant a thousandth; in a token of 6 decimals that is 1,000 units, not 10^15.
  const pitfall = {
    token: { ...token, decimals: 6 },
    terms: { ...terms, stake: 800_000_000n, bounty: 0n, keeperPay: 0n },
  }
  assert.deepEqual(judge(pitfall, allow({ maximumStake: '0.001' })).refusals, [
    'its stake is 800 TRY; maximumStake allows 0.001 TRY',
  ])
})

test('without a policy only what nobody could join is refused', () => {
  assert.deepEqual(assessFederation(candidate, undefined, rich).refusals, [])
  const finished = { ...candidate, status: { ...candidate.status, isFinished: true } }
  assert.deepEqual(assessFederation(finished, undefined, rich).refusals, ['it is finished'])
})
