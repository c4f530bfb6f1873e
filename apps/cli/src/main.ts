/**
 * `tutti`: parses the command line, runs one command, turns whatever fails into a sentence and an exit code.
 * Each command stands in its own file under `commands/` and loads what it needs only when it runs.
 */
import { Command, CommanderError } from 'commander'
import { addBench } from './commands/bench.ts'
import { addChain } from './commands/chain.ts'
import { addCreate } from './commands/create.ts'
import { addDemo } from './commands/demo.ts'
import { addDeploy } from './commands/deploy.ts'
import { addExport } from './commands/export.ts'
import { addFederations } from './commands/federations.ts'
import { addJoin } from './commands/join.ts'
import { addKeystore } from './commands/keystore.ts'
import { addMint } from './commands/mint.ts'
import { addModel } from './commands/model.ts'
import { addNode } from './commands/node.ts'
import { addPredict } from './commands/predict.ts'
import { addStats } from './commands/stats.ts'
import { addStatus } from './commands/status.ts'
import { addTask } from './commands/task.ts'
import { addVerify } from './commands/verify.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { toFailure } from './failure.ts'
import { toJson } from './output.ts'

const afterHelp = `
Start here:
  tutti demo                    a whole federation on this machine, in a minute or two
  tutti chain                   a local chain with the contracts, to try the rest on
  tutti create --task digits    a federation of your own

Exit codes: 0 done · 1 done, and the answer is no · 2–9 the call · 10–19 data and files · 20–29 the chain ·
30–39 keys and funds · 130 interrupted. With --json, standard output is one JSON object.`

/** The whole command line, ready to parse. */
export function createProgram(): Command {
  const program = new Command('tutti')
    .description('Federated learning that runs on the chain.')
    .version('0.1.0')
    .showHelpAfterError('(--help shows what the command takes)')
    .addHelpText('after', afterHelp)
  for (const add of [
    addDemo,
    addChain,
    addDeploy,
    addMint,
    addTask,
    addStats,
    addCreate,
    addJoin,
    addKeystore,
    addFederations,
    addNode,
    addStatus,
    addPredict,
    addVerify,
    addExport,
    addModel,
    addBench,
  ]) {
    add(program)
  }
  for (const command of [program, ...program.commands]) command.exitOverride()
  return program
}

/** A reader that has seen enough, or a log on a full disk, ends the output, not the command in the middle of what it does. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // What else is wrong with standard output, such as a full disk, the entry says; of standard error nobody can be told.
    stream.on('error', () => undefined)
  }
}

/**
 * Runs `tutti` once.
 *
 * @param args - The words after the program's name.
 * @returns The exit code, one of `exitCodes`.
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  outliveReaders()
  try {
    await createProgram().parseAsync([...args], { from: 'user' })
    return (process.exitCode as ExitCode | undefined) ?? exitCodes.done
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    const failure = toFailure(error)
    if (args.includes('--json')) process.stdout.write(`${toJson({ error: failure })}\n`)
    process.stderr.write(`tutti: ${failure.message}\n`)
    return failure.exitCode
  }
}
