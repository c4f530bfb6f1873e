/** `tutti demo`: a whole federation on this machine. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCount, parsePositive } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import { watchInterruption } from '../interruption.ts'
import { createOutput } from '../output.ts'

interface DemoCommandOptions {
  task: 'digits' | 'breast-cancer' | 'mnist'
  data?: string
  members: number
  rounds: number
  alpha: number
  bits: number
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
    .option('--data <path>', 'the folder with the IDX files of MNIST, or another CSV of the same columns')
    .option('--members <n>', 'members, each with a key and a worker of its own', parseMembers, 8)
    .option('--rounds <n>', 'rounds of training', parseRounds, 30)
    .option('--alpha <x>', 'label skew of the partition (Dirichlet): smaller is more unequal', parsePositive, 0.5)
    .addOption(
      new Option('--bits <n>', 'bits of an update, for each parameter').choices(['1', '2', '4', '8']).default('4'),
    )
    .option('--seed <n>', 'seeds the split, the partition, the order of examples and the initial model', parseCount, 1)
    .option('--directory <path>', "where the chain's state and the members' stores are kept", '.tutti/demo')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nEach member trains on its own part of the data and sends a few bits a parameter; the contract adds them up.\n' +
        'In the end the contract itself answers every held-out example, and the same data and seeds are trained in\n' +
        'floating point for comparison. The chain stays on disk: tutti chain --directory .tutti/demo/chain',
    )
    .action(async (options: DemoCommandOptions) => {
      const output = createOutput({ isJson: options.json === true })
      const interruption = watchInterruption(() => output.note('stopping the members and the chain…'))
      try {
        const { runDemo } = await import('../demo/run.ts')
        const { describeResult, toJsonResult } = await import('../demo/report.ts')
        const { data, ...rest } = options
        const result = await runDemo({
          ...rest,
          bits: Number(options.bits),
          ...(data === undefined ? {} : { dataPath: data }),
          signal: interruption.signal,
          onProgress: output.progress,
        })
        for (const line of describeResult(result)) output.line(line)
        output.result(toJsonResult(result))
        if (!result.verified) process.exitCode = exitCodes.answerIsNo
      } finally {
        interruption.release()
      }
    })
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
