/** What a node makes of the federations that it found, for people and for machines. */
import { formatCount, formatInteger, formatTokens } from '@tutti/core'
import type { Surveyed } from '@tutti/node'
import { warnOfModules } from '../chain/modules.ts'
import { toPlainText } from '../terminal/plain-text.ts'

/**
 * Lines that say what the node makes of each federation, and why.
 *
 * @param hasPolicy - Whether an owner's policy judged them; otherwise only what keeps anyone from joining is said.
 */
export function describeSurvey(surveyed: readonly Surveyed[], hasPolicy = true): string[] {
  if (surveyed.length === 0) return ['No federation was found on this chain.']
  return surveyed.flatMap((entry) => {
    const { creation, assessment, members, roundsClosed, isOwn, isFinished } = entry
    const { terms } = creation
    const { token } = entry
    const careful = warnOfModules(entry.modules)
    const warning = careful === undefined ? [] : [`    ${careful}`]
    if (isFinished && !isOwn) return [`${nameOf(entry)} is finished`, ...warning]
    const verdicts = hasPolicy ? ['is allowed', 'is refused'] : ['can be joined', 'cannot be joined']
    const verdict = isOwn ? 'is its own' : verdicts[assessment.isWanted ? 0 : 1]!
    return [
      `${nameOf(entry)} ${verdict}`,
      `    ${isFinished ? 'finished' : `round ${roundsClosed + 1} of ${terms.rounds}`}, ${formatCount(members, 'member')} of ` +
        `${terms.cohortSize} a round, stake ${formatTokens(terms.stake, token)}, a round is worth about ` +
        `${formatTokens(assessment.rewardPerRound, token)} and takes at most ${formatInteger(assessment.gasPerRound)} gas` +
        (assessment.blobGasPerRound > 0 ? ` and ${formatInteger(assessment.blobGasPerRound)} blob gas` : '') +
        (entry.kind === 'statistics' ? `; a statistics round, ${describeEpsilon(assessment.epsilon)}` : ''),
      ...warning,
      ...(isOwn ? [] : assessment.refusals.map((reason) => `    because ${toPlainText(reason)}`)),
    ]
  })
}

function describeEpsilon(epsilon: number | undefined): string {
  return epsilon === undefined ? 'without noise: exact figures of your rows become public' : `ε = ${epsilon} for a row`
}

/** A surveyed federation as `--json` has it. */
export function toPlain({ creation, assessment, own: _, ...entry }: Surveyed) {
  const { id, creator, terms } = creation
  const { stake, rounds } = terms
  return { id, creator, stake, rounds, ...entry, ...assessment, epsilon: assessment.epsilon ?? null }
}

/** Name and id of a surveyed federation, for people. */
export function nameOf({ creation, name }: Surveyed): string {
  return `${toPlainText(name === '' ? '(unreadable manifest)' : name)} ${creation.id}`
}
