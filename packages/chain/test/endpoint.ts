/**
 * An endpoint in front of a real chain that behaves as it is told: it answers by itself, changes what the chain answered,
 * forwards and fails, refuses whole batches, lags, or says nothing. All tests of endpoints share it.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalAccount } from 'viem'
import { type ChainClient, type ConnectOptions, connect } from '../src/index.ts'

/** A JSON-RPC request. */
// biome-ignore lint/suspicious/noExplicitAny: what is asked and answered is whatever JSON-RPC has.
export type Request = { id: number; method: string; params: any[] }
/** A JSON-RPC answer, without its frame; `'silence'` never comes. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Answer = { result: any } | { error: { code: number; message: string; data?: unknown } } | 'silence'

/** How it behaves; what is left out is as the chain has it. */
export interface Behaviour {
  /** Answers a request: by itself, or with what `forward` brings from the chain. */
  answer?: (request: Request, forward: () => Promise<Answer>) => Answer | undefined | Promise<Answer | undefined>
  /** Changes what the chain answered, where that is a result. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  bend?: (request: Request, result: any) => unknown
  /** Answers a whole call of HTTP. Returns whether it did. */
  reply?: (requests: Request[], isList: boolean, response: ServerResponse) => boolean
}

/** An error as an endpoint gives it. */
export const failure = (code: number, message: string) => ({ error: { code, message } })

/** Starts it on a free port of 127.0.0.1. */
export async function startEndpoint(rpcUrl: string, first: Behaviour = {}) {
  let behaviour = first
  const asked: Request[] = []
  const sizes: number[] = []
  const headers = { 'content-type': 'application/json' }
  const forward = async (request: Request): Promise<Answer> => {
    const given = await fetch(rpcUrl, { method: 'POST', headers, body: JSON.stringify(request) })
    const { result, error } = (await given.json()) as { result: unknown; error: { code: number; message: string } }
    return error === undefined ? { result } : { error }
  }
  const one = async (request: Request): Promise<Answer> => {
    asked.push(request)
    const own = await behaviour.answer?.(request, () => forward(request))
    const answer = own ?? (await forward(request))
    const isResult = own === undefined && typeof answer === 'object' && 'result' in answer
    return isResult && behaviour.bend !== undefined ? { result: behaviour.bend(request, answer.result) } : answer
  }
  const server = createServer(async (call, response) => {
    const pieces: Buffer[] = []
    for await (const piece of call) pieces.push(piece)
    const parsed = JSON.parse(Buffer.concat(pieces).toString())
    const requests: Request[] = Array.isArray(parsed) ? parsed : [parsed]
    sizes.push(requests.length)
    if (behaviour.reply?.(requests, Array.isArray(parsed), response) === true) return
    const answers = await Promise.all(requests.map(one))
    if (answers.includes('silence')) return
    const framed = answers.map((answer, i) => ({ jsonrpc: '2.0', id: requests[i]!.id, ...(answer as object) }))
    response.writeHead(200, headers).end(JSON.stringify(Array.isArray(parsed) ? framed : framed[0]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    /** All that was asked and not answered for the whole call, in order. */
    asked,
    /** Requests in each call of HTTP, in order. */
    sizes,
    count: (method: string) => asked.filter((request) => request.method === method).length,
    behave: (next: Behaviour) => {
      behaviour = next
    },
    connect: async (account: LocalAccount, wishes: Partial<ConnectOptions> = {}): Promise<AccountClient> => {
      const client = await connect({ rpcUrl: url, account, retries: 0, ...wishes })
      return { ...client, account }
    },
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A client with an account, by name: the compiler compares whole types that have none. */
type AccountClient = ChainClient & { account: LocalAccount }

/** Which parameter of a method names a block. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getBlockByNumber: 0,
}

/** Two endpoints of one chain behind one address: every other call is answered as of some blocks ago. */
export function startLaggingPair(rpcUrl: string, blocks: number) {
  let calls = 0
  let isBehind = false
  const ask = async (method: string, params: unknown[]): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    return (await fetch(rpcUrl, { method: 'POST', headers, body })).json() as Promise<Answer>
  }
  return startEndpoint(rpcUrl, {
    reply: () => {
      isBehind = calls++ % 2 === 1
      return false
    },
    answer: async ({ method, params = [] }) => {
      if (!isBehind) return undefined
      const { result } = (await ask('eth_blockNumber', [])) as { result: string }
      const head = Math.max(0, Number(result) - blocks)
      const isAbove = (block: unknown) => String(block).startsWith('0x') && Number(block) > head
      if (method === 'eth_blockNumber') return { result: `0x${head.toString(16)}` }
      const changed = [...params]
      const at = BLOCK_AT[method]
      if (at !== undefined) {
        if (isAbove(changed[at])) return failure(-32000, 'header not found')
        if (['latest', 'pending', undefined].includes(changed[at])) changed[at] = `0x${head.toString(16)}`
      }
      if (method === 'eth_getLogs') {
        const filter = changed[0] as { fromBlock?: string; toBlock?: string }
        if (isAbove(filter.fromBlock)) return failure(-32602, 'invalid block range params')
        if (!String(filter.toBlock).startsWith('0x') || isAbove(filter.toBlock)) {
          changed[0] = { ...filter, toBlock: `0x${head.toString(16)}` }
        }
      }
      const answer = await ask(method, changed)
      const isUnseen =
        method === 'eth_getTransactionReceipt' &&
        isAbove((answer as { result?: { blockNumber?: string } | null }).result?.blockNumber)
      return isUnseen ? { result: null } : answer
    },
  })
}
