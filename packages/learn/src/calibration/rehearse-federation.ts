/**
 * From what is to be learnt to a federation: rehearses on the creator's data, writes the manifest, and proposes setup and
 * terms around it.
 *
 * @example
 * ```ts
 * import { unpackGains } from '@tutti/core'
 * import { validateProposal } from '@tutti/learn'
 * import { loadTask, proposeFederation } from '@tutti/learn/node'
 *
 * const task = loadTask('breast-cancer')
 * const address = `0x${'11'.repeat(20)}` as const
 * const choices = { members: 8, rounds: 30, bits: 2, seed: 1, aggregator: address, token: address }
 * const proposal = await proposeFederation({ ...task, contact: 'none' }, task.train, choices)
 * validateProposal(proposal)
 * unpackGains(proposal.terms.gains).map(({ gain }) => gain) // → [4, 3, 2]
 * ```
 */
import { fromHex, keccak256, proposeGains } from '@tutti/core'
import type { Dataset } from '../data/dataset.ts'
import type { ArithmeticTerms } from '../training/quantized-averaging.ts'
import { calibrateManifest, type LearningTask } from './calibrate-manifest.ts'
import {
  type FederationChoices,
  type FederationProposal,
  NARROW_LANES,
  proposeFromManifest,
} from './propose-federation.ts'

/**
 * Calibrates steps and activation shifts by a rehearsal on the creator's own data, and proposes terms that fit. Gains that
 * nobody chose follow the fading of updates.
 *
 * @param rehearsal - The creator's data, as one member would hold it.
 * @param choices.seed - Of the initial model and of the rehearsal.
 * @throws what `calibrateManifest` and `proposeFromManifest` throw.
 */
export async function proposeFederation(
  learningTask: LearningTask,
  rehearsal: Dataset,
  choices: FederationChoices & { seed: number },
): Promise<FederationProposal> {
  const { bits, laneBits = NARROW_LANES, members, rounds, gain, seed, path } = choices
  const gains = gain === undefined ? proposeGains({ bits, rounds, updates: members }) : [{ fromRound: 0, gain }]
  // Steps depend on the width of updates and the first gain alone, so the rehearsal may precede the choice of lanes.
  const arithmetic: ArithmeticTerms = { bits, laneBits, gains }
  const initialisation = fromHex(keccak256(new TextEncoder().encode(`${learningTask.name} ${seed}`)))
  const how = { members, arithmetic, startsFromFloats: path === 'blob', seed, initialisation }
  return proposeFromManifest(await calibrateManifest(learningTask, rehearsal, how), { ...choices, gains })
}
