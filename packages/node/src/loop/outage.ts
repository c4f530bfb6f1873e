/** How a running node waits for its chain: what it tells of a chain out of reach, and which errors it waits out. */
import { ChainBehindError, type ChainClient, toChainError } from '@tutti/chain'
import type { Store } from '../disk/store.ts'
import { type BackOff, defaultBackOff, isUnknownFailure, type RetryPolicy } from '../rpc/connection.ts'
import type { Report } from '../status/report.ts'
import { isUnknownHere } from './behind.ts'

/** The waits of one run of a node. */
export interface NodeRetries {
  retry: RetryPolicy
  /** For reads alone. An error that is on no list is tried again, since nothing is sent by asking. */
  readRetry: RetryPolicy
  /** The chain has answered: tells that it is back if it was out of reach. */
  heard(): void
}

/** Starts with a chain that is within reach. */
export function createRetries(options: {
  client: ChainClient
  backOff: BackOff | undefined
  signal: AbortSignal
  report: Report
  store: Store
}): NodeRetries {
  const { client, backOff = defaultBackOff, signal, report, store } = options
  /** Failures since the chain last answered. */
  let failuresSince = 0
  const onBack = (failures: number) => {
    failuresSince = 0
    report.tell({ kind: 'chain-back', failures })
  }
  const isPassing = (error: unknown) => isUnknownHere(error) && store.hasSeen()
  const retry: RetryPolicy = {
    backOff,
    signal,
    onWait: ({ error, failures, milliseconds }) => {
      // Named anew: what the library says has several lines, and the whole address of the endpoint in them.
      const named = toChainError(isUnknownHere(error) ? new ChainBehindError(client.url, error) : error, client.url)
      const { message } = named as Error
      failuresSince = failures
      report.tell({ kind: 'chain-unreachable', failures, waitMilliseconds: milliseconds, message })
    },
    onBack,
    isPassing,
  }
  return {
    retry,
    readRetry: { ...retry, isPassing: (error) => isUnknownFailure(error) || isPassing(error) },
    heard: () => {
      if (failuresSince > 0) onBack(failuresSince)
    },
  }
}
