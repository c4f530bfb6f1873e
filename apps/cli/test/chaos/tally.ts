/** What a campaign did and what it checked, counted. */

/** Counts by what they count, for people. */
export interface Tally {
  kills: Record<'node' | 'trainer' | 'chain', number>
  /** Other faults by their kind. */
  faults: Record<string, number>
  federations: Record<'direct' | 'blob', number>
  rounds: number
  failedRounds: number
  /** Updates that counted, and those that all members in all rounds would have made. */
  updates: number
  possibleUpdates: number
  submissionsSeen: number
  nodeStarts: number
  /** Pairs of a member and a round that the law of the living node could be held against. */
  presencesJudged: number
  storesOpened: number
  logsSearched: number
  processesFollowed: number
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return {
    kills: { node: 0, trainer: 0, chain: 0 },
    faults: {},
    federations: { direct: 0, blob: 0 },
    ...{ rounds: 0, failedRounds: 0, updates: 0, possibleUpdates: 0, submissionsSeen: 0, nodeStarts: 0 },
    ...{ presencesJudged: 0, storesOpened: 0, logsSearched: 0, processesFollowed: 0 },
  }
}

/** Kills of all kinds. */
export function countKills({ kills }: Tally): number {
  return kills.node + kills.trainer + kills.chain
}

/** The closing summary, a line each. */
export function describeTally(tally: Tally, seconds: number): string[] {
  const { kills, faults, federations, rounds } = tally
  const others = Object.entries(faults).map(([kind, times]) => `${kind} ${times}`)
  return [
    `${countKills(tally)} kills in ${seconds.toFixed(0)} s: ${kills.node} of nodes, ${kills.trainer} of trainers, ` +
      `${kills.chain} of the chain${others.length === 0 ? '' : `; besides: ${others.join(', ')}`}.`,
    `${federations.direct + federations.blob} federations (${federations.direct} direct, ${federations.blob} in blobs), ` +
      `${rounds} rounds, ${tally.updates} of ${tally.possibleUpdates} possible updates, ${tally.nodeStarts} starts of nodes.`,
    `Checked: ${tally.submissionsSeen} submissions, for doubles and for two updates of one round; ${tally.presencesJudged} presences ` +
      `in rounds; what every account was paid, to the unit; verify of every federation; ${tally.storesOpened} stores opened; ` +
      `${tally.logsSearched} logs searched for secrets; ${tally.processesFollowed} processes followed to their end.`,
  ]
}
