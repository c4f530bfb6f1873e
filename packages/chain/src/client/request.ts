/** Requests by method and parameters, for what viem's types do not know: blobs in a call, a node's own methods. */
import type { ChainClient } from './client.ts'

/** How one request is made. */
export interface RequestOptions {
  /** Attempts after the first; absent: as the connection has it. */
  retryCount?: number
  /** Ends the wait for an answer. */
  signal?: AbortSignal
}

/**
 * One JSON-RPC request. What is answered is not checked.
 *
 * @throws what viem throws.
 */
export function request<T>(
  client: Pick<ChainClient, 'public'>,
  method: string,
  params: readonly unknown[],
  options: RequestOptions = {},
): Promise<T> {
  const send = client.public.request as unknown as (
    call: { method: string; params: readonly unknown[] },
    options: RequestOptions,
  ) => Promise<T>
  return send({ method, params }, options)
}
