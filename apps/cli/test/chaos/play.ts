/** Plays one planned federation: founds it, starts its nodes, does harm while it runs, lets it end, and judges it. */
import { claim, readBalance } from '@tutti/chain'
import { defaultArchive } from '@tutti/node'
import { awaitEnds, checkStore, searchLogs, verify } from './aftermath.ts'
import { startBentEndpoint } from './bent-endpoint.ts'
import { strike } from './faults.ts'
import { judge, type Violation } from './laws.ts'
import { pause } from './pause.ts'
import type { FederationPlan } from './plan.ts'
import { foundPlanned, type Stage } from './preparation.ts'
import { type Supervised, supervise } from './supervised.ts'
import { countKills, type Tally } from './tally.ts'
import { readLog, watchFederation } from './watch.ts'

/** Time in peace that is enough to start, train, and be in a round, on a busy machine. */
const ENOUGH_MS = 18_000
/** After the last fault every node must have ended within this. */
const MOST_END_MS = 240_000

/** What a campaign hands to each federation. */
export interface Play {
  stage: Stage
  mark: string
  tally: Tally
  /** No fault is made once so many kills are. */
  kills: number
  signal: AbortSignal
  onProgress: (line: string) => void
}

/** Plays a federation to its end. Returns what did not hold. */
export async function playFederation(play: Play, plan: FederationPlan): Promise<Violation[]> {
  const { stage, tally, kills, signal, onProgress, mark } = play
  const { client, chain, creator } = stage
  const found: Violation[] = []
  const endpoint = plan.bent === undefined ? undefined : await startBentEndpoint(chain.url)
  const { id, terms, directory, members, secrets } = await foundPlanned(stage, plan, endpoint?.url)
  const balanceOfCore = () => readBalance(client, { token: terms.token, account: client.core })
  const heldBefore = (await balanceOfCore()) - terms.bounty - terms.stake * BigInt(members.length)
  // What is on disk must know of this federation before the chain may lose what is not.
  if (plan.weather === 'history') await chain.renew()

  const nodes: Supervised[] = members.map(({ words, env, log, address }) =>
    supervise({
      words: ['node', ...words, '--json'],
      env,
      cwd: directory,
      log,
      onUnexpected: (code, by, lastWords) => {
        const what = `the node of ${address} ended by ${by ?? `exit code ${code}`}, at ${new Date().toISOString()}: ${lastWords}`
        found.push({ law: 'a node ends as documented', what })
      },
    }),
  )
  const forgetful = new Set<number>()
  const watch = watchFederation(client, id, plan.submitSeconds)
  const closing: (() => Promise<void>)[] = [
    () => watch.stop(),
    ...nodes.map((node) => () => node.close()),
    async () => endpoint?.close(),
  ]
  try {
    const scene = {
      ...play,
      forgetful,
      plan,
      id,
      directory,
      members,
      nodes,
      watch,
      endpoint,
      blame: (one: Violation) => found.push(one),
    }
    const pending = new Set<Promise<void>>()
    const failures: Error[] = []
    const everyoneIsDone = () => nodes.every((node) => node.isDone())
    for (const { afterMs, fault } of plan.faults) {
      await pause(afterMs, signal)
      if (everyoneIsDone() || countKills(tally) >= kills) break
      const striking = strike(scene, fault)
        .catch((error: Error) => void failures.push(error))
        .finally(() => pending.delete(striking))
      pending.add(striking)
      onProgress(`${watch.closed()} of ${plan.rounds} rounds`)
    }
    await Promise.all(pending)
    const [failure] = failures
    if (failure !== undefined) throw failure
    const isEnded = await endsWithin(everyoneIsDone, MOST_END_MS, signal, () =>
      onProgress(`${watch.closed()} of ${plan.rounds} rounds, in peace to the end`),
    )
    if (!isEnded) {
      const running = nodes.filter((node) => !node.isDone()).length
      found.push({
        law: 'a federation ends',
        what: `${running} nodes still run ${MOST_END_MS / 1_000} s after the last fault`,
      })
    }
  } finally {
    for (const close of closing) await close()
  }

  found.push(...(await awaitEnds(mark, chain.pid())))
  await claim(creator, { id })
  const events = await readLog(client, id)
  const evidence = {
    events,
    everSubmitted: watch.everSubmitted(),
    windows: watch.windows(),
    members: members.map(({ address }, member) => ({
      member: address,
      hasForgotten: forgetful.has(member),
      peace: nodes[member]!.peace(),
    })),
    creator: creator.account!.address.toLowerCase(),
    rounds: plan.rounds,
    stake: terms.stake,
    bounty: terms.bounty,
    heldMore: (await balanceOfCore()) - heldBefore,
    enoughMs: ENOUGH_MS,
  }
  found.push(...judge(evidence))
  const archives = members.flatMap(({ store }) => ['--peer-archive', defaultArchive(store)])
  const words = ['--rpc', chain.url, ...(plan.path === 'blob' ? archives : [])]
  found.push(...(await verify(id, words, { cwd: directory, env: stage.env })))
  for (const { store, address } of members) {
    found.push(...checkStore(store, client.chainId, id, address, plan.rounds))
    tally.storesOpened++
  }
  const searched = searchLogs(stage.directory, secrets)
  found.push(...searched.found)

  const closed = events.flatMap((event) =>
    event.name === 'RoundSettled' || event.name === 'RoundFailed' ? [event] : [],
  )
  tally.federations[plan.path]++
  tally.rounds += closed.length
  tally.failedRounds += closed.filter(({ name }) => name === 'RoundFailed').length
  tally.updates += closed.reduce((sum, { updates }) => sum + updates, 0)
  tally.possibleUpdates += plan.rounds * plan.members
  tally.submissionsSeen += evidence.everSubmitted.length
  tally.presencesJudged += evidence.windows.size * plan.members
  tally.nodeStarts += nodes.reduce((sum, node) => sum + node.starts(), 0)
  tally.logsSearched += searched.logs
  return found
}

async function endsWithin(
  isOver: () => boolean,
  ms: number,
  signal: AbortSignal,
  onTick: () => void,
): Promise<boolean> {
  const until = Date.now() + ms
  while (!isOver() && Date.now() < until) {
    await pause(200, signal)
    onTick()
  }
  return isOver()
}
