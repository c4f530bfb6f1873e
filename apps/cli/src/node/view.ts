/**
 * A node at a glance: one line at the foot of a terminal, redrawn every second, under the lines that stay. Elsewhere,
 * and with `--json`, there is none.
 */
import { formatTokens, noToken, type Token } from '@tutti/core'
import type { NodeEvent } from '@tutti/node'
import type { Output } from '../terminal/output.ts'

/** A view that events flow into. */
export interface NodeView {
  note(event: NodeEvent): void
  /** Stops redrawing and clears the line. */
  close(): void
}

/** What the line shows. */
interface State {
  round: number
  /** The most rounds; 0 until they have been read. */
  rounds: number
  phase: string
  /** Seconds by this machine's clock; 0 if an action ends it. */
  endsAt: number
  doing: string
  taken: number
  earned: bigint
  token: Token
  gas: bigint
}

/**
 * Starts a view.
 *
 * @param isTerminal - Whether a person sees standard error.
 */
export function createNodeView(output: Output, isTerminal = process.stderr.isTTY === true): NodeView {
  if (output.isJson || !isTerminal) return { note: () => undefined, close: () => undefined }
  const state: State = {
    round: 0,
    rounds: 0,
    phase: '',
    endsAt: 0,
    doing: '',
    taken: 0,
    earned: 0n,
    token: noToken,
    gas: 0n,
  }
  const draw = () => output.progress(describeState(state, Date.now() / 1000))
  const timer = setInterval(draw, 1_000)
  timer.unref()
  return {
    note: (event) => {
      noteEvent(state, event)
      draw()
    },
    close: () => {
      clearInterval(timer)
      output.clear()
    },
  }
}

/** The line: `round 3 of 30 · submit, 12 s left · training · 2 rounds taken · earned 1.5 · 1,234 gas`. */
export function describeState(state: State, nowSeconds: number): string {
  const { round, rounds, phase, endsAt, doing, taken, earned, token, gas } = state
  const left = endsAt > nowSeconds ? `, ${Math.ceil(endsAt - nowSeconds)} s left` : ''
  return [
    rounds === 0 ? 'reading the chain' : `round ${round + 1} of ${rounds}`,
    ...(phase === '' ? [] : [`${phase}${left}`]),
    ...(doing === '' ? [] : [doing]),
    `${taken} taken`,
    `earned ${formatTokens(earned, token)}`,
    `${gas.toString().replace(/\B(?=(\d{3})+$)/g, ',')} gas`,
  ].join(' · ')
}

function noteEvent(state: State, event: NodeEvent): void {
  if ('round' in event && event.kind !== 'race-lost') state.round = event.round
  if ('cost' in event && event.cost !== undefined) state.gas += event.cost.gasUsed
  switch (event.kind) {
    case 'started':
      state.rounds = event.rounds
      // Amounts of two tokens do not add up.
      if (state.token.address !== event.token.address) state.earned = 0n
      state.token = event.token
      return
    case 'phase':
      state.phase = event.phase
      // The chain's clock may be hours ahead of this machine's: what is left is told by both readings of the former.
      state.endsAt = event.endsAt === 0 ? 0 : event.time / 1_000 + event.endsAt - event.chainTime
      state.doing = ''
      return
    case 'waiting':
      state.doing = event.count === undefined ? '' : `${event.count.came} of ${event.count.of} ${event.count.what}`
      return
    case 'training-started':
      state.doing = 'training'
      return
    case 'training-finished':
    case 'submitted':
    case 'committed':
      state.doing = ''
      return
    case 'signed':
      state.doing = `sending the ${event.action === 'commit' ? 'commitment' : 'update'}`
      return
    case 'chain-unreachable':
      state.doing = 'the chain does not answer'
      return
    case 'chain-back':
      state.doing = ''
      return
    case 'round-settled':
      if (event.hasTakenPart) state.taken++
      state.earned += event.reward + event.keeperPay
      return
  }
}
