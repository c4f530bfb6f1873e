/** The model of an earlier round, for commands that take `--round`. */
import type { ChainClient, Creation, PastModel } from '@tutti/chain'
import { type Command, InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'
import { parseCount } from '../chain/connection.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import type { Output } from '../terminal/output.ts'

/** What {@link addRoundOption} reads. */
export interface RoundOptions {
  round?: number
}

/** Adds `--round`. */
export function addRoundOption(command: Command): Command {
  return command.option(
    '--round <r>',
    'the model as it was after round r, from 1, replayed from the chain; 0 is the model before the first (default: the latest)',
    parseRound,
  )
}

function parseRound(text: string): number {
  const round = parseCount(text)
  if (round > 0xffff_ffff) throw new InvalidArgumentError('No federation has so many rounds.')
  return round
}

/**
 * The round whose model is asked, as `--round` counts: failed rounds too, the latest where none is named. Says so where that
 * model has not been trained.
 */
export async function readAskedRound(
  client: ChainClient,
  id: Hex,
  options: RoundOptions,
  output: Output,
): Promise<number> {
  const { readModelStatus } = await import('@tutti/chain')
  const { round: latest, isTrained } = await readModelStatus(client, { id })
  const round = options.round ?? latest
  if (round === 0 || !isTrained) output.note('No round has changed this model yet: it answers as it was started.')
  return round
}

/**
 * Replays the model of an earlier round; undefined where the latest is asked for.
 *
 * @throws `RoundAheadError` `InconsistentRoundsError`; `CommandError` on the blob path
 */
export async function readPastModel(
  client: ChainClient,
  creation: Creation,
  { round }: RoundOptions,
  output: Output,
): Promise<PastModel | undefined> {
  if (round === undefined) return undefined
  const { pathOf, replayModelAt } = await import('@tutti/chain')
  if (pathOf(creation) === 'blob') {
    throw new CommandError(
      'Models of earlier rounds are replayed from updates in calldata; those of this federation were in blobs, which the ' +
        'chain forgets. Keep a model of each round: tutti model pull',
      exitCodes.usage,
    )
  }
  output.progress(`replaying up to round ${round}…`)
  return replayModelAt(client, {
    id: creation.id,
    rounds: round,
    onProgress: ({ round: at }) => output.progress(`replaying round ${at + 1} of ${round}…`),
  })
}
