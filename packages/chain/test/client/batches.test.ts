/** Batches against a real chain behind a gate that limits them as clients and gateways do. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { connect, shrinkBatches } from '../../src/index.ts'
import { type LocalChain, startLocalChain } from '../../src/local/local.ts'

type Gate = (requests: { id: number }[], isList: boolean, response: ServerResponse) => boolean
const error = (id: number | null, code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } })
const answer = (response: ServerResponse, body: unknown, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  return true
}

/** Ways of refusing a batch of more than `most`. */
const refusals = (most: number): Record<string, Gate> => ({
  'one error in a list': (requests, _, response) =>
    requests.length > most && answer(response, [error(requests[0]!.id, -32600, 'batch too large')]),
  'one error without a list': (requests, _, response) =>
    requests.length > most && answer(response, error(null, -32600, 'batch limit exceeded')),
  'HTTP 400': (requests, _, response) =>
    requests.length > most && answer(response, error(null, -32000, 'too many requests in batch'), 400),
  'HTTP 413 and a page': (requests, _, response) => {
    if (requests.length <= most) return false
    response.writeHead(413, { 'content-type': 'text/html' }).end('<html>Payload Too Large</html>')
    return true
  },
  'an error for what does not fit': (requests, _, response) =>
    requests.length > most &&
    answer(
      response,
      requests.map(({ id }) => error(id, -32003, 'response too large')),
    ),
})

describe('batches', () => {
  let chain: LocalChain
  let gate: Gate
  let url: string
  const sizes: number[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces).toString()
    const parsed = JSON.parse(body)
    const requests = Array.isArray(parsed) ? parsed : [parsed]
    sizes.push(requests.length)
    if (gate(requests, Array.isArray(parsed), response)) return
    const headers = { 'content-type': 'application/json' }
    const given = await fetch(chain.rpcUrl, { method: 'POST', headers, body })
    response.writeHead(given.status, headers).end(await given.text())
  })
  before(async () => {
    chain = await startLocalChain()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await chain.stop()
  })

  for (const most of [1, 4]) {
    for (const [name, refusal] of Object.entries(refusals(most))) {
      test(`shrink to ${most} where more is refused by ${name}, and stay there`, async () => {
        gate = refusal
        const client = await connect({ rpcUrl: url, retries: 0 })
        const ask = () =>
          Promise.all(
            Array.from({ length: 9 }, (_, i) => client.public.getBalance({ address: chain.accounts[i]!.address })),
          )
        const balances = await ask()
        assert.deepEqual(new Set(balances).size, 1)
        sizes.length = 0
        assert.deepEqual(await ask(), balances)
        assert.ok(Math.max(...sizes) <= most, `${sizes}`)
      })
    }
  }

  test('what is asked alone has no list around it: some endpoints take none', async () => {
    gate = (_, isList, response) => isList && answer(response, error(null, -32600, 'batches are not supported'))
    const client = await connect({ rpcUrl: url, retries: 0 })
    const [one, two] = await Promise.all([client.public.getBlockNumber(), client.public.getChainId()])
    assert.deepEqual([typeof one, two], ['bigint', 31_337])
  })

  test('a limit on callers, a failing server and an error of one request leave the size as it is', async () => {
    let failure: ((response: ServerResponse) => boolean) | undefined
    gate = (_, __, response) => failure?.(response) ?? false
    const client = await connect({ rpcUrl: url, retries: 0 })
    const ask = () => Promise.allSettled([client.public.getBlockNumber(), client.public.getChainId()])
    for (const [status, code] of [
      [429, -32005],
      [200, -32005],
      [503, -32000],
    ] as const) {
      failure = (response) => answer(response, error(null, code, 'later'), status)
      assert.deepEqual(
        (await ask()).map((result) => result.status),
        ['rejected', 'rejected'],
      )
    }
    failure = undefined
    sizes.length = 0
    const wrong = client.public.request({ method: 'eth_nothing' } as never)
    const [number, unknown] = await Promise.allSettled([client.public.getBlockNumber(), wrong])
    assert.deepEqual([number.status, unknown.status], ['fulfilled', 'rejected'])
    assert.deepEqual(sizes, [2])
  })
})

test('shrinkBatches(ask)(body) ≡ ask(body), in the order of the requests, whatever an endpoint refuses', async () => {
  for (let most = 1; most <= 12; most++) {
    const ask = (async (_: unknown, { body }: { body: string }) => {
      const parsed = JSON.parse(body)
      if (!Array.isArray(parsed)) return Response.json({ id: parsed.id, result: parsed.id })
      if (parsed.length > most) return Response.json(error(null, -32600, 'batch too large'))
      return Response.json(parsed.toReversed().map(({ id }: { id: number }) => ({ id, result: id })))
    }) as never
    const ids = Array.from({ length: 11 }, (_, id) => ({ id }))
    const response = await shrinkBatches(ask)('http://127.0.0.1', { body: JSON.stringify(ids) })
    assert.deepEqual(
      await response.json(),
      ids.map(({ id }) => ({ id, result: id })),
    )
  }
})

test('an answer without end is not read to its end', async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)) })
  const ask = (async () => new Response(endless)) as never
  await assert.rejects(shrinkBatches(ask)('http://127.0.0.1', { body: '[{"id":1}]' }), { name: 'AnswerTooLongError' })
})
