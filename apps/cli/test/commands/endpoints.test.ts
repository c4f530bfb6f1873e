/** Commands at endpoints that fail as clients and providers do, each a process of its own, before a real chain. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Answer, failure, type Request, startEndpoint } from '../../../../packages/chain/test/endpoint.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))
const isSend = ({ method }: Request) => method === 'eth_sendRawTransaction'
/** As a provider has it; each part of it is a secret. */
const path = '/v2/SECRETKEY123?apikey=HUSH'
const secrets = /SECRETKEY123|HUSH|02f8[0-9a-f]{60}/i

describe('commands at endpoints', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-endpoints-'))
  let chain: Running
  let rpcUrl = ''
  let id = ''
  const read = (args: readonly string[], url = rpcUrl) => readTutti(args, { cwd, env: { TUTTI_RPC: url } })
  const run = (args: readonly string[], url = rpcUrl) => runTutti(args, { cwd, env: { TUTTI_RPC: url } })
  const create = async (members: number, rounds: number) => {
    const terms = ['--task', 'breast-cancer', '--members', String(members), '--rounds', String(rounds), '--stake', '2']
    return (await read(['create', ...terms, '--test-account', '0'])).id as string
  }
  before(async () => {
    chain = startTutti(['chain', '--port', '0', '--accounts', '12', '--json'], { cwd })
    ;({ rpcUrl } = JSON.parse(await chain.until(/\}\n$/)))
    id = await create(6, 2)
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  const taking: Record<string, (request: Request, forward: () => Promise<Answer>) => Promise<Answer | undefined>> = {
    'answers AlreadyKnown to what it takes': async (request, forward) => {
      if (!isSend(request)) return undefined
      await forward()
      return failure(-32010, 'AlreadyKnown')
    },
    'never answers what it takes': async (request, forward) => {
      if (!isSend(request)) return undefined
      await forward()
      return 'silence'
    },
  }
  for (const [index, [what, answer]] of Object.entries(taking).entries()) {
    test(`join at an endpoint that ${what} joins, and says so`, async () => {
      const endpoint = await startEndpoint(rpcUrl, { answer })
      try {
        const joined = await read(['join', id, '--yes', '--test-account', String(index + 1)], endpoint.url)
        assert.equal(joined.isNew, true)
        const sent = endpoint.asked.filter(isSend).map(({ params }) => params[0])
        assert.equal(sent.length, new Set(sent).size)
      } finally {
        await endpoint.close()
      }
    })
  }

  test('join waits for receipts that an endpoint cannot give yet', async () => {
    let left = 4
    const endpoint = await startEndpoint(rpcUrl, {
      answer: ({ method }) =>
        method === 'eth_getTransactionReceipt' && left-- > 0
          ? failure(-32000, 'transaction indexing is in progress')
          : undefined,
    })
    try {
      assert.equal((await read(['join', id, '--yes', '--test-account', '4'], endpoint.url)).isNew, true)
    } finally {
      await endpoint.close()
    }
  })

  test('status, verify and join work where no more than three requests travel together', async () => {
    const endpoint = await startEndpoint(rpcUrl, {
      reply: (requests, isList, response) => {
        if (!isList || requests.length <= 3) return false
        const error = { code: -32005, message: 'batch of more than 3 requests are not allowed' }
        response.end(JSON.stringify(requests.map((request) => ({ jsonrpc: '2.0', id: request.id, error }))))
        return true
      },
    })
    try {
      assert.equal((await read(['status', id], endpoint.url)).id, id)
      assert.equal((await read(['verify', id], endpoint.url)).isConsistent, true)
      assert.equal((await read(['join', id, '--yes', '--test-account', '5'], endpoint.url)).isNew, true)
    } finally {
      await endpoint.close()
    }
  })

  test('a federation runs to its end where logs come reversed, sends go unanswered and pools are full at first', async () => {
    const own = await create(1, 2)
    let full = 2
    const endpoint = await startEndpoint(rpcUrl, {
      answer: async (request, forward) => {
        if (request.method === 'eth_getLogs') {
          const answer = await forward()
          return answer !== 'silence' && 'result' in answer ? { result: answer.result.toReversed() } : answer
        }
        if (!isSend(request)) return undefined
        if (full-- > 0) return failure(-32000, 'txpool is full')
        await forward()
        return 'silence'
      },
    })
    try {
      await read(['join', own, '--yes', '--test-account', '6'])
      const url = `${endpoint.url}${path}`
      const node = ['node', own, '--data', table, '--test-account', '6', '--log-level', 'debug']
      const { code, stdout, stderr } = await run([...node, '--json'], url)
      assert.equal(code, exitCodes.done, stderr.slice(-3_000))
      assert.match(stderr, /"kind":"held-back".*txpool is full/)
      assert.doesNotMatch(stdout + stderr, secrets)
      const { status } = await read(['status', own])
      assert.deepEqual([status.isFinished, status.roundsSettled], [true, 2])
      const sent = endpoint.asked.filter(isSend).map(({ params }) => params[0])
      assert.ok(sent.length - new Set(sent).size <= 2, 'nothing is offered again but what the pool had no room for')
      assert.equal((await read(['verify', own], endpoint.url)).isConsistent, true)
    } finally {
      await endpoint.close()
    }
  })

  test('no command shows the secrets of an address, nor what was signed, however the endpoint fails', async () => {
    writeFileSync(join(cwd, 'node.json'), JSON.stringify({ data: table, store: 'stores' }))
    const account = ['--test-account', '7']
    const signing = [
      ['join', id, '--yes', ...account],
      ['mint', '--amount', '1', ...account],
      ['create', '--task', 'breast-cancer', ...account],
      ['node', id, '--config', 'node.json', ...account],
    ]
    const reading = [
      ['status', id],
      ['verify', id],
      ['predict', id, '--data', table, '--row', '0'],
      ['federations'],
      ['leave', id, ...account],
      ['deploy', ...account],
      ['node', id, '--config', 'node.json', '--dry-run', ...account],
    ]
    const echo = ({ params }: Request) => `cannot serve ${path} for ${JSON.stringify(params)}`
    const endpoint = await startEndpoint(rpcUrl)
    const sweep = async (commands: string[][]) => {
      const ended = await Promise.all(commands.map((command) => run([...command, '--json'], `${endpoint.url}${path}`)))
      for (const [index, { stdout, stderr }] of ended.entries()) {
        assert.doesNotMatch(stdout + stderr, secrets, commands[index]![0])
      }
    }
    try {
      endpoint.behave({ answer: (request) => (isSend(request) ? failure(-32601, echo(request)) : undefined) })
      await sweep(signing)
      endpoint.behave({ answer: (request) => failure(-32601, echo(request)) })
      await sweep(signing)
      await sweep(reading)
      endpoint.behave({
        reply: (requests, _, response) => {
          response
            .writeHead(401, { 'content-type': 'text/plain' })
            .end(`no access: ${path} ${JSON.stringify(requests)}`)
          return true
        },
      })
      const { code, stderr } = await run(['status', id], `${endpoint.url}${path}`)
      assert.equal(code, exitCodes.endpointRefused)
      assert.doesNotMatch(stderr, secrets)
      assert.match(stderr, /127\.0\.0\.1:\d+\/… answers HTTP 401/)
    } finally {
      await endpoint.close()
    }
  })

  test('commands that only read work in a folder that takes nothing, and leave nothing in one that does', async () => {
    const folder = join(cwd, 'sealed')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.csv'), readFileSync(table))
    const commands = [
      ['federations'],
      ['status', id],
      ['verify', id],
      ['predict', id, '--data', 'a.csv', '--row', '0'],
      ['node', id, '--data', 'a.csv', '--dry-run', '--test-account', '1'],
    ]
    const env = { TUTTI_RPC: rpcUrl }
    for (const command of commands) {
      assert.equal((await runTutti([...command, '--json'], { cwd: folder, env })).code, exitCodes.done, command[0])
      assert.ok(!existsSync(join(folder, '.tutti')), `${command[0]} wrote`)
    }
    chmodSync(folder, 0o555)
    // The administrator may write everywhere: somebody else has to try.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    chmodSync(cwd, 0o755)
    for (const command of commands) {
      const { code, stderr } = await startTutti([...command, '--json'], { cwd: folder, env, ...user }).ended
      assert.equal(code, exitCodes.done, `${command[0]}: ${stderr}`)
    }
  })
})
