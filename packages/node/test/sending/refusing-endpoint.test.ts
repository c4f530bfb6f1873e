/** Endpoints that refuse by rules of their own: nodes follow what can be followed, say the rest once, and go on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHistory } from '@tutti/chain'
import type { Hex } from '@tutti/core'
import { keccak256, parseTransaction, type TransactionSerializable } from 'viem'
import { failure, startEndpoint } from '../../../chain/test/endpoint.ts'
import type { NodeEvent } from '../../src/status/events.ts'
import { startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'

/** What an endpoint says to a transaction it does not take; undefined where it takes it. */
type Rule = (transaction: TransactionSerializable) => string | undefined

/** An endpoint with rules of its own; a batch of more than `mostInBatch` requests is refused as a whole. */
async function startGate(rpcUrl: string, rules: { mostInBatch?: number; rule?: Rule } = {}) {
  let rule = rules.rule ?? (() => undefined)
  const offered: Hex[] = []
  let refused = 0
  const endpoint = await startEndpoint(rpcUrl, {
    reply: ([first, ...others], _, response) => {
      if (others.length < (rules.mostInBatch ?? Infinity)) return false
      response.end(JSON.stringify([{ jsonrpc: '2.0', id: first!.id, ...failure(-32_000, 'batch too large') }]))
      return true
    },
    answer: ({ method, params }) => {
      if (method !== 'eth_sendRawTransaction') return undefined
      offered.push(keccak256(params[0]))
      const words = rule(parseTransaction(params[0]))
      if (words === undefined) return undefined
      refused++
      return failure(-32_000, words)
    },
  })
  return {
    ...endpoint,
    /** Hashes of all transactions that were offered, in order. */
    offered,
    refused: () => refused,
    setRule: (next: Rule) => {
      rule = next
    },
  }
}

const gwei = 1_000_000_000n
const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

const floor: Rule = ({ maxPriorityFeePerGas = 0n }) =>
  maxPriorityFeePerGas >= 3n * gwei
    ? undefined
    : `transaction gas price below minimum: gas tip cap ${maxPriorityFeePerGas}, minimum needed ${3n * gwei}`

/** Refuses what lets the base fee double and a little less. */
const cap: Rule = ({ maxFeePerGas = 0n, maxPriorityFeePerGas = 0n }) =>
  maxFeePerGas - maxPriorityFeePerGas < (2n * gwei * 9n) / 10n
    ? undefined
    : 'tx fee (1.20 ether) exceeds the configured cap (1.00 ether)'

for (const [name, mostInBatch, rule] of [
  ['takes one request at a time and demands a tip', 1, floor],
  ['caps what a transaction may cost', 100, cap],
] as const) {
  test(`a federation runs to its end at an endpoint that ${name}, each transaction offered once`, async () => {
    const fixture = await startFederation({ members: 2, terms: { rounds: 2 } })
    const gate = await startGate(fixture.chain.rpcUrl, { mostInBatch, rule })
    try {
      type Ask = (asked: { method: string; params: unknown[] }) => Promise<unknown>
      const request = fixture.clients[0]!.public.request as unknown as Ask
      const ask = (method: string, params: unknown[]) => request({ method, params })
      await ask('anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00'])
      await ask('anvil_mine', ['0x1'])
      const clients = await Promise.all(
        fixture.clients.slice(0, 2).map(({ account }) => gate.connect(account, { fees: { tip: gwei } })),
      )
      const nodes = clients.map((client, index) => start(fixture, index, { client }))
      await Promise.all(nodes.map(({ done }) => done))
      assert.ok(gate.refused() > 0)
      assert.equal(new Set(gate.offered).size, gate.offered.length)
      const history = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
      assert.deepEqual(
        history.map(({ updates }) => updates),
        [2, 2],
      )
    } finally {
      await gate.close()
      await fixture.end()
    }
  })
}

test('what an endpoint refuses, and what costs more than the owner allows, is said once and tried again', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 1, submitSeconds: 600 } })
  const gate = await startGate(fixture.chain.rpcUrl)
  const end = new AbortController()
  const { signal } = end
  try {
    gate.setRule(() => 'only replay-protected (EIP-155) transactions allowed over RPC')
    const refused = start(fixture, 0, { signal, client: await gate.connect(fixture.clients[0]!.account) })
    const isHeldBack = ({ kind }: NodeEvent) => kind === 'held-back'
    while (gate.refused() < 3) await pause()
    const said = refused.events.filter(isHeldBack)
    assert.equal(said.length, 1, JSON.stringify(said))
    assert.match((said[0] as { message: string }).message, /by a rule of its own: only replay-protected/)
    const stop = new AbortController()
    const poor = start(fixture, 1, { maximumCostPerRound: 1n, signal: stop.signal })
    while (!poor.events.some(isHeldBack)) await pause()
    assert.match(
      (poor.events.find(isHeldBack) as { message: string }).message,
      /costs 0\.\d+ of the chain's coin; the policy leaves 0\.0+1 for it/,
    )
    assert.ok(!poor.kinds().includes('signed'))
    stop.abort()
    await poor.done
    gate.setRule(() => undefined)
    const frugal = await gate.connect(fixture.clients[1]!.account, { fees: { maxFee: 1n } })
    const waiting = start(fixture, 1, { signal, client: frugal })
    while (!waiting.events.some(isHeldBack)) await pause()
    assert.match((waiting.events.find(isHeldBack) as { message: string }).message, /--max-fee allows 0.000000001/)
    frugal.fees.maxFee = 100n * gwei
    await Promise.all([refused.done, waiting.done])
    const [round] = await readHistory(fixture.clients[0]!, { id: fixture.federationId })
    assert.equal(round?.updates, 2)
  } finally {
    end.abort()
    await gate.close()
    await fixture.end()
  }
})
