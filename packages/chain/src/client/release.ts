/**
 * Whether a core that somebody names is of this release. Another release's terms, events and answers have other forms: of
 * what it says some would be missed silently, and the rest would look like a broken endpoint.
 */
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  type PublicClient,
  type ReadContractReturnType,
  zeroHash,
} from 'viem'
import { federationAbi } from '../abi/federation.ts'
import { ChainError } from './errors.ts'

/**
 * Asks a core what it seals of a federation that there is not: one of this release names that mistake, another one does not
 * know the question. An endpoint that does not answer, and an address without code, are left to the calls that follow.
 *
 * @throws {@link OtherReleaseError}
 */
export async function requireThisRelease(client: Pick<PublicClient, 'readContract'>, core: Address): Promise<void> {
  const question = { address: core, abi: federationAbi, functionName: 'sealingOf', args: [zeroHash] } as const
  const answer: ReadContractReturnType<typeof federationAbi, 'sealingOf'> | Error = await client
    .readContract(question)
    .catch((error: Error) => error)
  if (!(answer instanceof Error)) throw new OtherReleaseError(core)
  const reverted = answer instanceof BaseError && answer.walk((one) => one instanceof ContractFunctionRevertedError)
  if (!(reverted instanceof ContractFunctionRevertedError)) return
  // Endpoints that fail inside are shown by viem as reverts as well.
  if (reverted.data === undefined && !/revert/i.test(answer.message)) return
  if (reverted.data?.errorName !== 'UnknownFederation') throw new OtherReleaseError(core)
}

/** The core at the address that was named is no core of this release. */
export class OtherReleaseError extends ChainError {
  constructor(core: Address) {
    super(
      `The contract at ${core} is no federation core of this release of Tutti: it may be of an earlier one, whose federations ` +
        'cannot go on with this release. For those use the release that made them, as its creator says; for those of this ' +
        'release leave --core out.',
      false,
    )
  }
}
