/** Amounts of tokens on the command line: texts until the token is known, because it says how many decimals it has. */
import type { ChainClient } from '@tutti/chain'
import { AmountError, isAmount, parseAmount, type Token } from '@tutti/core'
import { InvalidArgumentError } from 'commander'
import type { Address } from 'viem'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'

/** An amount from the command line, such as `7.5`; the token says how many decimals are allowed. */
export function parseAmountText(text: string): string {
  if (!isAmount(text)) throw new InvalidArgumentError('It takes an amount from 0, such as 7 or 7.5.')
  return text
}

/**
 * Smallest units of an amount.
 *
 * @param name - What the user calls it, for the error: an option, or a key of a file.
 * @throws `CommandError` if the token has no such amount
 */
export function toUnits(text: string, token: Token, name: string): bigint {
  try {
    return parseAmount(text, token)
  } catch (error) {
    if (!(error instanceof AmountError)) throw error
    throw new CommandError(`${name}: ${error.message}`, exitCodes.usage)
  }
}

/**
 * The token of stake and bounty: the demo token unless another is named.
 *
 * @throws `TokenMissingError` if there is no such contract
 */
export async function openToken(client: ChainClient, address: Address | undefined): Promise<Token> {
  const { demoToken, readToken, requireToken } = await import('@tutti/chain')
  if (address === undefined) return demoToken()
  await requireToken(client, address)
  return readToken(client, address)
}

/** @throws `CommandError` if a token is named and amounts are left to defaults that were made for another one. */
export function demandAmounts(address: Address | undefined, areStated: boolean): void {
  if (address === undefined || areStated) return
  throw new CommandError(
    'With --token, give --stake and --bounty too (0 for none). Their defaults are for the demo token.',
    exitCodes.usage,
  )
}
