/**
 * An endpoint in front of the chain that for a while has lost the logs of models, shows older words in them, or answers as
 * of some blocks ago: what endpoints that prune, cache or lag do to a keeper.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { directAggregatorAbi } from '@tutti/chain'
import { encodeEventTopics } from 'viem'

/** What is wrong with the endpoint. */
export type Bend = 'lost-logs' | 'stale-words' | 'behind'

/** A running endpoint. */
export interface BentEndpoint {
  url: string
  /** Sets what is wrong with it; undefined: nothing. */
  bend: (how: Bend | undefined) => void
  close: () => Promise<void>
}

interface Request {
  id: number
  method: string
  params: unknown[]
}
type Log = { topics: string[]; data: string }
type Answer = { id: number; result?: unknown }

const [modelLogged] = encodeEventTopics({ abi: directAggregatorAbi, eventName: 'ModelLogged' })
/** So many blocks back is an endpoint that is behind. */
const BLOCKS_BEHIND = 2n

/** Starts it on a free port of 127.0.0.1. */
export async function startBentEndpoint(chainUrl: string): Promise<BentEndpoint> {
  let how: Bend | undefined
  /** The words that each shard's log had first: stale from the second version on. */
  const first = new Map<string, string>()
  const headers = { 'content-type': 'application/json' }

  async function ask(requests: Request[]): Promise<Answer[]> {
    const answer = await fetch(chainUrl, { method: 'POST', headers, body: JSON.stringify(requests) })
    return (await answer.json()) as Answer[]
  }

  /** Requests for the latest block as requests for one before it. */
  async function setBack(requests: Request[]): Promise<Request[]> {
    const [latest] = await ask([{ id: 0, method: 'eth_blockNumber', params: [] }])
    const number = BigInt(latest!.result as string)
    const back = `0x${(number > BLOCKS_BEHIND ? number - BLOCKS_BEHIND : 0n).toString(16)}`
    return requests.map((request) => ({
      ...request,
      params: request.params.map((param) => (param === 'latest' ? back : param)),
    }))
  }

  function bendLogs({ method, params }: Request, { id, result, ...rest }: Answer): Answer {
    if (method === 'eth_blockNumber' && how === 'behind' && typeof result === 'string') {
      const number = BigInt(result)
      return { id, result: `0x${(number > BLOCKS_BEHIND ? number - BLOCKS_BEHIND : 0n).toString(16)}`, ...rest }
    }
    if (method !== 'eth_getLogs' || !JSON.stringify(params).includes(modelLogged!)) return { id, result, ...rest }
    const logs = (result ?? []) as Log[]
    for (const { topics, data } of logs) if (!first.has(topics.join())) first.set(topics.join(), data)
    if (how === 'lost-logs') return { id, result: [], ...rest }
    if (how !== 'stale-words') return { id, result, ...rest }
    return { id, result: logs.map((log) => ({ ...log, data: first.get(log.topics.join()) })), ...rest }
  }

  async function respond(body: string, response: ServerResponse): Promise<void> {
    const parsed = JSON.parse(body) as Request | Request[]
    const requests = Array.isArray(parsed) ? parsed : [parsed]
    const answers = await ask(how === 'behind' ? await setBack(requests) : requests)
    const bent = requests.map((request) => {
      const answer = answers.find(({ id }) => id === request.id)!
      return 'result' in answer ? bendLogs(request, answer) : answer
    })
    response.writeHead(200, headers).end(JSON.stringify(Array.isArray(parsed) ? bent : bent[0]))
  }

  const server = createServer((call, response) => {
    const pieces: Buffer[] = []
    call.on('data', (piece: Buffer) => pieces.push(piece))
    // A chain that is down is an endpoint that hangs up.
    call.on('end', () => respond(Buffer.concat(pieces).toString(), response).catch(() => response.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bend: (next) => {
      how = next
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
