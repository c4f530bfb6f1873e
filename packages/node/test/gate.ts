/** An endpoint with rules of its own in front of a real chain: it refuses what its rules say, and hands the rest through. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type FeeWishes } from '@tutti/chain'
import { type Hex, keccak256, type LocalAccount, parseTransaction, type TransactionSerializable } from 'viem'

/** What the endpoint says to a transaction it does not take; undefined where it takes it. */
export type Rule = (transaction: TransactionSerializable) => string | undefined

/** Starts a gate to the chain at `rpcUrl`. `mostInBatch`: a batch of more requests is refused as a whole. */
export async function startGate(rpcUrl: string, rules: { mostInBatch?: number; rule?: Rule } = {}) {
  const { mostInBatch = Infinity } = rules
  let rule = rules.rule ?? (() => undefined)
  const offered: Hex[] = []
  let refused = 0
  const judge = ({ method, params }: { method: string; params: [Hex] }): string | undefined => {
    if (method !== 'eth_sendRawTransaction') return undefined
    offered.push(keccak256(params[0]))
    const words = rule(parseTransaction(params[0]))
    if (words !== undefined) refused++
    return words
  }
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces).toString()
    const parsed = JSON.parse(body)
    const list = Array.isArray(parsed) ? parsed : [parsed]
    const headers = { 'content-type': 'application/json' }
    const answer = (given: unknown) => response.writeHead(200, headers).end(JSON.stringify(given))
    const toError = (id: number, message: string) => ({ jsonrpc: '2.0', id, error: { code: -32_000, message } })
    if (list.length > mostInBatch) return answer([toError(list[0].id, 'batch too large')])
    const words = list.map(judge)
    const passed = list.filter((_, i) => words[i] === undefined)
    const given = passed.length === 0 ? [] : await ask(JSON.stringify(passed))
    const all = list.map((wanted, i) => {
      return words[i] === undefined ? given[passed.indexOf(wanted)] : toError(wanted.id, words[i])
    })
    return answer(Array.isArray(parsed) ? all : all[0])
  })
  const ask = async (body: string) => {
    const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await answer.json()) as unknown[]
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    /** Hashes of all transactions that were offered, in order. */
    offered,
    refused: () => refused,
    setRule: (next: Rule) => {
      rule = next
    },
    connect: async (account: LocalAccount, wishes: { fees?: FeeWishes; confirmations?: number } = {}) => {
      const client = await connect({ rpcUrl: url, account, retries: 0, ...wishes })
      return { ...client, account }
    },
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
