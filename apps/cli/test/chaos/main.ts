/**
 * Kills and other faults over real federations, drawn from a seed: `npm run chaos -- --kills N --seed S`. Exit code 0 if
 * every law held, 1 if one did not, 2 for a wrong command line, 130 after Ctrl-C.
 */
import { Command, InvalidArgumentError } from 'commander'
import { type Campaign, runCampaign } from './campaign.ts'
import { countKills, describeTally } from './tally.ts'

const MOST = 2 ** 32 - 1
const PROGRESS_MS = 2_000

function parseCount(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > MOST) throw new InvalidArgumentError('It takes a whole number.')
  return Number(text)
}

const program = new Command('chaos')
  .description('Kill nodes, trainers and the chain of real federations at random moments, and see whether all holds.')
  .option('--kills <n>', 'kills to make, of all kinds together', parseCount, 100)
  .option('--seed <n>', 'draws federations, faults and times; the same seed draws the same', parseCount, 1)
  .option('--json', 'print one JSON object')
  .addHelpText(
    'after',
    '\nFederations of the digits, in the contract and in blobs by turns, are played one after another until all kills are\n' +
      'made: 3 or 4 members a federation, each node a process, on a local chain of their own. Whatever is killed is started\n' +
      'again, as a supervisor does. What is then checked, by the log of the chain and not by what nodes say: nobody submits\n' +
      'twice in a round or makes two updates of it; a node that lived in peace long enough is in its round; no stake is\n' +
      'lost; every federation ends and pays out all it holds; verify confirms the model; stores stay readable; no process\n' +
      'is left; no key and no password is in a log.\n\n' +
      'Everything is in a temporary folder, which is kept and named if something is broken. The seed repeats the draw; what\n' +
      'a kill hits is up to the machine. Examples:\n' +
      '  npm run chaos                             100 kills, seed 1\n' +
      '  npm run chaos -- --kills 1000 --seed 7    a long one, another draw\n\n' +
      'Exit codes: 0 all held; 1 something did not; 2 the command line is wrong; 130 interrupted.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()

const { kills, seed, json } = program.opts<{ kills: number; seed: number; json?: boolean }>()
const interruption = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort())

let told = 0
const onProgress = (line: string) => {
  const now = Date.now()
  if (now - told < PROGRESS_MS) return
  told = now
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${line}` : `${line}\n`)
}
const clear = () => process.stderr.isTTY && process.stderr.write('\r\u001b[2K')

try {
  const campaign = await runCampaign({ kills, seed, signal: interruption.signal, onProgress })
  clear()
  report(campaign)
} catch (error) {
  clear()
  const isInterrupted = interruption.signal.aborted
  const message = isInterrupted
    ? 'Interrupted; its processes are ended and its files deleted.'
    : (error as Error).message
  process.stderr.write(`chaos: ${message}\n`)
  process.exitCode = isInterrupted ? 130 : 1
  if (json === true) process.stdout.write(`${JSON.stringify({ error: { message, exitCode: process.exitCode } })}\n`)
}

function report(campaign: Campaign): void {
  const { broken, tally, seconds, directory } = campaign
  const isWhole = directory === undefined
  process.exitCode = isWhole ? 0 : 1
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ ...campaign, hasHeld: isWhole, directory: directory ?? null })}\n`)
    return
  }
  console.log(`Seed ${seed}.`)
  for (const line of describeTally(tally, seconds)) console.log(line)
  for (const { law, what, federation, time } of broken) {
    console.log(`BROKEN, federation ${federation + 1}, ${time}: ${law}: ${what}`)
  }
  if (countKills(tally) < kills) console.log(`Only ${countKills(tally)} of ${kills} kills found something to kill.`)
  console.log(isWhole ? 'All held.' : `Logs and stores are kept in ${directory}. The same draw: --seed ${seed}`)
}
