/** Plays the rounds of a demo: a worker a member, one line that says where they stand. */

import type { Hex, Terms } from '@tutti/core'
import { formatCount } from '@tutti/core'
import type { NodeBehaviour, NodeEvent } from '@tutti/node'
import { type DemoMember, type MembersReport, runMembers, type StartMember, startInThread } from './members.ts'

/** What is played, and how it is watched. */
export interface RoundsOptions {
  rpcUrl: string
  chainId: number
  core: Hex
  id: Hex
  terms: Terms
  members: readonly DemoMember[]
  storeDirectory: string
  seed: number
  signal: AbortSignal
  /** How a member's node behaves, by the number of the member. */
  behaviour?: (member: number) => NodeBehaviour
  /** In threads of this process, when absent. */
  startMember?: StartMember
  onProgress: (text: string) => void
  /** Accuracy of the model on the chain after a round, for the progress line. */
  judge?: () => Promise<number>
  onEvent?: (event: NodeEvent) => void
}

/** Runs all members until the federation is finished. */
export async function playRounds(options: RoundsOptions): Promise<MembersReport> {
  const { rpcUrl, chainId, core, id, terms, members, judge, storeDirectory, behaviour = () => ({}) } = options
  let round = 0
  let phase = 'joining'
  let gasUsed = 0n
  let accuracy: number | undefined
  let settled = -1
  const tell = () => {
    const standing = accuracy === undefined ? '' : ` · accuracy ${(100 * accuracy).toFixed(1)}%`
    options.onProgress(
      `round ${round + 1}/${terms.rounds} · ${phase} · ${formatCount(members.length, 'member')}${standing} · ` +
        `${(Number(gasUsed) / 1e6).toFixed(1)} M gas`,
    )
  }
  const judgeRound = async (judged: () => Promise<number>, settledRound: number) => {
    const share = await judged()
    if (settledRound === settled) accuracy = share
    tell()
  }
  const pending: Promise<void>[] = []
  const onEvent = (event: NodeEvent) => {
    if ('cost' in event && event.cost !== undefined) gasUsed += event.cost.gasUsed
    if (event.kind === 'round-opened') round = Math.max(round, event.round)
    if (event.kind === 'phase' && event.round >= round) phase = event.phase
    if (event.kind === 'round-settled' && event.round > settled) {
      settled = event.round
      // The picture of the last round may lag behind the chain; it is a display, and never fails the run.
      if (judge !== undefined) pending.push(judgeRound(judge, event.round).catch(() => undefined))
    }
    options.onEvent?.(event)
    tell()
  }
  const place = { rpcUrl, chainId, core, id, storeDirectory }
  const { seed, signal, startMember = startInThread } = options
  const report = await runMembers(members, place, { seed, signal, behaviour, startMember, onEvent })
  await Promise.all(pending)
  return report
}
