/** `tutti log ID`: follows a federation from the chain, an event a line, until it is finished or Ctrl-C. */
import type { FederationLog } from '@tutti/chain'
import { type Command, InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { watchInterruption } from '../terminal/interruption.ts'
import { parseCount } from '../terminal/option-values.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface LogOptions extends ConnectionOptions {
  from?: number
  follow: boolean
}

/** Blocks that each look reads again: more than a reorganisation replaces. */
const BLOCKS_AGAIN = 64n
/** Least time between looks, in milliseconds. */
const LOOK_MS = 1_000

/** Adds the command `log`. */
export function addLog(program: Command): void {
  const command = program
    .command('log')
    .description('Follow a federation from the chain: what happens, an event a line.')
    .argument('<id>', 'the federation', parseId)
    .option('--from <round>', 'begin with this round, counted from 1 (default: with the creation)', parseRound)
    .option('--no-follow', 'end with what has happened so far')
  addConnectionOptions(command)
    .addHelpText(
      'after',
      '\nYou need no account and no node. It ends when the federation is finished, or with Ctrl-C.\n' +
        'With --json each event is a line of JSON on standard output, its round from 0.',
    )
    .action(follow)
}

/** A round as people count, from 1. */
function parseRound(text: string): number {
  const round = parseCount(text)
  if (round < 1) throw new InvalidArgumentError('Rounds count from 1.')
  return round
}

async function follow(id: Hex, options: LogOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const client = await openReader(options)
  const { locateCreation, readBlockTime, readStatus, readToken } = await import('@tutti/chain')
  const { backOffMilliseconds, defaultBackOff, isChainOutOfReach, sleep } = await import('@tutti/node')
  const creation = await locateCreation(client, { id })
  const token = await readToken(client, creation.terms.token)
  const { describeLog, toPlainArgs } = await import('../federation/log-lines.ts')
  const interruption = watchInterruption()
  const { signal } = interruption
  const times = createBlockTimes((blockNumber) => readBlockTime(client, { blockNumber }))
  const shown = new Map<string, bigint>()
  const first = (options.from ?? 1) - 1
  let next = creation.blockNumber
  let failures = 0
  const look = async (): Promise<boolean> => {
    const { readFederationLogs } = await import('@tutti/chain')
    const head = await client.public.getBlockNumber()
    const from = next > creation.blockNumber + BLOCKS_AGAIN ? next - BLOCKS_AGAIN : creation.blockNumber
    const logs = await readFederationLogs(client, { id, fromBlock: from < head ? from : head, toBlock: head })
    for (const log of logs.filter((log) => isSince(log, first) && !shown.has(keyOf(log)))) {
      const time = await times(log.blockNumber)
      shown.set(keyOf(log), log.blockNumber)
      output.line(`${new Date(time * 1000).toISOString().slice(0, 19)}Z  ${describeLog(log, token)}`)
      const { eventName: event, blockNumber, transactionHash } = log
      output.result({ event, time, block: blockNumber, transactionHash, ...toPlainArgs(log) })
    }
    for (const [key, block] of shown) if (block + 2n * BLOCKS_AGAIN < head) shown.delete(key)
    next = head + 1n
    return (await readStatus(client, { id, blockNumber: head })).isFinished
  }
  try {
    for (;;) {
      try {
        const isOver = await look()
        if (failures > 0) output.note('the chain answers again')
        failures = 0
        if (isOver || !options.follow) break
        await sleep(Math.max(LOOK_MS, client.pollingIntervalMs), signal)
      } catch (error) {
        if (signal.aborted) break
        if (!isChainOutOfReach(error) || !options.follow) throw error
        failures++
        await tellOutage(output, error, failures)
        await sleep(backOffMilliseconds(defaultBackOff, failures), signal).catch(() => undefined)
        if (signal.aborted) break
      }
    }
    process.exitCode = interruption.exitCode() ?? process.exitCode
  } finally {
    interruption.release()
  }
}

async function tellOutage(output: Output, error: unknown, failures: number): Promise<void> {
  if (failures > 1) return
  const { toChainError } = await import('@tutti/chain')
  output.note(`${(toChainError(error) as Error).message} Trying again.`)
}

function isSince({ args }: FederationLog, first: number): boolean {
  return first === 0 || ('round' in args && args.round >= first)
}

/** A key that stays the same if a block is replaced by another with the same transaction. */
function keyOf({ transactionHash, eventName, args }: FederationLog): string {
  const content = Object.values(args).filter((value) => ['string', 'number', 'bigint'].includes(typeof value))
  return [transactionHash, eventName, ...content.map((value) => String(value).slice(0, 80))].join('/')
}

/** Times of blocks, in seconds since 1970, each read once. */
function createBlockTimes(read: (blockNumber: bigint) => Promise<number>): (blockNumber: bigint) => Promise<number> {
  const known = new Map<bigint, Promise<number>>()
  return (blockNumber) => {
    const found = known.get(blockNumber) ?? read(blockNumber)
    known.set(blockNumber, found)
    found.catch(() => known.delete(blockNumber))
    if (known.size > 1_000) known.delete(known.keys().next().value!)
    return found
  }
}
