/** The model of an earlier round, for commands that take `--round`. */
import type { ChainClient, Creation, PastModel } from '@tutti/chain'
import { type Command, InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'

import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { parseCount } from '../terminal/option-values.ts'
import type { Output } from '../terminal/output.ts'

/** What {@link addRoundOption} reads. */
export interface RoundOptions {
  round?: number
}

/** Adds `--round`. */
export function addRoundOption(command: Command): Command {
  return command.option(
    '--round <r>',
    'the model after round r, replayed from the chain; 0: the model before the first round (default: the latest)',
    parseRound,
  )
}

function parseRound(text: string): number {
  const round = parseCount(text)
  if (round > 0xffff_ffff) throw new InvalidArgumentError('No federation has so many rounds.')
  return round
}

/** Adds `--sealed`. */
export function addSealedOption(command: Command): Command {
  return command.option(
    '--sealed [version]',
    'ask the contract from sealed code, as contracts do: this version, or the newest that is sealed',
    parseRound,
  )
}

/**
 * The round whose model is asked, as `--round` counts, failed rounds included; the latest if none is named. Says so if that
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
  if (round === 0 || !isTrained)
    output.note('No round has changed this model yet: these are answers of the untrained model.')
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
      'Earlier models are replayed from updates in calldata. The updates of this federation were in blobs, which the chain ' +
        'forgets. To keep the model of each round, run after it: tutti model pull ID',
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
