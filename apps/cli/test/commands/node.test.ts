/** `tutti node` with all that its owner can set, on a real chain, each node a process of its own. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Running, readTutti, runBriefly, runTutti, startTutti } from '../tutti.ts'

const table = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

/** A trainer of an owner's: adds a little to every weight. */
const trainer = `
import { readFileSync, writeFileSync } from 'node:fs'
const task = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'))
const bytes = readFileSync(task.weights)
const start = 8 + Number(bytes.readBigUInt64LE(0))
for (let at = start; at < bytes.length; at += 4) bytes.writeFloatLE(bytes.readFloatLE(at) + 0.01, at)
if (process.argv.includes('--fail')) throw new Error('no luck with ' + task.data)
writeFileSync(task.trained, bytes)
writeFileSync(task.metrics, JSON.stringify({ examples: 9 }))
`

describe('tutti node', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-node-'))
  const env: Record<string, string> = { TUTTI_PASSWORD: 'correct horse' }
  let chain: Running
  let id: string
  const run = (...args: string[]) => runTutti(args, { cwd, env })
  const read = (...args: string[]) => readTutti(args, { cwd, env })
  const write = (file: string, content: string | object) =>
    writeFileSync(join(cwd, file), typeof content === 'string' ? content : JSON.stringify(content))

  before(async () => {
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    write('a.csv', `${[header, ...rows.slice(0, 100)].join('\n')}\n`)
    write('trainer.mjs', trainer)
    chain = startTutti(['chain', '--port', '0', '--accounts', '4', '--json'], { cwd })
    env.TUTTI_RPC = JSON.parse(await chain.until(/\}\n$/)).rpcUrl
    const terms = ['--task', 'breast-cancer', '--members', '2', '--rounds', '2', '--bounty', '4', '--stake', '1']
    id = (await read('create', ...terms, '--test-account', '0')).id
    for (const account of ['1', '2']) await read('join', id, '--test-account', account, '--yes')
  })
  after(async () => {
    chain.process.kill('SIGINT')
    await chain.ended
    rmSync(cwd, { recursive: true, force: true })
  })

  test('--dry-run says what the node would do and why, and sends nothing', async () => {
    const plans = await Promise.all(
      ['1', '2'].map((account) => read('node', id, '--test-account', account, '--dry-run')),
    )
    assert.deepEqual(
      plans.map(({ action }) => action.kind),
      ['open', 'wait'],
    )
    const said = await run('node', id, '--test-account', '1', '--data', 'a.csv', '--dry-run')
    assert.match(said.stdout, /round 1, phase joining/)
    assert.match(said.stdout, /Now it would open the next round: enough members have joined\.\nNothing was sent\./)
    assert.equal((await read('status', id)).phase, 'joining')
    const stranger = await run('node', id, '--test-account', '3', '--dry-run')
    assert.match(stranger.stdout, /is no member.*Now it would end/s)
  })

  test('settings that make no sense end the command and name what to change', async () => {
    write('typo.json', { federation: id, dta: 'a.csv' })
    write('pipe.json', { federation: id, trainer: 'a | b' })
    for (const [args, code, message] of [
      [['--data', 'a.csv'], exitCodes.usage, /Name the federation/],
      [[id], exitCodes.usage, /--data FILE.*--trainer/],
      [['--config', 'typo.json'], exitCodes.usage, /typo\.json: "dta": there is no such key/],
      [['--config', 'pipe.json'], exitCodes.usage, /pipe\.json: "trainer": .*needs a shell/],
      [['--config', 'absent.json'], exitCodes.badInput, /absent\.json.*Check the path/],
      [[id, '--trainer', "node 'x"], exitCodes.usage, /never closed/],
      [[id, '--trainer', 'node x', '--epochs', '3'], exitCodes.usage, /for the trainer to choose/],
      [[id, '--data', 'a.csv', '--trainer-timeout', '3'], exitCodes.usage, /needs a trainer/],
      [[id, '--trainer', 'node x', '--data', 'absent.csv', '--test-account', '1'], exitCodes.badInput, /absent\.csv/],
      [[id, '--data', 'a.csv', '--rpc', 'localhost:8545'], exitCodes.usage, /http or https/],
      [[id, '--data', 'a.csv', '--metrics-port', '70000'], exitCodes.usage, /65535/],
      [[id, '--data', 'a.csv', '--test-account', '1', '--core', `0x${'1'.repeat(40)}`], exitCodes.usage, /./],
      [
        [id, '--dry-run', '--test-account', '1', '--rpc', 'http://127.0.0.1:1', '--rpc', 'http://127.0.0.1:2'],
        exitCodes.unreachable,
        /127\.0\.0\.1:1 or 127\.0\.0\.1:2/,
      ],
    ] as const) {
      const ended = await runBriefly(['node', ...args], { cwd, env })
      assert.match(ended.stderr, message, args.join(' '))
      assert.equal(ended.code, code, args.join(' '))
    }
  })

  test('a trainer that fails ends the node with the path of its log', async () => {
    const command = ['--trainer', 'node trainer.mjs --fail', '--data', 'a.csv']
    const ended = await run('node', id, '--test-account', '1', ...command)
    assert.equal(ended.code, exitCodes.failed)
    assert.match(ended.stderr, /trainer `node` ended with code 1; nothing was sent/)
    const log = /whole output: (.*)/.exec(ended.stderr)?.[1]
    assert.match(readFileSync(log!, 'utf8'), new RegExp(`no luck with ${join(cwd, 'a.csv')}`))
  })

  test('SIGTERM ends a node as supervisors expect of a service, with its summary; Ctrl-C ends it with 130', async () => {
    const waiting = await read('create', '--task', 'breast-cancer', '--members', '3', '--test-account', '0')
    await read('join', waiting.id, '--test-account', '1', '--yes')
    for (const [signal, code] of [
      ['SIGTERM', exitCodes.done],
      ['SIGINT', exitCodes.interrupted],
    ] as const) {
      const node = startTutti(['node', waiting.id, '--test-account', '1', '--data', 'a.csv'], { cwd, env })
      await node.until(/watching a federation/)
      node.process.kill(signal)
      const ended = await node.ended
      assert.equal(ended.code, code, ended.stderr)
      assert.match(ended.stdout, /Took part in 0 rounds/)
    }
  })

  test('a node that starts before its chain waits for it', async () => {
    const waiting = await read(
      'create',
      '--task',
      'breast-cancer',
      '--members',
      '3',
      '--stake',
      '0',
      '--test-account',
      '0',
    )
    await read('join', waiting.id, '--test-account', '1', '--yes')
    // A port that nobody listens on yet, and then passes everything on to the chain.
    const gate = createServer((socket) => {
      const chainSocket = connect(Number(new URL(env.TUTTI_RPC!).port), '127.0.0.1')
      socket.pipe(chainSocket).pipe(socket)
      for (const end of [socket, chainSocket]) end.on('error', () => end.destroy())
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    const { port } = gate.address() as AddressInfo
    await new Promise((resolve) => gate.close(resolve))
    const args = ['node', waiting.id, '--test-account', '1', '--data', 'a.csv', '--rpc', `http://127.0.0.1:${port}`]
    const node = startTutti(args, { cwd, env })
    let told = ''
    await new Promise<void>((resolve) => {
      node.process.stderr?.on('data', (chunk: Buffer) => {
        told += chunk.toString()
        if (/Next try in/.test(told)) resolve()
      })
    })
    await new Promise<void>((resolve) => gate.listen(port, '127.0.0.1', resolve))
    await node.until(/watching a federation/)
    node.process.kill('SIGTERM')
    assert.equal((await node.ended).code, exitCodes.done)
    gate.close()
  })

  test('a node that starts on a chain which is behind what it has seen waits; one that has seen nothing ends', async () => {
    const ask = async (method: string, ...params: unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(env.TUTTI_RPC!, { method: 'POST', headers, body })
      return ((await answer.json()) as { result: unknown }).result
    }
    const snapshot = await ask('evm_snapshot')
    const terms = ['--task', 'breast-cancer', '--members', '4', '--stake', '0', '--test-account', '0']
    const lost = (await read('create', ...terms)).id
    await read('join', lost, '--test-account', '1', '--yes')
    const args = ['node', lost, '--test-account', '1', '--data', 'a.csv']
    const before = startTutti(args, { cwd, env })
    await before.until(/watching a federation/)
    before.process.kill('SIGTERM')
    assert.equal((await before.ended).code, exitCodes.done)
    assert.equal(await ask('evm_revert', snapshot), true)
    const waiting = startTutti([...args, '--json'], { cwd, env })
    const told = await new Promise<string>((resolve) => {
      waiting.process.stderr?.on('data', (chunk: Buffer) => resolve(chunk.toString()))
    })
    const { kind, message } = JSON.parse(told.split('\n')[0]!)
    assert.deepEqual([kind, waiting.process.exitCode], ['chain-unreachable', null])
    assert.match(message, /the endpoint is behind, or the chain was reorganised/)
    waiting.process.kill('SIGKILL')
    await waiting.ended
    const fresh = await run(...args, '--store', 'fresh')
    assert.deepEqual([fresh.code, /UnknownFederation/.test(fresh.stderr)], [exitCodes.refused, true])
  })

  test('a node whose chain goes away between any two of its first questions waits for it', async () => {
    const waiting = await read(
      ...['create', '--task', 'breast-cancer', '--members', '3', '--stake', '0', '--test-account', '0'],
    )
    await read('join', waiting.id, '--test-account', '1', '--yes')
    const target = Number(new URL(env.TUTTI_RPC!).port)
    const tries = [1, 2, 3, 4, 5].map(async (answered) => {
      // Passes so many questions on; at the next one it goes away, and is back when the node has said that it waits.
      let questions = 0
      let isAway = false
      const gate = createServer((socket) => {
        if (isAway) {
          socket.destroy()
          return
        }
        const chainSocket = connect(target, '127.0.0.1')
        for (const end of [socket, chainSocket]) end.on('error', () => end.destroy())
        socket.on('data', (chunk: Buffer) => {
          if (/^POST /.test(chunk.toString('latin1')) && ++questions > answered && questions < 100) {
            isAway = true
            socket.destroy()
            chainSocket.destroy()
          } else chainSocket.write(chunk)
        })
        chainSocket.pipe(socket)
      })
      await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
      const { port } = gate.address() as AddressInfo
      const words = ['node', waiting.id, '--test-account', '1', '--data', 'a.csv', '--store', `gate-${answered}`]
      const node = startTutti([...words, '--rpc', `http://127.0.0.1:${port}`], { cwd, env })
      let told = ''
      await Promise.race([
        node.ended,
        new Promise<void>((resolve) => {
          node.process.stderr?.on('data', (chunk: Buffer) => {
            told += chunk.toString()
            if (/Next try in|No answer from the chain/.test(told)) resolve()
          })
        }),
      ])
      questions = 100
      isAway = false
      try {
        await node.until(/watching a federation/)
      } finally {
        node.process.kill('SIGTERM')
        gate.close()
      }
      assert.equal((await node.ended).code, exitCodes.done, `after ${answered} questions: ${told}`)
    })
    await Promise.all(tries)
  })

  test('two nodes by file and by flags, one with a trainer of its own, take a federation to its end', async () => {
    // The file's account and store are overridden by flags; its endpoint, trainer and port stand.
    write('node.json', {
      federation: id,
      rpc: ['http://127.0.0.1:1', env.TUTTI_RPC],
      trainer: ['node', 'trainer.mjs'],
      trainerTimeoutSeconds: 60,
      testAccount: 3,
      store: 'elsewhere',
      metricsPort: 0,
      pollMilliseconds: 100,
      keeper: false,
    })
    const own = startTutti(['node', '--config', 'node.json', '--test-account', '1', '--store', 'mine', '--json'], {
      cwd,
      env,
    })
    let told = ''
    const monitor = new Promise<string>((resolve) => {
      own.process.stderr?.on('data', (chunk: Buffer) => {
        told += chunk.toString()
        const url = /"kind":"monitor".*"url":"([^"]+)"/.exec(told)?.[1]
        if (url !== undefined) resolve(url)
      })
    })
    const url = await monitor
    const health = await fetch(`${url}/health`)
    assert.equal(health.status, 200)
    assert.match(await (await fetch(`${url}/metrics`)).text(), /^tutti_healthy 1$/m)
    const other = await read('node', id, '--test-account', '2', '--data', 'a.csv')
    const { code, stdout, stderr } = await own.ended
    assert.equal(code, exitCodes.done, stderr)
    const summary = JSON.parse(stdout)
    assert.deepEqual([summary.roundsTaken, other.roundsTaken], [2, 2])
    assert.equal(summary.aggregatedShards, 0)
    assert.match(stderr, /"kind":"endpoint-rests".*"host":"127.0.0.1:1"/)
    assert.doesNotMatch(stderr, /"kind":"looked"/)
    for (const line of stderr.trim().split('\n')) assert.equal(typeof JSON.parse(line).kind, 'string', line)
    // One federation's store, the ledger of what the data have told, and the words of the model.
    const [store, ...beside] = readdirSync(join(cwd, 'mine')).sort()
    assert.match(store!, /^31337-/)
    assert.deepEqual(beside, ['privacy', 'words'])
    assert.equal((await read('verify', id)).isConsistent, true)
    await assert.rejects(fetch(`${url}/health`))
  })

  test('a node signs with a keystore that the file names, relative to the file', async () => {
    const { address } = await read('keystore', 'new', 'key.json')
    write('keyed.json', { federation: id, keystore: 'key.json', data: 'a.csv' })
    const refused = await run('node', '--config', 'keyed.json')
    assert.equal(refused.code, exitCodes.refused)
    assert.match(refused.stderr, new RegExp(`${address} is not a member`))
    env.TUTTI_PASSWORD = 'wrong'
    const locked = await run('node', '--config', 'keyed.json')
    assert.equal(locked.code, exitCodes.noKey)
    assert.match(locked.stderr, /password is wrong/)
  })
})
