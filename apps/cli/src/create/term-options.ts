/** The terms on the command line and in a task file: options that are given, then the file, then the defaults. */
import { proposeBits, type Token } from '@tutti/core'
import type { FederationChoices, TaskFile } from '@tutti/learn'
import { type Command, Option } from 'commander'
import type { Hex } from 'viem'
import { demandAmounts, parseAmountText, toUnits } from '../chain/amounts.ts'
import { parseAddress } from '../chain/connection.ts'
import { parseAtLeastOne, parseCount } from '../terminal/option-values.ts'

/** What {@link addTermOptions} reads. */
export interface TermOptions {
  members: number
  rounds: number
  bits?: string
  laneBits?: string
  stake: string
  bounty: string
  sealPay: string
  joinSeconds: number
  commitSeconds: number
  submitSeconds: number
  challengeSeconds?: number
  idleSeconds: number
  privateNetwork?: boolean
  minimumUpdates?: number
  shards?: number
  shardsPerMember?: number
  token?: Hex
}

/** Adds the options that choose terms. Long because: one declaration of all of them, with their texts for `--help`. */
export function addTermOptions(command: Command): Command {
  return command
    .option('--members <n>', 'the most members that train in a round', parseAtLeastOne, 8)
    .option(
      '--minimum-updates <n>',
      'with fewer updates a round leaves the model unchanged (default: half of the members)',
      parseAtLeastOne,
    )
    .option('--rounds <n>', 'the most rounds', parseAtLeastOne, 30)
    .addOption(
      new Option(
        '--bits <n>',
        'bits of an update for each parameter (default: 2, or 4 where fewer than 8 members train in a round; 8 in blobs)',
      ).choices(['1', '2', '4', '8']),
    )
    .addOption(
      new Option(
        '--lane-bits <n>',
        'bits of a model integer (default: 16, or 32 where so many rounds and members could overflow 16; 24 in blobs)',
      ).choices(['16', '24', '32']),
    )
    .addOption(new Option('--stake <tokens>', 'what a member deposits').argParser(parseAmountText).default('10'))
    .addOption(
      new Option('--bounty <tokens>', 'what you pay to members and keepers over all rounds')
        .argParser(parseAmountText)
        .default('100'),
    )
    .addOption(
      new Option('--seal-pay <tokens>', 'direct path: what you set aside for those who seal the finished model in code')
        .argParser(parseAmountText)
        .default('0'),
    )
    .option('--join-seconds <n>', 'how long members may join before the first round', parseCount, 3_600)
    .option('--commit-seconds <n>', 'length of a commit phase, 0 for none', parseCount, 0)
    .option('--submit-seconds <n>', 'how long a round waits for updates', parseAtLeastOne, 600)
    .option(
      '--challenge-seconds <n>',
      'how long a fault in a blob can be proven (default: three hours, at least two)',
      parseCount,
    )
    .option(
      '--private-network',
      'for trials and a network of your own: durations may be short; nodes elsewhere refuse it (default on a local chain)',
    )
    .option(
      '--idle-seconds <n>',
      'how long a federation may stand still before anyone may abandon it',
      parseAtLeastOne,
      604_800,
    )
    .option('--shards <n>', 'cut the model into so many shards (default: as few as fit a transaction)', parseAtLeastOne)
    .option(
      '--shards-per-member <n>',
      'shards that a member trains in a round, in rotation (default: all)',
      parseAtLeastOne,
    )
    .option('--token <address>', 'ERC-20 of stake and bounty (default: the demo token)', parseAddress)
}

/** What may be chosen of the terms, on the command line or in a task file. */
type ChosenTerms = Omit<FederationChoices, 'path' | 'aggregator' | 'token' | 'seed' | 'isPrivateNetwork'>

/**
 * The terms that are chosen: options that were given come before the task file, and the file before the options' defaults.
 *
 * @param source - `options` of `command`, the `file`'s terms, and the `token` that amounts are in.
 * @throws `CommandError` if an amount is finer than the token, or left to a default that was made for another token.
 */
export function chooseTerms(
  command: Command,
  source: { options: TermOptions & { path: 'direct' | 'blob' }; file: NonNullable<TaskFile['terms']>; token: Token },
): ChosenTerms {
  const { options, file, token } = source
  const isDefault = (name: string) => command.getOptionValueSource(name) === 'default'
  const isStated = (name: 'stake' | 'bounty') => !isDefault(name) || file[name] !== undefined
  demandAmounts(options.token, isStated('stake') && isStated('bounty'))
  const { stake, bounty, sealPay, ...plain } = file
  const fromFile = {
    ...plain,
    ...(stake === undefined ? {} : { stake: toUnits(String(stake), token, 'terms.stake') }),
    ...(bounty === undefined ? {} : { bounty: toUnits(String(bounty), token, 'terms.bounty') }),
    ...(sealPay === undefined ? {} : { sealPay: toUnits(String(sealPay), token, 'terms.sealPay') }),
  }
  const fromOptions: Record<keyof ChosenTerms & keyof TermOptions, number | bigint | undefined> = {
    members: options.members,
    minimumUpdates: options.minimumUpdates,
    rounds: options.rounds,
    bits: options.bits === undefined ? undefined : Number(options.bits),
    laneBits: options.laneBits === undefined ? undefined : Number(options.laneBits),
    stake: toUnits(options.stake, token, '--stake'),
    bounty: toUnits(options.bounty, token, '--bounty'),
    sealPay: toUnits(options.sealPay, token, '--seal-pay'),
    joinSeconds: options.joinSeconds,
    commitSeconds: options.commitSeconds,
    submitSeconds: options.submitSeconds,
    challengeSeconds: options.challengeSeconds,
    idleSeconds: options.idleSeconds,
    shards: options.shards,
    shardsPerMember: options.shardsPerMember,
  }
  const defined = Object.entries(fromOptions).filter(([, value]) => value !== undefined)
  const chosen = {
    ...Object.fromEntries(defined.filter(([name]) => isDefault(name))),
    ...fromFile,
    ...Object.fromEntries(defined.filter(([name]) => !isDefault(name))),
  } as Omit<ChosenTerms, 'bits'> & { bits?: number }
  return { ...chosen, bits: chosen.bits ?? proposeBits(chosen.members, options.path) }
}
