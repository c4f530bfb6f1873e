/**
 * Watches a federation's log from outside: what it says now, every submission that it ever had, and when submissions
 * were open.
 */
import { type ChainClient, federationAbi, readPhase, readRound } from '@tutti/chain'
import { type Hex, keccak256 } from '@tutti/core'
import { encodeAbiParameters, type Log, parseEventLogs } from 'viem'
import type { LoggedEvent, Span } from './laws.ts'

const LOOK_MS = 150

/** What was seen. */
export interface Watch {
  /** Submissions that were in the log at any time. */
  everSubmitted(): Extract<LoggedEvent, { name: 'Submitted' }>[]
  windows(): ReadonlyMap<number, Span>
  /** Rounds that are closed now. */
  closed(): number
  isFinished(): boolean
  /** The chain lost blocks: what was seen open may open again. */
  forgetWindows(): void
  stop(): Promise<void>
}

/** Starts watching. While the chain does not answer nothing is seen. */
export function watchFederation(client: ChainClient, id: Hex, submitSeconds: number): Watch {
  const submitted = new Map<string, Extract<LoggedEvent, { name: 'Submitted' }>>()
  const windows = new Map<number, Span>()
  let closed = 0
  let isFinished = false
  let isOver = false
  const look = async () => {
    const from = Date.now()
    const [events, { number }, { phase }] = await Promise.all([
      readLog(client, id),
      readRound(client, { id }),
      readPhase(client, { id }),
    ])
    for (const event of events) if (event.name === 'Submitted') submitted.set(JSON.stringify(event), event)
    closed = events.filter(({ name }) => name === 'RoundSettled' || name === 'RoundFailed').length
    isFinished = events.some(({ name }) => name === 'Finished')
    if (phase !== 'submit' || isFinished) return
    const window = windows.get(number) ?? { from: Date.now(), to: from }
    // Without a block the chain does not notice that time is up.
    window.to = Math.min(from, window.from + 1_000 * submitSeconds)
    windows.set(number, window)
  }
  const loop = async () => {
    while (!isOver) {
      await look().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
  const looping = loop()
  return {
    everSubmitted: () => [...submitted.values()],
    windows: () => windows,
    closed: () => closed,
    isFinished: () => isFinished,
    forgetWindows: () => windows.clear(),
    stop: async () => {
      isOver = true
      await looping
    },
  }
}

/** What the core has logged of a federation, in order. */
export async function readLog(client: ChainClient, id: Hex): Promise<LoggedEvent[]> {
  const params = [{ address: client.core, fromBlock: '0x0', toBlock: 'latest', topics: [null, id] }]
  const logs = (await client.public.request({ method: 'eth_getLogs', params } as never)) as Log[]
  return parseEventLogs({ abi: federationAbi, logs }).flatMap((log): LoggedEvent[] => {
    const { eventName: name, args } = log
    switch (name) {
      case 'Joined':
        return [{ name, member: lower(args.member) }]
      case 'Submitted': {
        const digest = keccak256(
          Buffer.from(encodeAbiParameters([{ type: 'bytes[]' }], [args.payloads]).slice(2), 'hex'),
        )
        return [{ name, round: args.round, member: lower(args.member), first: args.first, digest }]
      }
      case 'RoundSettled':
      case 'RoundFailed':
        return [{ name, round: args.round, updates: args.updates }]
      case 'Rewarded':
        return [{ name, round: args.round, member: lower(args.member), amount: args.amount }]
      case 'KeeperPaid':
        return [{ name, round: args.round, member: lower(args.keeper), amount: args.amount }]
      case 'Slashed':
        return [{ name, round: args.round, member: lower(args.member) }]
      case 'Finished':
        return [{ name, isAbandoned: args.isAbandoned, refund: args.refund }]
      case 'Claimed':
        return [{ name, member: lower(args.account), amount: args.amount }]
      default:
        return []
    }
  })
}

const lower = (address: string) => address.toLowerCase()
