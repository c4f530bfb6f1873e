/**
 * The second half of a member's own part of a round: send the update that is on disk, and hear what became of it.
 *
 * Every function leaves the store such that a process killed at any line resumes without a second update.
 */
import {
  type Call,
  callToCommit,
  callToSubmit,
  type FollowOptions,
  fateOf,
  handOver,
  offerAgain,
  seeThrough,
  toMostPaid,
} from '@tutti/chain'
import { toCommitment, toPayloadHash } from '@tutti/core'
import type { Sending, UpdateRecord } from '../disk/round-record.ts'
import { untilReached } from '../rpc/connection.ts'
import { type Carrier, costOf, plainCarrier, toFollowOptions } from '../sending/transactions.ts'
import { type Actor, sitOut } from './actor.ts'

/** Of a blob, in the payload. */
const versionedHashBytes = 32

/**
 * Signs a commitment or a submission, keeps it, sends it, and waits to hear of it. What the federation takes of the
 * owner's privacy is in the ledger before the first of them is signed.
 *
 * @returns Whether its fate is known; false while the chain may still take it, or if the privacy budget forbids it.
 * @throws `ContractError` if the contract refuses it before anything is signed.
 */
export async function sendUpdate(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { store, report } = actor
  const { round } = update
  const { kind } = sending
  const refusal = actor.budget.charge()
  if (refusal !== undefined) {
    sitOut(actor, round, refusal)
    return false
  }
  const maximumCost = mayCost(actor, update, sending)
  const call = { ...callOf(actor, update, sending), ...(maximumCost === undefined ? {} : { maximumCost }) }
  const carrier = carrierOf(actor, sending)
  const payloads = update.payloads.slice(sending.first, sending.first + sending.count)
  const attempt = await actor.account.sign(carrier, call, payloads)
  sending.attempts = [attempt]
  sending.state = 'sent'
  store.save(update)
  report.tell({ kind: 'signed', round, action: kind, hash: attempt.hash })
  await handOver(actor.client, sending.attempts, carrier)
  report.tell({ kind: 'sent', round, action: kind, hash: attempt.hash })
  return hearBack(actor, update, sending)
}

/** An update is signed anew so often after another transaction took its nonce. */
const MOST_LOSSES = 2

/** Asks what became of a transaction that was sent, and sends the same one again if the chain does not know it. */
export async function confirmUpdate(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { client, retry } = actor
  const fate = await untilReached(() => fateOf(client, sending.attempts, client.account.address), retry)
  if (fate.kind === 'pending' && !fate.isIncluded) {
    await offerAgain(client, sending.attempts, followingOf(actor, update, sending))
  }
  return hearBack(actor, update, sending)
}

async function hearBack(actor: Actor, update: UpdateRecord, sending: Sending): Promise<boolean> {
  const { client, store, report, seeThroughMs: timeoutMs } = actor
  const { round } = update
  const following = followingOf(actor, update, sending)
  actor.account.note(sending.attempts, following)
  const fate = await seeThrough(client, sending.attempts, { ...following, timeoutMs })
  if (fate.kind === 'pending') return false
  if (fate.kind === 'replaced') {
    // None of the attempts can be mined any more, so a new one is no second one.
    sending.state = 'unsent'
    sending.attempts = []
    sending.losses = (sending.losses ?? 0) + 1
    store.save(update)
    // An endpoint that hides receipts would have the same update signed, and paid for, again and again.
    if (sending.losses > MOST_LOSSES) store.forfeit(round, 'other transactions took its nonces, one after another')
    return false
  }
  const cost = costOf(fate.receipt)
  const isAccepted = fate.receipt.status === 'success'
  const wasConfirmed = sending.state === 'confirmed'
  sending.state = isAccepted ? 'confirmed' : 'failed'
  store.save(update)
  if (!isAccepted) {
    report.tell({ kind: 'race-lost', round, action: sending.kind, reason: 'the transaction was mined in vain', cost })
  } else if (sending.kind === 'commit') {
    if (!wasConfirmed) report.tell({ kind: 'committed', round, cost })
  } else if (!wasConfirmed) {
    const payloads = update.payloads.slice(sending.first, sending.first + sending.count)
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0)
    const blobs = actor.path.kind === 'blob' ? { blobs: bytes / versionedHashBytes } : {}
    report.tell({ kind: 'submitted', round, first: sending.first, shards: sending.count, bytes, ...blobs, cost })
  }
  return true
}

/** What the owner's limit on a round leaves for one of its transactions, in wei, after the most that the others can cost. */
function mayCost(
  { maximumCostPerRound: most }: Actor,
  { sendings }: UpdateRecord,
  sending: Sending,
): bigint | undefined {
  if (most === undefined) return undefined
  const others = sendings.filter((other) => other !== sending).flatMap(({ attempts }) => attempts.at(-1) ?? [])
  const left = others.reduce((sum, attempt) => sum - toMostPaid(attempt.raw), most)
  return left > 0n ? left : 0n
}

function followingOf(actor: Actor, update: UpdateRecord, sending: Sending): FollowOptions {
  const { retry, store, report } = actor
  const maximumCost = mayCost(actor, update, sending)
  const onGap = (nonce: number) => report.tell({ kind: 'nonce-spent', nonce, reason: 'gap' })
  const keep = () => store.save(update)
  return { carrier: carrierOf(actor, sending), keep, onGap, maximumCost, ...toFollowOptions(retry) }
}

/** A commitment is an ordinary transaction on every path. */
function carrierOf({ client, path }: Actor, { kind }: Sending): Carrier {
  return kind === 'submit' ? path.carrier : plainCarrier(client)
}

function callOf({ client, federationId: id }: Actor, update: UpdateRecord, { kind, first, count }: Sending): Call {
  const { round, payloads, salt, metrics } = update
  if (kind === 'submit') {
    const part = payloads.slice(first, first + count)
    return callToSubmit(client, { id, round, first, payloads: part, salt, ...(first === 0 ? { metrics } : {}) })
  }
  const { chainId, core } = client
  const member = client.account.address
  const commitment = toCommitment({ chainId, core, id, round, member, salt, payloadHash: toPayloadHash(payloads) })
  return callToCommit(client, { id, round, commitment })
}
