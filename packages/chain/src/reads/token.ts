/**
 * What a token says of itself. The token's author wrote this too, so nothing of it is trusted: an answer may be
 * missing, of another form, endless, or made to redraw a terminal.
 *
 * @example
 * ```ts
 * import { demoToken, readToken } from '@tutti/chain'
 *
 * await readToken(client, terms.token) // → demoToken()
 * ```
 */
import { MOST_DECIMALS, noToken, type Token, toSymbol } from '@tutti/core'
import { type Address, BaseError, bytesToBigInt, type Hex, hexToBytes, size } from 'viem'
import type { ChainClient } from '../client/client.ts'
import { deployment } from '../client/deployment.ts'
import { ChainUnreachableError, findRevertData, toChainError } from '../client/errors.ts'

/** `decimals()` and `symbol()`. */
const selectors = { decimals: '0x313ce567', symbol: '0x95d89b41' } as const
/** Of a call: what a proxy needs many times over, and too little for an answer of more than some hundred kilobytes. */
const CALL_GAS = 1_000_000n
/** A symbol is read from so many bytes of an answer at the most. */
const MOST_SYMBOL_BYTES = 256

/** The token for trials, whose address is a hash of its code. */
export function demoToken(): Token {
  return { address: deployment().demoToken, decimals: 18, symbol: 'TUTTI' }
}

/** Read once a connection, like all that is not expected to change. */
const caches = new WeakMap<ChainClient['public'], Map<string, Promise<Token>>>()

/**
 * A token by its address, its decimals and symbol as it states them: null where it does not, or not sensibly.
 *
 * @throws {@link ChainUnreachableError} `RpcError`; never for what the token does
 */
export async function readToken(client: ChainClient, address: Address): Promise<Token> {
  if (BigInt(address) === 0n) return noToken
  if (address.toLowerCase() === deployment().demoToken.toLowerCase()) return demoToken()
  const cache = caches.get(client.public) ?? new Map<string, Promise<Token>>()
  caches.set(client.public, cache)
  const key = address.toLowerCase()
  const known = cache.get(key)
  if (known !== undefined) return known
  const reading = readAnew(client, address)
  cache.set(key, reading)
  reading.catch(() => cache.delete(key))
  return reading
}

async function readAnew(client: ChainClient, address: Address): Promise<Token> {
  const [decimals, symbol] = await Promise.all([
    ask(client, address, selectors.decimals),
    ask(client, address, selectors.symbol),
  ])
  return { address, decimals: decodeDecimals(decimals), symbol: decodeSymbol(symbol) }
}

/** The answer of a view without arguments; `0x` if the token refuses, halts or is not there. */
async function ask(client: ChainClient, to: Address, data: Hex): Promise<Hex> {
  try {
    return (await client.public.call({ to, data, gas: CALL_GAS })).data ?? '0x'
  } catch (error) {
    const named = toChainError(error, client.url)
    if (!(named instanceof ChainUnreachableError) && isOfTheToken(error)) return '0x'
    throw named
  }
}

/** Whether a call failed in the token's own code, and not at the endpoint. */
function isOfTheToken(error: unknown): boolean {
  if (findRevertData(error) !== undefined) return true
  return (
    error instanceof BaseError &&
    /revert|opcode|out ?of ?gas|stack|jump|EVM/i.test(`${error.shortMessage} ${error.details}`)
  )
}

/** Decimals of an answer of one word; null for any other, and for more than amounts are shown with. */
function decodeDecimals(answer: Hex): number | null {
  if (size(answer) < 32) return null
  const value = BigInt(answer.slice(0, 66))
  return value <= BigInt(MOST_DECIMALS) ? Number(value) : null
}

/** Symbol of an answer that is a string, or 32 bytes as of tokens older than the standard; null for any other. */
function decodeSymbol(answer: Hex): string | null {
  if (size(answer) < 32) return null
  const bytes = hexToBytes(`0x${answer.slice(2, 2 + 2 * (64 + MOST_SYMBOL_BYTES))}`)
  const text = new TextDecoder()
  const word = (at: number) => bytesToBigInt(bytes.subarray(at, at + 32))
  if (size(answer) < 64) return toSymbol(text.decode(bytes.subarray(0, 32)))
  if (word(0) !== 32n) return null
  const length = word(32)
  const end = 64 + Number(length > BigInt(MOST_SYMBOL_BYTES) ? MOST_SYMBOL_BYTES : length)
  return toSymbol(text.decode(bytes.subarray(64, end)))
}
