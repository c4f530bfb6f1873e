/**
 * A proxy on the loopback address in front of a chain that counts what each node asks: one a JSON-RPC request, and k for
 * a batch of k. Nodes are told apart by the path of the URL.
 */
import { Agent, createServer, request } from 'node:http'

/** A running proxy. */
export interface CountingProxy {
  /** The chain's URL for one caller. */
  url(caller: string): string
  /** Requests so far, by caller and method. */
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Forgets what was counted. */
  reset(): void
  close(): Promise<void>
}

/** Starts a proxy for the chain at a URL. */
export async function startCountingProxy(chainUrl: string): Promise<CountingProxy> {
  const target = new URL(chainUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const counts = new Map<string, Map<string, number>>()
  const count = (caller: string, body: Buffer) => {
    const asked = [JSON.parse(body.toString())].flat() as { method: string }[]
    const own = counts.get(caller) ?? new Map<string, number>()
    counts.set(caller, own)
    for (const { method } of asked) own.set(method, (own.get(method) ?? 0) + 1)
  }
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      try {
        count((incoming.url ?? '/').slice(1), body)
      } catch {
        outgoing.writeHead(400).end()
        return
      }
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      const { hostname, port } = target
      const forward = request({ hostname, port, method: 'POST', path: '/', headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' })
        answer.pipe(outgoing)
      })
      forward.on('error', () => outgoing.destroy())
      forward.end(body)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: (caller) => `http://127.0.0.1:${port}/${caller}`,
    counts,
    reset: () => counts.clear(),
    close: () => {
      server.closeAllConnections()
      agent.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
