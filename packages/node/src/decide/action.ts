/** What a decision can be. */

/** What a node does next. `reason` is a sentence for people. */
export type Action = { reason: string } & (
  | { kind: 'wait'; until: number | undefined }
  | { kind: 'open' }
  | { kind: 'draw'; round: number }
  /** A transaction that does nothing, so that the chain mines a block that another action waits for. */
  | { kind: 'nudge'; round: number }
  /** Votes for this round to be the last. */
  | { kind: 'vote'; round: number }
  | { kind: 'train'; round: number; until: number }
  | { kind: 'commit'; round: number }
  | { kind: 'submit'; round: number; sending: number }
  | { kind: 'confirm'; round: number; sending: number }
  | { kind: 'check'; round: number }
  | { kind: 'bind'; round: number; position: number; assigned: number }
  | { kind: 'challenge'; round: number; position: number; assigned: number }
  | { kind: 'aggregate'; round: number; shard: number }
  | { kind: 'settle'; round: number }
  | { kind: 'close'; round: number }
  | { kind: 'abandon' }
  | { kind: 'leave' }
  | { kind: 'claim' }
  | { kind: 'stop' }
)

/** Waits until chain time `until`; until something changes where it is undefined. */
export function wait(until: number | undefined, reason: string): Action {
  return { kind: 'wait', until, reason }
}

/** Names an action among all: the same name for the same action on the same round, shard or fault. */
export function nameAction(action: Action): string {
  const place = 'shard' in action ? action.shard : 'position' in action ? `${action.position}/${action.assigned}` : ''
  return `${action.kind}/${'round' in action ? action.round : ''}/${place}`
}
