/** `tutti demo`: a whole federation on this machine. */
import { proposeBits } from '@tutti/core'
import { type Command, InvalidArgumentError, Option } from 'commander'

import type { DemoOptions } from '../demo/run.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import { parseCount, parsePositive } from '../terminal/option-values.ts'
import { createOutput } from '../terminal/output.ts'

interface DemoCommandOptions {
  path: 'direct' | 'blob'
  task: 'digits' | 'breast-cancer' | 'mnist'
  data?: string
  members?: number
  rounds?: number
  alpha: number
  bits?: string
  seed: number
  directory: string
  json?: boolean
}

/** Adds the command `demo`. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('Train a model among several members on a local chain, from creation to the last payment.')
    .addOption(
      new Option('--task <name>', 'what to learn').choices(['digits', 'breast-cancer', 'mnist']).default('digits'),
    )
    .addOption(
      new Option(
        '--path <name>',
        'where updates travel: in calldata, which the contract adds up, or in blobs (EIP-4844)',
      )
        .choices(['direct', 'blob'])
        .default('direct'),
    )
    .option('--data <path>', 'the folder with the IDX files of MNIST, or another CSV of the same columns')
    .option('--members <n>', 'members, each with its own key and worker (default: 8; 4 with --path blob)', parseMembers)
    .option('--rounds <n>', 'rounds of training (default: 30; 5 for mnist with --path blob)', parseRounds)
    .option('--alpha <x>', 'label skew of the partition (Dirichlet): smaller is more unequal', parsePositive, 0.5)
    .addOption(
      new Option(
        '--bits <n>',
        'bits of an update, for each parameter (default: 2, 4 for fewer than 8 members; 8 with --path blob)',
      ).choices(['1', '2', '4', '8']),
    )
    .option('--seed <n>', 'seeds the split, the partition, the order of examples and the initial model', parseCount, 1)
    .option('--directory <path>', "where the chain's state and the members' stores are kept", '.tutti/demo')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nEach member trains on its own part of the data and sends a few bits for each parameter. The contract adds them up.\n' +
        'In the end the contract itself answers every held-out example. The same data and seeds are also trained in\n' +
        'floating point, for comparison. With --path blob the updates travel in blobs and the contract keeps the exact\n' +
        'commitment of the model, which is evaluated off the chain; mnist is then the CNN of McMahan et al. 2017 with\n' +
        '1,663,370 parameters. The chain stays on disk: tutti chain --directory .tutti/demo/chain',
    )
    .action(runDemoCommand)
}

async function runDemoCommand(options: DemoCommandOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const interruption = watchInterruption(() => output.note('stopping the members and the chain…'))
  try {
    const { data, path, ...rest } = options
    const isBlob = path === 'blob'
    const members = options.members ?? (isBlob ? 4 : 8)
    const demo = {
      ...rest,
      members,
      rounds: options.rounds ?? (isBlob && options.task === 'mnist' ? 5 : 30),
      bits: Number(options.bits ?? proposeBits(members, isBlob ? 'blob' : 'direct')),
      ...(data === undefined ? {} : { dataPath: data }),
      signal: interruption.signal,
      onProgress: output.progress,
    }
    const { verified, lines, json } = isBlob ? await runBlob(demo) : await runDirect(demo)
    for (const line of lines) output.line(line)
    output.result(json)
    if (!verified) process.exitCode = exitCodes.answerIsNo
  } finally {
    interruption.release()
  }
}

/** What a demo found: for people, for machines, and whether the chain's history confirms it. */
type Demonstrated = { verified: boolean; lines: string[]; json: unknown }

async function runDirect(options: DemoOptions): Promise<Demonstrated> {
  const { runDemo } = await import('../demo/run.ts')
  const { describeResult, toJsonResult } = await import('../demo/report.ts')
  const result = await runDemo(options)
  return { verified: result.verified, lines: describeResult(result), json: toJsonResult(result) }
}

async function runBlob(options: DemoOptions): Promise<Demonstrated> {
  const { runBlobDemo } = await import('../demo/run-blob.ts')
  const { describeBlobResult, toBlobJsonResult } = await import('../demo/report-blob.ts')
  const result = await runBlobDemo(options)
  return { verified: result.verified, lines: describeBlobResult(result), json: toBlobJsonResult(result) }
}

function parseMembers(text: string): number {
  const members = parseCount(text)
  if (members < 2 || members > 64) throw new InvalidArgumentError('The demo takes 2 to 64 members.')
  return members
}

function parseRounds(text: string): number {
  const rounds = parseCount(text)
  if (rounds < 1) throw new InvalidArgumentError('The demo takes at least one round.')
  return rounds
}
