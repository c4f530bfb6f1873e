/**
 * What a node found in the updates of others, and how far it has come in proving it. In memory only: a node that is
 * started again decodes the round again and binds itself anew, which costs a few thousand gas.
 */

import type { RoundCheck } from '@tutti/chain'
import {
  type Call,
  type Challenge,
  callToBindChallenge,
  callToChallenge,
  type FoundFault,
  toChallengeCommitment,
} from '@tutti/chain'
import type { Hex } from '@tutti/core'
import type { Watch } from '../decide/state.ts'
import type { Watcher } from '../paths/interface.ts'
import type { Signer } from '../sending/transactions.ts'

/** The findings of the round in progress. */
export interface Findings {
  /** What decisions need of them. */
  of(round: number): Watch
  /** Takes note of a look at a round's blobs. `again`: chain time at which to look once more. */
  note(round: number, check: RoundCheck, again: number | undefined): void
  /** The transactions that prove a fault, the same ones whenever asked. */
  callsOf(position: number, assigned: number): Promise<{ bind: Call; challenge: Call }>
  noteBound(position: number, assigned: number): void
  /** Leaves a fault alone: it is proven, or the contract does not take the proof. */
  close(position: number, assigned: number): void
}

interface Finding {
  fault: FoundFault
  state: 'found' | 'bound' | 'closed'
  challenge?: Challenge
}

/**
 * Starts with nothing known.
 *
 * @param watcher - Absent on a path whose updates cannot be faulty: then nothing is ever due.
 */
export function createFindings(client: Signer, federationId: Hex, watcher: Watcher | undefined): Findings {
  let known: { round: number; findings: Finding[]; again: number | undefined } | undefined
  const find = (position: number, assigned: number): Finding => {
    const isWanted = ({ fault: { update } }: Finding) => update.position === position && update.assigned === assigned
    return known!.findings.find(isWanted)!
  }
  return {
    of: (round) => {
      if (watcher === undefined) return { kind: 'unneeded' }
      if (known?.round !== round) return { kind: 'due' }
      const faults = known.findings
        .filter(({ state }) => state !== 'closed')
        .map(({ fault, state }) => {
          return { position: fault.update.position, assigned: fault.update.assigned, isBound: state === 'bound' }
        })
      return { kind: 'checked', faults, again: known.again }
    },
    note: (round, check, again) => {
      const before = known?.round === round ? known.findings : []
      const findings = check.faults.map((fault): Finding => {
        const { position, assigned } = fault.update
        const isSame = ({ fault: { update } }: Finding) => update.position === position && update.assigned === assigned
        return before.find(isSame) ?? { fault, state: 'found' }
      })
      known = { round, findings, again }
    },
    callsOf: async (position, assigned) => {
      const finding = find(position, assigned)
      finding.challenge ??= {
        id: federationId,
        round: known!.round,
        position,
        assigned,
        proof: await watcher!.prove(finding.fault),
        salt: randomSalt(),
      }
      const commitment = toChallengeCommitment(client.account.address, finding.challenge)
      return { bind: callToBindChallenge(client, commitment), challenge: callToChallenge(client, finding.challenge) }
    },
    noteBound: (position, assigned) => {
      find(position, assigned).state = 'bound'
    },
    close: (position, assigned) => {
      find(position, assigned).state = 'closed'
    },
  }
}

function randomSalt(): Hex {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
}
