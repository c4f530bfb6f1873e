/**
 * Creating a federation on the chain, so that nothing paid is lost: each transaction is tried before a token moves, the id
 * is told before the first one, and anyone can finish what a failure left unfinished.
 */
import type { ChainClient, CreationPlan, WriteResult } from '@tutti/chain'
import {
  AMSTERDAM_PRICES,
  estimateRoundAt,
  formatInteger,
  GAS_LIMIT,
  type Hex,
  Start,
  type Terms,
  toId,
} from '@tutti/core'
import { describeLimits } from '../chain/limit-lines.ts'
import { describePaid, formatCoins, sumPaid } from '../chain/paid.ts'
import { describeSealingCost } from '../federation/sealing-lines.ts'
import { CommandError, type ExitCode, exitCodes } from '../terminal/exit-codes.ts'
import { toFailure } from '../terminal/failure.ts'
import type { Output } from '../terminal/output.ts'
import { describeLargestShard } from './term-lines.ts'

/** A federation before it is on the chain, of a model or a statistics round. */
export interface NewFederation {
  terms: Terms
  manifestBytes: Uint8Array
  setupBytes: Uint8Array
  /** Words of a given start. */
  words?: Uint8Array
}

/**
 * Tries every transaction of a creation on the chain at hand; says what they take, and by which prices.
 *
 * @throws `CommandError` where a round would not fit a transaction by this chain's prices; what `planCreation` throws.
 */
export async function planOnChain(
  client: ChainClient,
  federation: NewFederation,
  output: Output,
): Promise<CreationPlan> {
  const { planCreation } = await import('@tutti/chain')
  const { terms, manifestBytes: manifest, setupBytes: setup, words } = federation
  output.progress('trying each transaction on the chain…')
  const plan = await planCreation(client, { terms, manifest, setup, ...(words === undefined ? {} : { words }) })
  if (!fitsChain(plan)) {
    const { aggregate, submit } = plan.round!
    throw new CommandError(
      `By the prices of this chain, aggregating a shard may take ${formatInteger(aggregate.gas)} gas and submitting ` +
        `${formatInteger(submit.gas)}; a transaction may spend ${formatInteger(plan.limits.executionGas)} on execution. ` +
        'Choose more and smaller shards (--shards), or fewer members a round.',
      exitCodes.usage,
    )
  }
  for (const line of describePlan(plan, terms)) output.line(`  ${line}`)
  const coming = describeNextFork(plan, terms)
  if (coming !== undefined) output.note(coming)
  return plan
}

/** What the fork that the chain knows next may do to a round; undefined where there is none, or room enough. */
function describeNextFork({ limits: { nextForkAt, rules }, round }: CreationPlan, terms: Terms): string | undefined {
  if (nextForkAt === undefined || rules === 'Amsterdam' || round === undefined) return undefined
  const { aggregate, submit } = estimateRoundAt(terms, AMSTERDAM_PRICES)
  const gas = Math.max(aggregate.gas, submit.gas)
  if (gas <= GAS_LIMIT) return undefined
  return (
    `The chain's rules change at ${new Date(nextForkAt * 1_000).toISOString()}. If they are Amsterdam's, an action of a round ` +
    `may take ${formatInteger(gas)} gas then, more than a transaction may use: choose more shards (--shards), or end before.`
  )
}

/** Whether a round's largest transactions fit the chain at hand. */
function fitsChain({ round, limits }: CreationPlan): boolean {
  return round === undefined || Math.max(round.aggregate.gas, round.submit.gas) <= Number(limits.executionGas)
}

/** What creating takes, in lines for people. */
function describePlan(plan: CreationPlan, { dimension }: Terms): string[] {
  const { limits, create, initialise, shards, isSimulated, gas, cost, round, largest, sealing } = plan
  const parts = shards === 1 ? 'one transaction' : `${formatInteger(shards)} transactions`
  return [
    describeLimits(limits),
    `to create: ${formatInteger(create)} gas; to write the initial model: ${parts} of at most ${formatInteger(initialise)} ` +
      `gas${isSimulated ? '' : ' (a bound: this endpoint simulates nothing)'}; ` +
      `in all ${formatInteger(gas)} gas, ${formatCoins(cost)}`,
    ...(round === undefined || limits.rules === 'Berlin to Osaka'
      ? []
      : [
          `a round by these prices, new state apart: to submit at most ${formatInteger(round.submit.gas)} gas, to ` +
            `aggregate a shard at most ${formatInteger(round.aggregate.gas)}`,
        ]),
    ...(largest === undefined ? [] : [describeLargestShard(largest, dimension)]),
    ...(sealing === undefined ? [] : [describeSealingCost(sealing, plan)]),
  ]
}

/**
 * Creates a federation, pays its bounty and writes its initial model.
 *
 * @param plan - What {@link planOnChain} found: who cannot pay for all of it sends nothing.
 * @throws {@link UnfinishedError} once the federation exists; `InsufficientFundsError`, the chain's errors before.
 */
export async function createOnChain(
  client: ChainClient,
  federation: NewFederation,
  plan: CreationPlan,
  output: Output,
): Promise<{ id: Hex; gas: { create: bigint; initialise: bigint }; writes: WriteResult[] }> {
  const { createFederation, InsufficientFundsError } = await import('@tutti/chain')
  const { terms, manifestBytes: manifest, setupBytes: setup, words } = federation
  const owner = client.account!.address
  const balance = await client.public.getBalance({ address: owner })
  if (balance < plan.cost) throw new InsufficientFundsError(owner, balance, plan.cost)
  // Known before anything is sent, so that a process that dies in between leaves its owner the name of what it paid for.
  const id = toId(client.chainId, client.core, terms)
  output.note(`creating ${id}`)
  const { approval, ...created } = await createFederation(client, { terms, manifest, setup })
  output.line(`Created ${id}`)
  const initialised = await initialiseOnChain(client, id, { setup, words }, output)
  const writes = [...(approval === undefined ? [] : [approval]), created, ...initialised]
  return { id, gas: { create: created.gasUsed, initialise: sumGas(initialised) }, writes }
}

/**
 * Finishes what a creation left: writes the shards of the initial model that are missing. Anyone may.
 *
 * @param target - `source`: of a model that was continued, the federation whose integers it started from.
 * @throws {@link UnfinishedError} `CommandError`
 */
export async function resumeOnChain(
  client: ChainClient,
  { id, source }: { id: Hex; source: Hex | undefined },
  output: Output,
): Promise<{ id: Hex; gas: { initialise: bigint }; paid: bigint; isNew: boolean }> {
  const { decodeSetup, pathOf, readManifest, readStatus, readWords } = await import('@tutti/chain')
  const [creation, status] = await Promise.all([readManifest(client, { id }), readStatus(client, { id })])
  if (status.isInitialised) {
    output.line(`${id} is initialised already; nothing was sent.`)
    return { id, gas: { initialise: 0n }, paid: 0n, isNew: false }
  }
  const { setup } = creation
  let words: Uint8Array | undefined
  if (pathOf(creation) === 'direct' && decodeSetup(setup).start === Start.Given) {
    if (source === undefined) {
      throw new CommandError(
        'This federation continues the model of another one: name that one with --from, since its integers are written.',
        exitCodes.usage,
      )
    }
    const { terms, blockNumber } = await readManifest(client, { id: source })
    const at = creation.blockNumber > blockNumber ? creation.blockNumber - 1n : blockNumber
    // As they were when it was created; an endpoint that keeps no old state answers with what there is now.
    const then = await readWords(client, { id: source, terms, blockNumber: at }).catch(() =>
      readWords(client, { id: source, terms }),
    )
    words = then.words
  }
  const writes = await initialiseOnChain(client, id, { setup, words }, output)
  output.line(`Initialised ${id}`)
  output.line(`That took ${describePaid(writes)}.`)
  return { id, gas: { initialise: sumGas(writes) }, paid: sumPaid(writes), isNew: true }
}

/** Writes the initial model. In blobs it is zero, and one transaction says so. */
async function initialiseOnChain(
  client: ChainClient,
  id: Hex,
  { setup, words }: { setup: Uint8Array; words: Uint8Array | undefined },
  output: Output,
): Promise<WriteResult[]> {
  const { initialiseBlobModel, initialiseDirectModel, pathOf } = await import('@tutti/chain')
  try {
    if (pathOf({ setup }) === 'blob') return [await initialiseBlobModel(client, { id })]
    const { writes } = await initialiseDirectModel(client, {
      id,
      ...(words === undefined ? {} : { words }),
      onShard: (done, total) => output.progress(`writing the initial model, shard ${done} of ${total}…`),
    })
    return writes
  } catch (error) {
    throw new UnfinishedError(id, error)
  }
}

function sumGas(writes: readonly WriteResult[]): bigint {
  return writes.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
}

/** The federation exists and its bounty is paid, while its initial model is not whole. Nothing is lost. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError'
  readonly exitCode: ExitCode
  readonly federationId: Hex

  constructor(id: Hex, cause: unknown) {
    const failure = toFailure(cause)
    super(
      `Federation ${id} exists and its bounty is paid, but its initial model is not whole, so nobody can join yet. ` +
        `${failure.message} Then finish it, from any account: tutti create --resume ${id}`,
      { cause },
    )
    this.exitCode = failure.exitCode
    this.federationId = id
  }
}
