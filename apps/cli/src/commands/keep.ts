/** `tutti keep ID`: takes the actions that are due and that anyone may take, member or not, for the pay that the terms give. */
import type { ChainClient, Creation, WriteResult } from '@tutti/chain'
import { formatTokens, type Phase, phaseAt, type Round, shardCount } from '@tutti/core'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import {
  type AccountOptions,
  addAccountOptions,
  addConnectionOptions,
  type ConnectionOptions,
  openSigner,
  parseId,
} from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { describePaid } from '../chain/paid.ts'
import { addBlobOptions, type BlobOptions, openAccess } from '../model/blob-model.ts'
import { createOutput, type Output } from '../terminal/output.ts'

interface KeepOptions extends ConnectionOptions, AccountOptions, BlobOptions, ModuleOptions {
  dryRun?: boolean
}

/** An action that is due: what it is called, and how it is taken. */
interface DueAction {
  kind: 'open' | 'draw' | 'aggregate' | 'settle' | 'close'
  shard?: number
  take(): Promise<WriteResult>
}

/** What was taken. */
interface TakenAction {
  kind: DueAction['kind']
  round: number
  shard?: number
  hash: Hex
  gasUsed: bigint
  /** In wei. */
  paid: bigint
}

/** Adds the command `keep`. */
export function addKeep(program: Command): void {
  const command = program
    .command('keep')
    .description(
      'Take the actions of a round that are due and that anyone may take, for pay; then say what comes next.',
    )
    .argument('<id>', 'the federation', parseId)
    .option('--dry-run', 'say which action is due; send nothing')
  addModuleOption(addBlobOptions(addAccountOptions(addConnectionOptions(command))))
    .addHelpText(
      'after',
      '\nUse this to keep a federation going without training in it. Any account may open a round, draw its cohort, aggregate\n' +
        'a shard, settle or close it; members’ nodes do so by themselves. Fetch the pay (keeperPay of the terms) with\n' +
        '`tutti claim ID`. While a round waits for its members, no action is due. Faults in blobs are proved by nodes, which\n' +
        'look at every update. End a federation that stands still for too long with `tutti abandon ID`.',
    )
    .action((id: Hex, options: KeepOptions) => keep(id, options))
}

async function keep(id: Hex, options: KeepOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { ContractError, readManifest, readMember, readToken } = await import('@tutti/chain')
  const client = await openSigner(options)
  const account = client.account!.address
  const creation = await readManifest(client, { id })
  const modules = await demandKnownModules(client, creation, options, output)
  const taken: TakenAction[] = []
  let refusal: string | undefined
  let seen = await look(client, creation, options, output)
  while (seen.due !== undefined && options.dryRun !== true && refusal === undefined) {
    const { due, round } = seen
    output.progress(`${nameOf(due)}, round ${round.number + 1}…`)
    try {
      const written = await due.take()
      const { hash, gasUsed, paid } = written
      const { kind, shard } = due
      taken.push({ kind, round: round.number, ...(shard === undefined ? {} : { shard }), hash, gasUsed, paid })
      output.line(`Round ${round.number + 1}: ${nameOf(due)}, ${hash}; ${describePaid([written])}`)
      seen = await look(client, creation, options, output)
    } catch (error) {
      // As a rule somebody else was quicker, or the action is reserved for its keeper for a while.
      if (!(error instanceof ContractError)) throw error
      refusal = error.message
    }
  }
  const { phase, round, due } = seen
  if (refusal !== undefined) output.line(`The chain refused to ${nameOf(due!)}: ${refusal}`)
  else if (due !== undefined)
    output.line(`Due: ${nameOf(due)}, round ${round.number + 1}. Nothing was sent (--dry-run).`)
  else output.line(whatComesNext(id, seen))
  const { owed } = await readMember(client, { id, account })
  if (owed > 0n) {
    const token = await readToken(client, creation.terms.token)
    output.line(`${formatTokens(owed, token)} are yours: tutti claim ${id}`)
  }
  const plainDue =
    due === undefined ? null : { kind: due.kind, ...(due.shard === undefined ? {} : { shard: due.shard }) }
  output.result({
    id,
    account,
    taken,
    phase,
    round: round.number,
    due: plainDue,
    refusal: refusal ?? null,
    owed,
    modules,
  })
}

interface KeeperView {
  phase: Phase
  round: Round
  /** When the phase ends by itself, in unix seconds of the chain; 0: when somebody acts. */
  endsAt: number
  due: DueAction | undefined
}

/** Where the federation stands for the next block, and the action that is due there, if any. */
async function look(
  client: ChainClient,
  creation: Creation,
  options: KeepOptions,
  output: Output,
): Promise<KeeperView> {
  const chain = await import('@tutti/chain')
  const { readChainTime } = await import('@tutti/node')
  const { id, terms } = creation
  const [status, round, now] = await Promise.all([
    chain.readStatus(client, { id }),
    chain.readRound(client, { id }),
    readChainTime(client),
  ])
  const { phase, endsAt } = phaseAt(round, terms, now, status.isFinished)
  const target = { id, round: round.number }
  const actionOf = (): DueAction | undefined => {
    switch (phase) {
      case 'joining': {
        const isEnough = status.members >= Math.max(1, terms.minimumUpdates)
        const isOver = now >= status.createdAt + terms.joinSeconds || status.members >= terms.cohortSize
        const isOpenable = status.isInitialised && isEnough && isOver
        return isOpenable ? { kind: 'open', take: () => chain.openRound(client, { id }) } : undefined
      }
      case 'draw':
        return { kind: 'draw', take: () => chain.drawCohort(client, target) }
      case 'aggregate': {
        const shards = Array.from({ length: shardCount(terms) }, (_, shard) => shard)
        const shard = shards.find((index) => ((round.shards >> BigInt(index)) & 1n) === 0n)!
        const take = async () =>
          chain.pathOf(creation) === 'direct'
            ? chain.aggregateDirect(client, { ...target, shard, terms })
            : chain.aggregateBlobs(client, {
                ...target,
                shard,
                terms,
                access: await openAccess(client, options, output),
              })
        return { kind: 'aggregate', shard, take }
      }
      case 'settle':
        return { kind: 'settle', take: () => chain.settleRound(client, target) }
      case 'close':
        return { kind: 'close', take: () => chain.closeRound(client, target) }
      default:
        return undefined
    }
  }
  return { phase, round, endsAt, due: actionOf() }
}

function nameOf({ kind, shard }: DueAction): string {
  return shard === undefined ? kind : `${kind} shard ${shard}`
}

/** What a federation waits for while no action is due. */
function whatComesNext(id: Hex, { phase, round, endsAt }: KeeperView): string {
  if (phase === 'finished') return `${id} is finished: there is nothing to keep.`
  if (phase === 'joining') return `No action is due: ${id} waits for members, or for its initial model.`
  const at = new Date(endsAt * 1000).toISOString().slice(0, 19)
  return `No action is due: round ${round.number + 1} is in its phase ${phase}, until ${at} UTC at the latest.`
}
