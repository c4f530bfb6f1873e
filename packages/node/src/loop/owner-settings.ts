/** What the owner of a node decides, with the defaults of the chain and the terms filled in. */
import { localChainId } from '@tutti/chain'
import type { Terms } from '@tutti/core'
import type { OwnerSettings } from '../decide/state.ts'
import type { NodeBehaviour } from '../settings/behaviour.ts'

/** Longer than a block takes, so that the next in turn sees what the one before has done. */
const STAGGER_SECONDS = { local: 3, public: 15 }
const MARGIN_SECONDS = { local: 0, public: 15 }
/** Longer than a reorganisation reaches back. */
const FINALITY_SECONDS = { local: 0, public: 120 }
/** A margin takes no more than this part of a phase, however short the phase is. */
const MARGIN_SHARE = 0.25

/** Fills in what `behaviour` leaves open. */
export function fillDefaults(
  chainId: number,
  terms: Pick<Terms, 'commitSeconds' | 'submitSeconds'>,
  behaviour: NodeBehaviour,
): OwnerSettings {
  const place = chainId === localChainId ? 'local' : 'public'
  const shortestPhase =
    terms.commitSeconds > 0 ? Math.min(terms.commitSeconds, terms.submitSeconds) : terms.submitSeconds
  return {
    isKeeper: behaviour.isKeeper ?? true,
    tokensPerMegagas: behaviour.tokensPerMegagas,
    staggerSeconds: behaviour.staggerSeconds ?? STAGGER_SECONDS[place],
    marginSeconds: behaviour.marginSeconds ?? Math.min(MARGIN_SECONDS[place], shortestPhase * MARGIN_SHARE),
    maximumWaitSeconds: behaviour.maximumWaitSeconds,
    claims: behaviour.claims ?? true,
    finalitySeconds: FINALITY_SECONDS[place],
  }
}
