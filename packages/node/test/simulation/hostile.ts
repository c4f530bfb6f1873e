/** Accounts that mean harm, and the one that proves their faults. */
import type { Random } from '@tutti/core'
import type { ModelChain } from './chain.ts'
import type { Call } from './contract.ts'
import type { Network } from './network.ts'

/** Something hostile: garbage, doubles, actions out of turn, false accusations, coming and going. */
export function doHarm(account: number, chain: ModelChain, network: Network, random: Random): void {
  const { state, terms } = chain
  const { number: round } = state.round
  const position = chain.positionOf(account)
  const update = { name: `garbage of ${account} for ${round}, ${random()}`, place: '', isFaulty: random() < 0.5 }
  const shard = Math.floor(random() * 4)
  const calls: Call[] = [
    ...(position === undefined
      ? []
      : ([
          { kind: 'commit', round, update },
          { kind: 'submit', round, update },
          { kind: 'submit', round, update: { ...update, name: `${update.name} again` } },
        ] as Call[])),
    { kind: 'open', round },
    { kind: 'draw', round },
    { kind: 'aggregate', round, shard },
    { kind: 'settle', round },
    { kind: 'close', round },
    { kind: 'challenge', round, position: Math.floor(random() * terms.cohortSize) },
    ...(random() < 0.02
      ? ([
          { kind: 'leave', round },
          { kind: 'join', round },
        ] as Call[])
      : []),
  ]
  network.hand(account, calls[Math.floor(random() * calls.length)]!)
}

/** An account that is no member proves what can be proven. */
export function proveFaults(chain: ModelChain, account: number, network: Network, random: Random): void {
  const { state } = chain
  if (chain.phase(state.block.timestamp) !== 'challenge' || random() < 0.2) return
  for (const [position, { isFaulty }] of state.submissions) {
    if (isFaulty) network.hand(account, { kind: 'challenge', round: state.round.number, position })
  }
}
