/** Requests whose refusal is an answer too: what a client or pool says no to tells what its chain takes. */

import type { ChainClient } from './client.ts'
import { RpcError, toChainError } from './errors.ts'
import { request } from './request.ts'

/**
 * One request, and what came of it; an endpoint that gives no answer is an error.
 *
 * @throws `ChainUnreachableError`
 */
export async function ask(
  client: ChainClient,
  method: string,
  params: readonly unknown[],
): Promise<{ result: unknown } | { refusal: string }> {
  try {
    return { result: await request(client, method, params, { retryCount: 0 }) }
  } catch (error) {
    // A refusal has a code of JSON-RPC in some layer; what is named here is none: no answer, or HTTP's own.
    const details = readDetails(error)
    if (details !== undefined) return { refusal: details }
    const named = toChainError(error, client.url)
    // Some gateways refuse what they do not know by HTTP's codes.
    if (named instanceof RpcError) return { refusal: named.message }
    throw named
  }
}

/** The words of the endpoint in an error of viem, or undefined if it has none. */
function readDetails(error: unknown): string | undefined {
  for (let layer: unknown = error; layer instanceof Error; layer = layer.cause) {
    const { code, details } = layer as { code?: unknown; details?: unknown }
    if (typeof code === 'number' && code !== -1 && typeof details === 'string' && details !== '') return details
  }
  return undefined
}
