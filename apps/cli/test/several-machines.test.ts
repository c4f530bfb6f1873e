/** A federation over seven machines: one has the chain, one is cut off in a round, one is killed, one comes late. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { NodeEvent } from '@tutti/node'
import { type Machines, setUpMachines } from './machines.ts'

const table = fileURLToPath(new URL('../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))
const NODES = [1, 2, 3, 4, 5, 6]
const [CUT, KILLED, LATE] = [2, 3, 6]
/** Enough for the machine that is cut off to notice, which takes two time-outs, and to come back. */
const ROUNDS = 7

/** A node on a machine, and what it told. */
interface Told {
  process: ChildProcess
  events: NodeEvent[]
  /** Resolves at the first event that fits; rejects if the node ends before. */
  until(fits: (event: NodeEvent) => boolean): Promise<NodeEvent>
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

describe('several machines', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-machines-'))
  let machines: Machines
  before(async () => {
    machines = await setUpMachines(7)
    const [header, ...rows] = readFileSync(table, 'utf8').trim().split('\n')
    for (const machine of NODES) {
      const own = rows.filter((_, row) => row % NODES.length === machine - 1)
      writeFileSync(join(cwd, `${machine}.csv`), `${[header, ...own].join('\n')}\n`)
    }
  })
  after(async () => {
    await machines.close()
    rmSync(cwd, { recursive: true, force: true })
  })

  const start = (machine: number, ...words: string[]): Told => {
    const child = machines.run(machine, words, { cwd })
    const events: NodeEvent[] = []
    const waiting: { fits: (event: NodeEvent) => boolean; resolve: (event: NodeEvent) => void }[] = []
    let stdout = ''
    let stderr = ''
    let line = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      const lines = (line + chunk.toString()).split('\n')
      line = lines.pop() ?? ''
      for (const text of lines.filter((entry) => entry.startsWith('{'))) {
        const event = JSON.parse(text) as NodeEvent
        events.push(event)
        for (const { fits, resolve } of waiting) if (fits(event)) resolve(event)
      }
    })
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, stdout, stderr }))
    })
    const until = (fits: (event: NodeEvent) => boolean) =>
      new Promise<NodeEvent>((resolve, reject) => {
        const found = events.find(fits)
        if (found !== undefined) resolve(found)
        waiting.push({ fits, resolve })
        void ended.then(() => reject(new Error(`the node of machine ${machine} ended first:\n${stderr}`)))
      })
    return { process: child, events, until, ended }
  }
  const read = async (machine: number, ...words: string[]) => {
    const { code, stdout, stderr } = await start(machine, ...words, '--rpc', machines.url(machine), '--json').ended
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    return JSON.parse(stdout)
  }

  test('the federation ends with a model that every machine confirms', async (context) => {
    context.diagnostic(`on ${machines.kind}`)
    const chain = start(0, 'chain', '--port', String(machines.port), '--accounts', '7', '--json')
    await new Promise<void>((resolve, reject) => {
      chain.process.stdout?.once('data', () => resolve())
      void chain.ended.then(({ stderr }) => reject(new Error(stderr)))
    })
    await start(0, 'task', 'init', table, '--label', 'diagnosis', '--out', 'task.yaml').ended
    appendFileSync(join(cwd, 'task.yaml'), '  keeperSeconds: 2\n')
    const terms = ['--members', '6', '--minimum-updates', '2', '--rounds', String(ROUNDS), '--stake', '1']
    const times = ['--join-seconds', '1', '--submit-seconds', '8', '--test-account', '0']
    const { id } = await read(0, 'create', '--task-file', 'task.yaml', '--data', table, ...terms, ...times)
    const account = (machine: number) => ['--test-account', String(machine)]
    const joinFrom = (machine: number) => read(machine, 'join', id, ...account(machine), '--yes')
    const startNode = (machine: number) => {
      const own = ['--data', `${machine}.csv`, '--store', `store-${machine}`, '--rpc', machines.url(machine)]
      return start(machine, 'node', id, ...account(machine), ...own, '--json')
    }
    const early = NODES.filter((machine) => machine !== LATE)
    await Promise.all(early.map(joinFrom))
    const nodes = new Map(early.map((machine) => [machine, startNode(machine)]))
    const steady = nodes.get(1)!

    // Its update is under way or in, and the round is not settled: it cannot hear what becomes of it.
    await nodes.get(CUT)!.until(({ kind }) => kind === 'sent')
    machines.cut(CUT)
    await nodes.get(KILLED)!.until((event) => event.kind === 'training-started' && event.round === 1)
    nodes.get(KILLED)!.process.kill('SIGKILL')
    await joinFrom(LATE)
    nodes.set(LATE, startNode(LATE))
    await steady.until((event) => event.kind === 'round-settled' && event.round === 1)
    await nodes.get(CUT)!.until(({ kind }) => kind === 'chain-unreachable')
    machines.mend(CUT)

    const living = [...nodes].filter(([machine]) => machine !== KILLED)
    const ends = await Promise.all(living.map(([, { ended }]) => ended))
    for (const [index, { code, stdout, stderr }] of ends.entries()) {
      assert.equal(code, 0, `machine ${living[index]![0]}: ${stderr}`)
      assert.equal(JSON.parse(stdout).reason, 'the federation is finished')
    }
    const settled = steady.events.flatMap((event) => (event.kind === 'round-settled' ? [event.updates] : []))
    assert.equal(settled.length, ROUNDS)
    assert.ok(settled[0]! >= 4, `${settled}`)
    // Without the one cut off, and without the one killed unless it was quicker than the kill.
    assert.ok(settled[1] === 3 || settled[1] === 4, `${settled}`)
    // With the one that was cut off, and the late one.
    assert.equal(settled.at(-1), 5, `${settled}`)
    context.diagnostic(`updates by round: ${settled}`)
    assert.ok(nodes.get(CUT)!.events.some(({ kind }) => kind === 'chain-back'))

    const findings = await Promise.all([0, ...NODES].map((machine) => read(machine, 'verify', id)))
    for (const finding of findings) {
      assert.equal(finding.isConsistent, true)
      assert.deepEqual(finding, findings[0])
    }
    chain.process.kill('SIGINT')
    await chain.ended
  })
})
