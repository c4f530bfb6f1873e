/** `tutti verify ID`: recomputes a federation from the chain alone and says whether its model is what that implies. */
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { createOutput } from '../output.ts'

/** Adds the command `verify`. */
export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description("Replay every round from the chain's logs and compare the model word by word.")
    .argument('<id>', 'the federation', parseId)
  addConnectionOptions(command)
    .addHelpText(
      'after',
      '\nNobody is trusted: terms, manifest and setup are checked against the id, every update against its digest, every\n' +
        'step against the hash the contract logged, and in the end every word of storage. Exit code 1: it is not so.',
    )
    .action(async (id: Hex, options: ConnectionOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const client = await openReader(options)
      const { replayFederation } = await import('@tutti/chain')
      const replay = await replayFederation(client, {
        id,
        onProgress: ({ round, rounds }) => output.progress(`replaying round ${round} of ${rounds}…`),
      })
      output.line(replay.finding)
      output.result(replay)
      if (!replay.isConsistent) process.exitCode = exitCodes.answerIsNo
    })
}
