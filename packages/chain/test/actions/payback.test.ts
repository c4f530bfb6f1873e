/** Money comes back: whatever state a federation stands still in, its creator and members get all that is not earned. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeSetup } from '@tutti/core'
import type { Hex } from 'viem'
import {
  abandon,
  aggregateDirect,
  type ChainClient,
  claim,
  createFederation,
  initialiseDirectModel,
  join,
  leave,
  mintDemoTokens,
  openRound,
  readBalance,
  readPhase,
  readStatus,
  submitDirect,
  withAccount,
} from '../../src/index.ts'
import { advanceTime, type LocalChain } from '../../src/local/local.ts'
import { manifest, passSecond, smallSetup, smallTerms, someUpdate, startFixture } from '../fixture.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  ;({ chain, client } = await startFixture())
})
after(() => chain.stop())

/** How far a federation gets before everybody goes away. */
const STATES = [
  'created',
  'initialised',
  'joined',
  'everybody left',
  'opened',
  'one update',
  'all updates',
  'one round',
] as const

for (const [index, state] of STATES.entries()) {
  test(`a federation that stands still once it is "${state}" pays everything back`, async () => {
    const setup = smallSetup()
    const terms = smallTerms(setup, { salt: `0x${(0x40 + index).toString(16).repeat(32)}` })
    const { token } = terms
    const core = () => readBalance(client, { token, account: client.core })
    const creator = client.account!.address
    const members = chain.accounts.slice(1, 4).map((account) => withAccount(client, account))
    await mintDemoTokens(client, { to: creator, amount: terms.bounty })
    for (const { account } of members) await mintDemoTokens(client, { to: account!.address, amount: terms.stake })
    const accounts = [creator, ...members.map(({ account }) => account!.address)]
    const holdings = () => Promise.all(accounts.map((account) => readBalance(client, { token, account })))
    const [before, coreBefore] = await Promise.all([holdings(), core()])
    const reached = (wanted: (typeof STATES)[number]) => index >= STATES.indexOf(wanted)

    const { id } = await createFederation(client, { terms, manifest, setup: encodeSetup(setup) })
    if (reached('initialised')) await initialiseDirectModel(client, { id })
    if (reached('joined')) for (const member of members) await join(member, { id })
    if (state === 'everybody left') for (const member of members) await leave(member, { id })
    if (reached('opened')) await openRound(client, { id })
    const senders = reached('all updates') ? members : reached('one update') ? members.slice(0, 1) : []
    for (const [seed, member] of senders.entries()) {
      await submitDirect(member, { id, round: 0, payloads: [someUpdate(terms, seed).payload] })
    }
    if (reached('one round')) {
      await passSecond(client)
      await aggregateDirect(client, { id, round: 0, shard: 0 })
    }

    const { phase } = await readPhase(client, { id })
    await advanceTime(client, terms.submitSeconds + terms.idleSeconds + 10)
    await abandon(client, { id })
    assert.equal((await readStatus(client, { id })).isFinished, true, phase)
    for (const signer of [client, ...members]) await claim(signer, { id }).catch(refuseNothing(id))
    assert.equal(await core(), coreBefore, 'nothing stays in the contract')
    const gained = (await holdings()).map((amount, place) => amount - before[place]!)
    assert.equal(
      gained.reduce((sum, amount) => sum + amount, 0n),
      0n,
      'nothing is lost on the way',
    )
    const isPaid = reached('one round')
    if (!isPaid) assert.deepEqual(gained, [0n, 0n, 0n, 0n])
    // What a round earned stays earned: the stakes came back in full.
    else for (const amount of gained.slice(1)) assert.ok(amount > 0n)
  })
}

/** A member that left before the end has its stake already. */
const refuseNothing = (id: Hex) => (error: Error & { errorName?: string }) => {
  assert.match(String(error.errorName), /Nothing/, id)
}
