/** Terms in lines for people: what they allow, what a creator should know of them, and what a private network lets happen. */
import {
  estimateRound,
  formatCount,
  formatInteger,
  type LargestShards,
  parametersPerBlob,
  roundsBeforeOverflow,
  shardBlobs,
  shardCount,
  type Terms,
} from '@tutti/core'

/** What the terms allow, in lines for people: sizes and gas of transactions at their largest, members, rounds. */
export function describeTerms(terms: Terms, initialBound: bigint): string[] {
  const shards = shardCount(terms)
  const { aggregate, submit } = estimateRound(terms)
  const size = (step: { gas: number; bytes: number }) =>
    `at most ${formatInteger(step.bytes)} bytes and ${formatInteger(step.gas)} gas (limits: 131,072 and 16,777,216)`
  return [
    `${formatInteger(terms.dimension)} parameters in ${shards} ${shards === 1 ? 'shard' : 'shards'} of at most ` +
      formatInteger(terms.shardSize),
    `each member trains ${terms.shardsPerMember} of ${shards} a round, with updates of ${terms.bits} bits`,
    `to submit: ${size(submit)}`,
    `to aggregate a shard: ${size(aggregate)}`,
    `at most ${formatCount(terms.cohortSize, 'member')} a round, at least ${formatCount(terms.minimumUpdates, 'update')}, at most ${formatCount(terms.rounds, 'round')}`,
    `no lane of ${terms.laneBits} bits could overflow in ${formatCount(roundsBeforeOverflow(terms, initialBound), 'round')}`,
  ]
}

/** How large a shard may be under the terms; of a model that fits whole, only that it does. */
export function describeLargestShard({ byBytes, byGas }: LargestShards, dimension: number): string {
  const part = (largest: number, limit: string) =>
    largest >= dimension
      ? `by a transaction's ${limit} the whole model fits`
      : `${formatInteger(largest)} parameters by a transaction's ${limit}`
  if (Math.min(byBytes, byGas) >= dimension)
    return 'the whole model fits one shard, by bytes and by gas of a transaction'
  return `the largest shard that these terms allow: ${part(byBytes, 'bytes')}, ${part(byGas, 'gas')}`
}

/** What terms of the blob path allow, in lines for people. */
export function describeBlobTerms(terms: Terms): string[] {
  const shards = shardCount(terms)
  const { laneBits, dimension } = terms
  const blobs = Array.from({ length: shards }, (_, shard) => shardBlobs(terms, shard).lengths.length)
  const all = blobs.reduce((sum, count) => sum + count, 0)
  return [
    `${formatInteger(dimension)} parameters in ${all} ${all === 1 ? 'blob' : 'blobs'} of ` +
      `${formatInteger(parametersPerBlob(laneBits))}, ${shards} ${shards === 1 ? 'shard' : 'shards'} of at most ` +
      `${formatCount(Math.max(...blobs), 'blob')}: one transaction each`,
    `each member trains ${terms.shardsPerMember} of ${shards} a round, with updates of ${terms.bits} bits`,
    `faults can be proven for ${formatInteger(terms.challengeSeconds)} seconds after each submission phase`,
    `at most ${formatCount(terms.cohortSize, 'member')} a round, at least ${formatCount(terms.minimumUpdates, 'update')}, at most ${formatCount(terms.rounds, 'round')}`,
    `no lane of ${laneBits} bits could overflow in ${formatCount(roundsBeforeOverflow(terms, 0n), 'round')}`,
  ]
}

/** What a creator should know of its terms before it pays, in sentences. */
export function describeRisks(terms: Pick<Terms, 'bounty' | 'gate' | 'judge' | 'isPrivateNetwork'>): string[] {
  const risks: string[] = []
  if (terms.bounty > 0n && BigInt(terms.gate) === 0n && BigInt(terms.judge) === 0n) {
    risks.push(
      'Anyone may join for the bounty, and nobody judges what updates are worth: an account may be paid for updates of ' +
        'noise. A gate lets in whom you know, a judge pays by worth; without either, offer what you can lose.',
    )
  }
  return risks
}

/** What terms for a private network let happen how soon; undefined for others, which have floors. */
export function describePrivateNetwork(
  terms: Pick<Terms, 'isPrivateNetwork' | 'submitSeconds' | 'idleSeconds'>,
): string | undefined {
  if (!terms.isPrivateNetwork) return undefined
  const [submit, idle] = [terms.submitSeconds, terms.idleSeconds].map((seconds) => formatInteger(seconds))
  return `for a private network: submission takes ${submit} s, an overdue action lets anyone end the federation after ${idle} s`
}
