/**
 * The faults that a node found in the updates of others, and how far it has come in proving each. In memory only: a node
 * that is started again checks the round again and binds itself anew, which costs a few thousand gas.
 */
import {
  type Call,
  type Challenge,
  callToBindChallenge,
  callToChallenge,
  type FoundFault,
  type RoundCheck,
  toChallengeCommitment,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import type { FaultWatch } from '../decide/state.ts'
import type { Watcher } from '../paths/interface.ts'
import type { Signer } from '../sending/transactions.ts'

/** Whose update a fault is in: position in the cohort, and which of its assigned shards. */
export interface FaultPlace {
  position: number
  assigned: number
}

/** The last round that was checked, and its faults. */
export interface CheckedRound {
  round: number
  faults: TrackedFault[]
  /** Chain time at which to check once more; undefined where nothing was missing. */
  again: number | undefined
}

interface TrackedFault {
  fault: FoundFault
  /** `closed`: it is proven, or the contract does not take the proof. */
  state: 'found' | 'bound' | 'closed'
  challenge?: Challenge
}

/** What decisions need to know of a round's updates. @param watcher - Absent on a path whose updates cannot be faulty. */
export function toFaultWatch(
  checked: CheckedRound | undefined,
  round: number,
  watcher: Watcher | undefined,
): FaultWatch {
  if (watcher === undefined) return { kind: 'unneeded' }
  if (checked?.round !== round) return { kind: 'due' }
  const open = checked.faults.filter(({ state }) => state !== 'closed')
  const faults = open.map(({ fault: { update }, state }) => {
    return { position: update.position, assigned: update.assigned, isBound: state === 'bound' }
  })
  return { kind: 'checked', faults, again: checked.again }
}

/** Adds the result of a check. Faults that were known keep how far their proof has come. */
export function noteCheck(
  before: CheckedRound | undefined,
  { round, check, again }: { round: number; check: RoundCheck; again: number | undefined },
): CheckedRound {
  const known = before?.round === round ? before.faults : []
  const faults = check.faults.map(
    (fault): TrackedFault => known.find((tracked) => isAt(tracked, fault.update)) ?? { fault, state: 'found' },
  )
  return { round, faults, again }
}

/** Moves a fault on, in place. */
export function setFaultState(checked: CheckedRound, place: FaultPlace, state: TrackedFault['state']): void {
  findFault(checked, place).state = state
}

/** The two transactions that prove a fault, the same ones whenever asked. */
export async function callsOfProof(
  { client, federationId, watcher }: { client: Signer; federationId: Hex; watcher: Watcher },
  checked: CheckedRound,
  place: FaultPlace,
): Promise<{ bind: Call; challenge: Call }> {
  const tracked = findFault(checked, place)
  tracked.challenge ??= {
    id: federationId,
    round: checked.round,
    position: place.position,
    assigned: place.assigned,
    proof: await watcher.prove(tracked.fault),
    salt: randomSalt(),
  }
  const commitment = toChallengeCommitment(client.account.address, tracked.challenge)
  return { bind: callToBindChallenge(client, commitment), challenge: callToChallenge(client, tracked.challenge) }
}

function findFault({ faults }: CheckedRound, place: FaultPlace): TrackedFault {
  return faults.find((tracked) => isAt(tracked, place))!
}

function isAt({ fault: { update } }: TrackedFault, { position, assigned }: FaultPlace): boolean {
  return update.position === position && update.assigned === assigned
}

function randomSalt(): Hex {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
}
