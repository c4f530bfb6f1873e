/**
 * Answers of the contract on the direct path: from sealed code, or of the model's words, which it is handed.
 *
 * Words give one answer, so what the contract makes of them is held against this machine's twin of its arithmetic: an
 * aggregator that is not Tutti's may answer anything. Sealed code of such an aggregator cannot be checked, and is said to be
 * unchecked.
 */
import type { Answer } from '@tutti/chain'
import type { AskedModel } from './asked-model.ts'

/** Where an answer comes from: the contract of words, the contract of sealed code, or no contract. */
export type AnsweredBy = 'words' | 'sealed-code' | 'this-machine'

/** One version of a model, opened for questions to the contract. */
export interface ContractAnswers {
  /** @throws {@link FalseAnswerError}; what `ask` and `askWith` throw */
  ask(input: Uint8Array): Promise<Answer>
  answeredBy: AnsweredBy
  version: number
  /** How, as the end of a sentence about an answer. */
  how: string
}

/**
 * Opens a version for questions; all answers are of that one.
 *
 * @param sealed - The newest sealed version (`true`) or one of them; undefined: the model as it stands, of its words.
 */
export async function openContractAnswers(
  asked: AskedModel,
  sealed: true | number | undefined,
): Promise<ContractAnswers> {
  return sealed === undefined ? openWords(asked) : openSealed(asked, sealed)
}

async function openSealed(
  { client, creation: { id }, modules }: AskedModel,
  sealed: true | number,
): Promise<ContractAnswers> {
  const { ask, readSealing } = await import('@tutti/chain')
  const version = sealed === true ? (await readSealing(client, { id })).sealedVersion : sealed
  const isKnown = modules.every((module) => module.isKnown)
  return {
    // Where nothing is sealed, the contract itself says so.
    ask: (input) => ask(client, { id, input, version }),
    answeredBy: 'sealed-code',
    version,
    how: `from version ${version}, in sealed code${isKnown ? '' : ", by contracts that are not Tutti's: nothing checked it"}`,
  }
}

async function openWords({ client, creation }: AskedModel): Promise<ContractAnswers> {
  const { askWith, decodeSetup, readWords } = await import('@tutti/chain')
  const { openNetwork, toClass, unpackModel } = await import('@tutti/core')
  const { id, terms } = creation
  const model = await readWords(client, { id, terms })
  const setup = decodeSetup(creation.setup)
  let twin: ReturnType<typeof openNetwork> | undefined
  const { version } = model.state
  return {
    ask: async (input) => {
      // The contract first: it has the better words for a federation without a network.
      const answer = await askWith(client, { id, terms, model, input })
      twin ??= openNetwork(unpackModel(model.words, terms.laneBits, terms.dimension), setup)
      const outputs = twin(input)
      const isSame = outputs.length === answer.outputs.length && outputs.every((out, i) => out === answer.outputs[i])
      if (!isSame || answer.class !== BigInt(toClass(outputs, setup.outputKind))) {
        throw new FalseAnswerError(terms.aggregator, version)
      }
      return answer
    },
    answeredBy: 'words',
    version,
    how: `from version ${version}, whose words it was handed; this machine computes the same from them`,
  }
}

/** The contract was handed words, and its answer is not what they give. */
export class FalseAnswerError extends Error {
  override readonly name = 'FalseAnswerError'
  constructor(aggregator: string, version: number) {
    super(
      `The aggregator ${aggregator} was handed the words of version ${version}, and its answer is not what they give: it is ` +
        'false, or the endpoint that passed it on is. Do not trust this federation. `tutti evaluate` without --on-chain computes ' +
        'answers from the words on this machine.',
    )
  }
}
