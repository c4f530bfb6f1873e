/** The structs of the contracts that arithmetic does not need, as viem decodes them; the others are core's. */

import type { ContractFunctionReturnType } from 'viem'
import type { federationAbi } from '../abi/federation.ts'

export type { DirectSetup, Phase, PhaseAt, Round, Terms } from '@tutti/core'

/** What a model takes, gives, and has behind it; `round` counts failed rounds too, and 0 is the initial model. */
export type ModelStatus = ContractFunctionReturnType<typeof federationAbi, 'view', 'modelOf'>
/** Where a federation stands. */
export type Status = ContractFunctionReturnType<typeof federationAbi, 'view', 'statusOf'>
/** What remains of a round once it is over. */
export type RoundSummary = ContractFunctionReturnType<typeof federationAbi, 'view', 'history'>[number]
/** One member, or someone who was. */
export type Member = ContractFunctionReturnType<typeof federationAbi, 'view', 'memberOf'>
