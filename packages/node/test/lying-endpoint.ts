/** An endpoint that answers for a real chain and lies where it is told to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A JSON-RPC request. */
// biome-ignore lint/suspicious/noExplicitAny: what is asked and answered is whatever JSON-RPC has.
export type Request = { id: number; method: string; params: any[] }
/** Where to lie. */
export type Lies = {
  /** Answers itself, without the chain. */
  instead?: (request: Request) => { result: unknown } | undefined
  /** Changes what the chain answered. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  bend?: (request: Request, result: any) => unknown
}

/** Starts it on a free port of 127.0.0.1. */
export async function startLyingEndpoint(rpcUrl: string, lies: Lies) {
  const one = async (request: Request) => {
    const own = lies.instead?.(request)
    if (own !== undefined) return { jsonrpc: '2.0', id: request.id, ...own }
    const body = JSON.stringify(request)
    const got = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const answer = (await got.json()) as { result?: unknown }
    if ('result' in answer && lies.bend !== undefined) answer.result = lies.bend(request, answer.result)
    return answer
  }
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const parsed = JSON.parse(Buffer.concat(pieces).toString())
    const answer = Array.isArray(parsed) ? await Promise.all(parsed.map(one)) : await one(parsed)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
