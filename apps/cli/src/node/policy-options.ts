/** The options that state a policy: of `tutti node`, and of `tutti federations`, which shows what it allows. */
import type { Command } from 'commander'
import { parseAddress } from '../chain/connection.ts'
import { collectTexts, parseCount, parsePositive } from '../terminal/option-values.ts'

/** Adds them. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option('--creator <address>', 'join only federations of this account; repeat it for several', collectTexts)
    .option(
      '--token <address>',
      'the token of the three limits below; other tokens are refused unless --config lists them (default: the one that ' +
        '--config lists, else the demo token)',
      parseAddress,
    )
    .option('--minimum-reward <tokens>', 'join only if a round is worth so many tokens')
    .option('--maximum-stake <tokens>', 'the most stake to pay for a federation (default: 0)')
    .option('--maximum-gas <n>', 'join only if a round takes at most so much gas', parseCount)
    .option(
      '--maximum-blob-gas <n>',
      'join only if a round takes at most so much blob gas (131072 for each blob)',
      parseCount,
    )
    .option(
      '--maximum-cost <coins>',
      "the most of the chain's coin that a node's own part of a round may cost, such as 0.01 (default: no limit)",
    )
    .option('--tokens-per-megagas <tokens>', 'what a million gas is worth: actions that pay less are left to others')
    .option(
      '--privacy-epsilon <x>',
      'privacy budget: the most ε of a row over all federations of the store',
      parsePositive,
    )
    .option('--expose-few-rows', 'count rows without noise even if they are so few that the figures show single rows')
    .option(
      '--maximum-wait <seconds>',
      'leave a federation that has not opened so long after its joining time (default: a day, with --discover)',
      parseCount,
    )
    .option('--from-block <n>', 'where the search for federations begins (default: 0)', parseCount)
}
