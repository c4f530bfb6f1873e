/**
 * `tutti`: parses the command line, runs one command, and turns a failure into a sentence and an exit code.
 * Each command has its own file under `commands/`, and loads what it needs only when it runs.
 */
import { Command, CommanderError } from 'commander'
import { addAbandon } from './commands/abandon.ts'
import { addBench } from './commands/bench.ts'
import { addChain } from './commands/chain.ts'
import { addClaim } from './commands/claim.ts'
import { addCreate } from './commands/create.ts'
import { addDemo } from './commands/demo.ts'
import { addDeploy } from './commands/deploy.ts'
import { addDescribe } from './commands/describe.ts'
import { addEncode } from './commands/encode.ts'
import { addEnd } from './commands/end.ts'
import { addEvaluate } from './commands/evaluate.ts'
import { addExport } from './commands/export.ts'
import { addFederations } from './commands/federations.ts'
import { addJoin } from './commands/join.ts'
import { addKeep } from './commands/keep.ts'
import { addKeystore } from './commands/keystore.ts'
import { addLeave } from './commands/leave.ts'
import { addLog } from './commands/log.ts'
import { addMint } from './commands/mint.ts'
import { addModel } from './commands/model.ts'
import { addNode } from './commands/node.ts'
import { addPredict } from './commands/predict.ts'
import { addSeal } from './commands/seal.ts'
import { addSimulate } from './commands/simulate.ts'
import { addStats } from './commands/stats.ts'
import { addStatus } from './commands/status.ts'
import { addTask } from './commands/task.ts'
import { addVerify } from './commands/verify.ts'
import { type ExitCode, exitCodeList, exitCodes } from './terminal/exit-codes.ts'
import { type Failure, nameChainErrors, toFailure } from './terminal/failure.ts'
import { toJson, toShown } from './terminal/output.ts'
import { nameProgram } from './terminal/program-name.ts'

const afterHelp = `
Start here:
  tutti demo                                     a whole federation on this machine, in one or two minutes
  tutti chain                                    a local chain with the contracts, to try the other commands
  tutti simulate --task digits                   what terms lead to, and cost, before money is spent
  tutti create --task digits --test-account 0    your own federation on that local chain

In a clone of the repository, write "npm run tutti --" for "tutti"; "npm link" there makes it a command everywhere.

Exit codes:
${listExitCodes()}

With --json, standard output is one JSON object, also after an error: {"error": {"name", "message", "exitCode"}}.
Rounds count from 1 in texts for people, and from 0 in JSON and in a trainer's round.json, as on the chain.`

function listExitCodes(): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[]
  return names.map((name) => `  ${String(exitCodes[name]).padStart(3)}  ${exitCodeList[name]}`).join('\n')
}

/** The whole command line, ready to parse. */
export function createProgram(): Command {
  const program = new Command('tutti')
    .description('Federated learning that runs on the chain.')
    .version('0.1.0')
    .configureOutput({
      writeOut: (text) => process.stdout.write(nameProgram(text)),
      writeErr: (text) => process.stderr.write(nameProgram(text)),
    })
    .showHelpAfterError('(--help shows what the command takes)')
    .addHelpText('after', afterHelp)
    // Before the commands are added, so that they and their subcommands inherit it.
    .exitOverride()
  for (const add of [
    addDemo,
    addChain,
    addDeploy,
    addMint,
    addTask,
    addStats,
    addSimulate,
    addCreate,
    addJoin,
    addKeystore,
    addFederations,
    addNode,
    addKeep,
    addClaim,
    addLeave,
    addEnd,
    addAbandon,
    addSeal,
    addStatus,
    addLog,
    addPredict,
    addDescribe,
    addEncode,
    addEvaluate,
    addVerify,
    addExport,
    addModel,
    addBench,
  ]) {
    add(program)
  }
  return program
}

/** A reader that has seen enough, or a log on a full disk, ends the output, but not the command in the middle of its work. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // `bin/tutti.js` reports other faults of standard output; faults of standard error cannot be reported anywhere.
    stream.on('error', () => undefined)
  }
}

/** Ctrl-C ends with one sentence, unless the command listens too and ends by itself. */
function endOnInterruption(tell: (failure: Failure) => void): void {
  process.on('SIGINT', () => {
    if (process.listenerCount('SIGINT') > 1) return
    const message = 'Interrupted. What was sent to the chain before stays sent; nothing more is sent.'
    tell({ name: 'AbortError', message, exitCode: exitCodes.interrupted })
    process.exit(exitCodes.interrupted)
  })
}

/** A failure that the parser found; it has told people already. */
function toUsageFailure({ code, message }: CommanderError): Failure {
  const text = code === 'commander.help' ? 'Name a command; --help lists them.' : message.replace(/^error: /, '')
  return { name: 'UsageError', message: text, exitCode: exitCodes.usage }
}

/**
 * Runs `tutti` once.
 *
 * @param args - The words after the program's name.
 * @returns The exit code, one of `exitCodes`.
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  outliveReaders()
  const tellMachine = (failure: Failure) => {
    if (args.includes('--json')) process.stdout.write(`${toJson({ error: failure })}\n`)
  }
  const tell = (failure: Failure) => {
    tellMachine(failure)
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
    process.stderr.write(`tutti: ${toShown(failure.message)}\n`)
  }
  endOnInterruption(tell)
  try {
    await createProgram().parseAsync([...args], { from: 'user' })
    return (process.exitCode as ExitCode | undefined) ?? exitCodes.done
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.done
      tellMachine(toUsageFailure(error))
      return exitCodes.usage
    }
    const failure = toFailure(await nameChainErrors(error))
    tell(failure)
    return failure.exitCode
  }
}
