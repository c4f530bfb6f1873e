/**
 * A node's health and metrics over HTTP, on the loopback address only: `/health` in JSON (503 when the node needs
 * attention) and `/metrics` in the Prometheus text format.
 *
 * @example
 * ```ts
 * import { startMonitor, startStatus } from '@tutti/node'
 *
 * const monitor = await startMonitor(startStatus(Date.now()), 0)
 * const answer = await fetch(`${monitor.url}/health`)
 * answer.status // → 200
 * await monitor.close()
 * ```
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeStatus, toHealth } from './health.ts'
import { toPrometheus } from './prometheus-metrics.ts'

/** A running endpoint. */
export interface Monitor {
  /** Where it listens, e.g. `http://127.0.0.1:9464`. */
  readonly url: string
  /** Ends it, with the connections that are open. */
  close(): Promise<void>
}

/**
 * Starts the endpoint.
 *
 * @param port - 0: one that is free.
 * @throws {@link MonitorPortError}
 */
export async function startMonitor(status: NodeStatus, port: number): Promise<Monitor> {
  const server = createServer((request, response) => {
    const answer = (code: number, type: string, body: string) => {
      const headers = { 'content-type': type, 'cache-control': 'no-store', connection: 'close' }
      response.writeHead(code, headers).end(request.method === 'HEAD' ? undefined : body)
    }
    const path = (request.url ?? '').split('?')[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      answer(405, 'text/plain; charset=utf-8', 'GET or HEAD only\n')
    } else if (path === '/health') {
      const health = toHealth(status, Date.now())
      answer(health.isHealthy ? 200 : 503, 'application/json; charset=utf-8', `${JSON.stringify(health)}\n`)
    } else if (path === '/metrics') {
      answer(200, 'text/plain; version=0.0.4; charset=utf-8', toPrometheus(status, Date.now()))
    } else answer(404, 'text/plain; charset=utf-8', 'There are /health and /metrics.\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new MonitorPortError(port, error)))
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: chosen } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${chosen}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Nothing can listen on the port. */
export class MonitorPortError extends Error {
  override readonly name = 'MonitorPortError'
  readonly isRetryable = false

  constructor(port: number, cause: Error) {
    super(`Choose another port: health and metrics cannot be served on 127.0.0.1:${port} (${cause.message}).`, {
      cause,
    })
  }
}
