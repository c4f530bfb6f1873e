/**
 * What one transaction of a chain may use and what storage costs there, asked of the chain itself: rules change with
 * forks, and networks of one's own choose theirs.
 *
 * Prices are measured by code that runs in `eth_call`, that of calldata by estimates; the most gas of a transaction is what the pool says to one
 * that no chain can include, as for blobs; what the endpoint gives to a call is less than the chain's, on many.
 *
 * @see EIP-7825 (2^24 gas a transaction), EIP-7910 (`eth_config`), EIP-7976 and EIP-8037 (Amsterdam: bytes and state)
 * @example
 * ```ts
 * import { readLimits } from '@tutti/chain'
 *
 * const { rules, transactionGas } = await readLimits(client)
 * rules // → 'Berlin to Osaka'
 * transactionGas // → 16777216n
 * ```
 */

import { AMSTERDAM_PRICES, BERLIN_PRICES, GAS_LIMIT, type GasPrices } from '@tutti/core'
import { type Address, type Hex, hexToBigInt, numberToHex, padHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { ChainClient } from '../client/client.ts'
import { withChainErrors } from '../client/errors.ts'
import { ask } from '../client/probe.ts'

/** What a transaction may use, and what it is priced by. */
export interface ChainLimits {
  /** Whose prices these are: of every fork since Berlin, of Amsterdam, or of neither. */
  rules: 'Berlin to Osaka' | 'Amsterdam' | 'its own'
  prices: GasPrices
  /** Most gas that a transaction may be given. Under Amsterdam's rules, what pays for state counts here alone. */
  transactionGas: bigint
  /** Most of it that may pay for execution; `transactionGas` where there is no such limit. */
  executionGas: bigint
  /** Gas limit of the latest block. */
  blockGas: bigint
  /** Gas that the endpoint gives to a call or an estimate; more than `blockGas` where it sets no limit of its own. */
  endpointGas: bigint
  /** When the next fork that the chain knows begins, in seconds since 1970 (`eth_config`); undefined: none is known. */
  nextForkAt: number | undefined
}

/** Tells the gas that is left: `GAS PUSH0 MSTORE PUSH1 32 PUSH0 RETURN`. */
const gasLeftCode: Hex = '0x5a5f5260205ff3'
/** Gas between two looks around `SSTORE(0, 1)`, of which 7 are for the looks themselves. */
const newSlotCode: Hex = '0x5a60015f555a90035f5260205ff3'
/** The same with `SSTORE(0, 2)`, for an account whose slot 0 holds 1. */
const rewrittenSlotCode: Hex = '0x5a60025f555a90035f5260205ff3'
const lookGas = 7n

/** Bytes that are sent to nobody, or left as code, to see what one costs. */
const weighedBytes = 4_096

/** An account that nobody has, for code that is put there for the time of a call. */
const scratch: Address = '0x000000000000000000000000000000007475747f'

/** How long an answer is taken for current, in milliseconds: forks are rare, and block gas limits move slowly. */
const freshMilliseconds = 3_600_000
const known = new WeakMap<ChainClient['public'], { limits: Promise<ChainLimits>; readAt: number }>()

/**
 * Limits and prices of the chain, read once an hour.
 *
 * @param options.isFresh - Asks again: several endpoints behind one address need not be alike.
 * @throws `ChainUnreachableError`
 */
export function readLimits(client: ChainClient, { isFresh = false } = {}): Promise<ChainLimits> {
  const last = known.get(client.public)
  if (!isFresh && last !== undefined && performance.now() - last.readAt < freshMilliseconds) return last.limits
  const limits = measure(client)
  known.set(client.public, { limits, readAt: performance.now() })
  limits.catch(() => known.delete(client.public))
  return limits
}

async function measure(client: ChainClient): Promise<ChainLimits> {
  const [block, endpointGas, newSlot, rewrittenSlot, floorByte, codeByte] = await Promise.all([
    withChainErrors(client, () => client.public.getBlock({ includeTransactions: false })),
    measureCall(client, [{ data: gasLeftCode }, 'latest']),
    measureCall(client, [{ data: newSlotCode }, 'latest']),
    measureCall(client, [
      { to: scratch },
      'latest',
      { [scratch]: { code: rewrittenSlotCode, stateDiff: { [slot(0)]: slot(1) } } },
    ]),
    measureFloor(client),
    measureCodeGas(client),
  ])
  // By itself: a gateway that does not know the method may refuse a whole batch for it.
  const nextForkAt = await readNextFork(client)
  const { gasLimit: blockGas, baseFeePerGas } = block
  const newSlotGas = newSlot === undefined ? BERLIN_PRICES.newSlotGas : Number(newSlot - lookGas)
  const isDear = newSlotGas >= 2 * BERLIN_PRICES.newSlotGas
  const prices: GasPrices = {
    newSlotGas,
    // Endpoints that put no code anywhere for a call leave the price to what new slots tell of the rules.
    rewrittenSlotGas:
      rewrittenSlot === undefined
        ? Math.max(BERLIN_PRICES.rewrittenSlotGas, isDear ? newSlotGas : 0)
        : Number(rewrittenSlot - lookGas),
    floorByteGas: floorByte ?? BERLIN_PRICES.floorByteGas,
    codeByteGas: codeByte ?? (isDear ? AMSTERDAM_PRICES : BERLIN_PRICES).codeByteGas,
  }
  const cap = await readTransactionCap(client, { blockGas, baseFeePerGas: baseFeePerGas ?? 0n })
  const isBerlin = newSlotGas === BERLIN_PRICES.newSlotGas && prices.rewrittenSlotGas === BERLIN_PRICES.rewrittenSlotGas
  const isAmsterdam = isDear && cap === undefined
  return {
    rules: isBerlin ? 'Berlin to Osaka' : isAmsterdam ? 'Amsterdam' : 'its own',
    prices,
    transactionGas: cap === undefined || cap > blockGas ? blockGas : cap,
    // Where state is paid apart, execution keeps the limit of EIP-7825.
    executionGas: isAmsterdam && blockGas > BigInt(GAS_LIMIT) ? BigInt(GAS_LIMIT) : (cap ?? blockGas),
    blockGas,
    endpointGas: endpointGas ?? blockGas,
    nextForkAt,
  }
}

/** The word that a measuring call answers with; undefined where the endpoint refuses such calls. */
async function measureCall(client: ChainClient, params: readonly unknown[]): Promise<bigint | undefined> {
  const answer = await ask(client, 'eth_call', params)
  if ('refusal' in answer || typeof answer.result !== 'string' || answer.result.length !== 66) return undefined
  return hexToBigInt(answer.result as Hex)
}

/** What a byte of calldata costs at the least, from two estimates, which err upwards by a hundredth or two. */
function measureFloor(client: ChainClient): Promise<number | undefined> {
  return weigh(client, { to: scratch, data: '0x' }, { to: scratch, data: `0x${'ff'.repeat(weighedBytes)}` })
}

/** Creation code that leaves so many zero bytes of code: `PUSH2 length PUSH0 RETURN`. */
const codeOf = (length: number): Hex => `0x61${length.toString(16).padStart(4, '0')}5ff3`

/** Gas between two looks around CREATE of such code: `MSTORE(0, code) GAS CREATE(0, 27, 5) POP GAS SWAP1 SUB`, returned. */
const creationCode = (length: number): Hex => `0x64${codeOf(length).slice(2)}5f525a6005601b5ff0505a90035f5260205ff3`
/** Memory of {@link weighedBytes} that a creation returns: `3·w + w² / 512` for w words. */
const weighedMemoryGas = 3 * (weighedBytes / 32) + (weighedBytes / 32) ** 2 / 512
/** More than any rules ask of a byte: what is measured above it is a creation that failed. */
const dearestByteGas = 100_000

/**
 * What a byte of code costs, from two creations in a call, or their estimates where the endpoint takes no such calls. 200
 * gas from Homestead to Osaka, 1,530 by Amsterdam's rules (EIP-8037).
 *
 * @returns Undefined where the endpoint tells neither.
 */
export async function measureCodeGas(client: ChainClient): Promise<number | undefined> {
  const [least, most] = await Promise.all(
    [0, weighedBytes].map((length) => measureCall(client, [{ data: creationCode(length) }, 'latest'])),
  )
  if (least !== undefined && most !== undefined) {
    const price = Math.floor((Number(most - least) - weighedMemoryGas) / weighedBytes)
    if (price > 0 && price < dearestByteGas) return price
  }
  return weigh(client, { data: codeOf(0) }, { data: codeOf(weighedBytes) })
}

/** Gas that each of {@link weighedBytes} adds to an estimate, rounded down. */
async function weigh(
  client: ChainClient,
  bare: { to?: Address; data: Hex },
  laden: { to?: Address; data: Hex },
): Promise<number | undefined> {
  const estimate = async (call: object) => {
    const answer = await ask(client, 'eth_estimateGas', [{ ...call, from: scratch }])
    return 'refusal' in answer ? undefined : Number(answer.result)
  }
  const [least, most] = await Promise.all([estimate(bare), estimate(laden)])
  return least === undefined || most === undefined ? undefined : Math.floor((most - least) / weighedBytes)
}

/** Activation time of the fork that comes next, where the client answers `eth_config` and knows one. */
async function readNextFork(client: ChainClient): Promise<number | undefined> {
  const answer = await ask(client, 'eth_config', [])
  if ('refusal' in answer) return undefined
  const at = (answer.result as { next?: { activationTime?: unknown } | null } | null)?.next?.activationTime
  return typeof at === 'number' && Number.isSafeInteger(at) ? at : undefined
}

/**
 * The most gas that the pool lets a transaction have, where that is less than the block's; undefined where it is not.
 * What no words of the pool tell counts as 2^24, the least that any chain of today sets.
 */
async function readTransactionCap(
  client: ChainClient,
  { blockGas, baseFeePerGas }: { blockGas: bigint; baseFeePerGas: bigint },
): Promise<bigint | undefined> {
  if (blockGas <= BigInt(GAS_LIMIT)) return undefined
  // A key made for it, which holds nothing: no chain can include this.
  const account = privateKeyToAccount(generatePrivateKey())
  const transaction = await account.signTransaction({
    type: 'eip1559',
    chainId: client.chainId,
    nonce: 0,
    gas: BigInt(GAS_LIMIT) + 1n,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 2n * baseFeePerGas + 1n,
    to: account.address,
  })
  const answer = await ask(client, 'eth_sendRawTransaction', [transaction])
  return readCapRefusal('refusal' in answer ? answer.refusal : undefined)
}

/** Reads a pool's words about a transaction of 2^24 + 1 gas from an empty account. `undefined` stands for no limit. */
export function readCapRefusal(refusal: string | undefined): bigint | undefined {
  if (
    refusal !== undefined &&
    /insufficient (funds|balance)|enough (funds|balance)|insufficient_funds/i.test(refusal)
  ) {
    return undefined
  }
  const stated = /cap:? (\d+)/i.exec(refusal ?? '')?.[1]
  return stated === undefined ? BigInt(GAS_LIMIT) : BigInt(stated)
}

function slot(value: number): Hex {
  return padHex(numberToHex(value), { size: 32 })
}
