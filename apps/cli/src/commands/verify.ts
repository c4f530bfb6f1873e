/** `tutti verify ID`: recomputes a federation from the chain alone and says whether its model is what that implies. */
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { addBlobOptions, type BlobOptions, openAccess } from '../model/blob-model.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'

/** Adds the command `verify`. */
export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description("Replay every round from the chain's logs and compare the model word by word.")
    .argument('<id>', 'the federation', parseId)
  addModuleOption(addBlobOptions(addConnectionOptions(command)))
    .addHelpText(
      'after',
      '\nNobody is trusted. Terms, manifest and setup are checked against the id, every update against its digest, every\n' +
        'shard against the hash that the contract keeps, every log of words against the replay, and sealed code too. On the blob path, every\n' +
        'commitment is computed again from the archived blobs, and their sums are compared with those in the contract. Blobs\n' +
        'that nobody has any more are counted; only their commitments, which stay on the chain, can be checked. Updates that\n' +
        'break their bounds, and that nobody proved in time, are named.\n\n' +
        'Exit codes: 0: the model is what its history implies. 40: so it is, and a faulty update is part of it. 1: it is not.',
    )
    .action(async (id: Hex, options: ConnectionOptions & BlobOptions & ModuleOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const client = await openReader(options)
      const { pathOf, readManifest, replayBlobs, replayDirect } = await import('@tutti/chain')
      const onProgress = ({ round, rounds }: { round: number; rounds: number }) =>
        output.progress(`replaying round ${round + 1} of ${rounds}…`)
      const creation = await readManifest(client, { id })
      const modules = await demandKnownModules(client, creation, options, output)
      const isBlob = pathOf(creation) === 'blob'
      const replay = isBlob
        ? await replayBlobs(client, { id, access: await openAccess(client, options, output), onProgress })
        : await replayDirect(client, { id, onProgress })
      output.line(replay.finding)
      // A model of millions of integers is pulled into a file, not printed.
      const plain = 'faults' in replay ? { ...replay, model: undefined, hasModel: replay.model !== undefined } : replay
      output.result({ ...plain, modules })
      if (!replay.isConsistent) process.exitCode = exitCodes.answerIsNo
      else if ('faults' in replay && replay.faults.length > 0) process.exitCode = exitCodes.faultStands
    })
}
