/** Creating where gas runs out: at an endpoint that gives tries less than the chain gives transactions. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ChainClient, connect, deployContracts, listFederations } from '@tutti/chain'
import { type LocalChain, startLocalChain } from '@tutti/chain/local'
import { toFunctionSelector } from 'viem'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { readTutti, runTutti } from '../tutti.ts'

type Request = { id: number; method: string; params: [Record<string, unknown>, ...unknown[]] }

/** What an endpoint with `--rpc.gascap` gives to a try: less than a creation or an initial model takes. */
const gasCap = 70_000
const initialise = toFunctionSelector('initialise(bytes32,uint256,bytes)')

/** An endpoint in front of a chain that gives less gas to the tries that are named. */
async function startMeanEndpoint(rpcUrl: string, isMean: (request: Request) => boolean) {
  const limit = (request: Request): Request => {
    if (!isMean(request)) return request
    const [call, ...rest] = request.params
    if (request.method !== 'eth_simulateV1') {
      return { ...request, params: [{ ...call, gas: `0x${gasCap.toString(16)}` }, ...rest] }
    }
    const blocks = (call.blockStateCalls as { calls: object[] }[]).map(({ calls }) => ({
      calls: calls.map((each) => ({ ...each, gas: `0x${gasCap.toString(16)}` })),
    }))
    return { ...request, params: [{ ...call, blockStateCalls: blocks }, ...rest] }
  }
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Request | Request[]
    const body = JSON.stringify(Array.isArray(asked) ? asked.map(limit) : limit(asked))
    const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' })
    outgoing.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

describe('where gas runs out', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-gas-'))
  let chain: LocalChain
  let client: ChainClient
  const create = ['create', '--task', 'digits', '--members', '2', '--test-account', '0']
  const env = () => ({ TUTTI_RPC: chain.rpcUrl })

  before(async () => {
    chain = await startLocalChain({ port: 0, accounts: 4 })
    client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]! })
    await deployContracts(client)
    for (const account of ['0', '1']) await readTutti(['mint', '1000', '--test-account', account], { cwd, env: env() })
  })
  after(async () => {
    await chain.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('a creation whose steps the endpoint cannot try sends nothing, and says why', async () => {
    const tries = new Set(['eth_call', 'eth_estimateGas', 'eth_simulateV1'])
    const endpoint = await startMeanEndpoint(chain.rpcUrl, ({ method }) => tries.has(method))
    const nonce = () => client.public.getTransactionCount({ address: chain.accounts[0]!.address })
    const sent = await nonce()
    const { code, stdout, stderr } = await runTutti([...create, '--json'], { cwd, env: { TUTTI_RPC: endpoint.url } })
    endpoint.close()
    assert.equal(code, exitCodes.endpointRefused, stderr)
    assert.match(stderr, /Gas ran out while the transaction was tried: this endpoint gives a try about 1\d,\d{3} gas/)
    assert.match(stderr, /the chain lets a transaction use 16,777,216/)
    assert.equal(JSON.parse(stdout).error.name, 'EndpointGasError')
    assert.equal(await nonce(), sent)
  })

  test('what was paid and not finished is named, joined by nobody, and finished by anybody', async () => {
    const isInitialise = ({ method, params }: Request) =>
      method === 'eth_estimateGas' && String(params[0].data).startsWith(initialise)
    // Generous while the steps are tried, mean from then on, as one of several behind an address may be.
    let isMean = false
    const endpoint = await startMeanEndpoint(chain.rpcUrl, (request) => {
      isMean ||= isInitialise(request)
      return isMean && ['eth_call', 'eth_estimateGas'].includes(request.method)
    })
    const half = await runTutti([...create, '--json'], { cwd, env: { TUTTI_RPC: endpoint.url } })
    endpoint.close()
    assert.equal(half.code, exitCodes.endpointRefused, half.stderr)
    const [creation] = await listFederations(client, {})
    const id = creation!.id
    assert.ok(half.stderr.includes(`creating ${id}`))
    const { error } = JSON.parse(half.stdout)
    assert.deepEqual([error.name, error.federationId], ['UnfinishedError', id])
    assert.match(error.message, /Gas ran out/)
    assert.match(error.message, new RegExp(`tutti create --resume ${id}`))

    const run = (...args: string[]) => runTutti(args, { cwd, env: env() })
    assert.match((await run('status')).stdout, /tutti create --resume 0x/)
    assert.match((await run('status', id)).stdout, new RegExp(`tutti create --resume ${id}`))
    const [listed] = (await readTutti(['federations'], { cwd, env: env() })).federations
    assert.deepEqual([listed.id, listed.isInitialised], [id, false])
    const early = await run('join', id, '--yes', '--test-account', '1')
    assert.equal(early.code, exitCodes.refused)
    assert.match(early.stderr, new RegExp(`tutti create --resume ${id}.*No stake was paid`))

    const resumed = await readTutti(['create', '--resume', id, '--test-account', '2'], { cwd, env: env() })
    assert.deepEqual([resumed.id, resumed.isNew], [id, true])
    assert.ok(BigInt(resumed.gas.initialise) > BigInt(gasCap))
    assert.match((await run('create', '--resume', id, '--test-account', '3')).stdout, /initialised already/)
    assert.doesNotMatch((await run('status')).stdout, /--resume/)
    assert.equal((await readTutti(['join', id, '--yes', '--test-account', '1'], { cwd, env: env() })).isNew, true)
  })

  test('what --resume does not take is said', async () => {
    const both = await runTutti([...create, '--resume', `0x${'11'.repeat(32)}`], { cwd, env: env() })
    assert.equal(both.code, exitCodes.usage)
    assert.match(both.stderr, /leave --task and --task-file out/)
  })

  test('a web socket is refused by every command, with what to give instead', async () => {
    for (const words of [['status'], ['deploy', '--dry-run'], ['node', `0x${'11'.repeat(32)}`, '--data', 'x.csv']]) {
      const { code, stderr } = await runTutti([...words, '--rpc', 'ws://127.0.0.1:8546'], { cwd })
      assert.equal(code, exitCodes.usage, stderr)
      assert.match(stderr, /http/)
    }
  })
})
