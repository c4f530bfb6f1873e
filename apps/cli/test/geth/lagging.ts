/** Two endpoints of one chain behind one address: every other request is answered as of some blocks ago. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Request = { id: number; method: string; params?: unknown[] }

/** Which parameter of a method names a block. */
const BLOCK_AT: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getBlockByNumber: 0,
}

/** Starts it before the chain at `rpcUrl`. @param blocks - How far the second one lags behind. */
export async function startLaggingPair(rpcUrl: string, blocks: number) {
  const ask = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(rpcUrl, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }
  const askBehind = async ({ id, method, params = [] }: Request) => {
    const { result } = (await ask({ jsonrpc: '2.0', id, method: 'eth_blockNumber', params: [] })) as { result: string }
    const head = Math.max(0, Number(result) - blocks)
    const refuse = (code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } })
    const isAbove = (block: unknown) => String(block).startsWith('0x') && Number(block) > head
    if (method === 'eth_blockNumber') return { jsonrpc: '2.0', id, result: `0x${head.toString(16)}` }
    const changed = [...params]
    const at = BLOCK_AT[method]
    if (at !== undefined) {
      if (isAbove(changed[at])) return refuse(-32000, 'header not found')
      if (['latest', 'pending', undefined].includes(changed[at] as string)) changed[at] = `0x${head.toString(16)}`
    }
    if (method === 'eth_getLogs') {
      const filter = changed[0] as { fromBlock?: string; toBlock?: string }
      if (isAbove(filter.fromBlock)) return refuse(-32602, 'invalid block range params')
      if (!String(filter.toBlock).startsWith('0x') || isAbove(filter.toBlock)) {
        changed[0] = { ...filter, toBlock: `0x${head.toString(16)}` }
      }
    }
    const answer = (await ask({ jsonrpc: '2.0', id, method, params: changed })) as {
      result?: { blockNumber?: string } | null
    }
    const isUnseen = method === 'eth_getTransactionReceipt' && isAbove(answer.result?.blockNumber)
    return isUnseen ? { ...answer, result: null } : answer
  }
  let requests = 0
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Request | Request[]
    const isBehind = requests++ % 2 === 1
    const one = isBehind ? askBehind : ask
    const answer = Array.isArray(body) ? await Promise.all(body.map(one)) : await one(body)
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
