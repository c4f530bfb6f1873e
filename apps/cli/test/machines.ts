/**
 * Machines for a test: network namespaces joined by one bridge where the system permits, else addresses of the loopback
 * network. Nothing but these addresses can be reached from a namespace, and none of them from outside.
 *
 * Machine 0 has the chain; every other one reaches it by an address, and can be cut off.
 *
 * @see ip-netns(8), veth(4)
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../bin/tutti.js', import.meta.url))
/** One that tests of another checkout on this machine do not use. */
const PORT = 20_000 + (process.pid % 20_000)
const relayScript = `
const net = require('node:net')
net.createServer((near) => {
  const far = net.connect(${PORT}, '127.0.0.1')
  for (const [a, b] of [[near, far], [far, near]]) { a.pipe(b); a.on('error', () => b.destroy()); a.on('close', () => b.destroy()) }
}).listen(8545, process.argv[1])
`

/** What the machines are made of. */
export interface Machines {
  /** What they are, for people: `network namespaces`, or why not. */
  readonly kind: string
  /** Starts `tutti` on a machine. */
  run(machine: number, words: readonly string[], options: { cwd: string }): ChildProcess
  /** Where a machine reaches the chain. */
  url(machine: number): string
  /** Port on which the chain must listen, on its own machine's 127.0.0.1. */
  readonly port: number
  /** Pulls the plug of a machine's network, or puts it in again. */
  cut(machine: number): void
  mend(machine: number): void
  /** Ends what still runs, and removes everything. */
  close(): Promise<void>
}

/** Sets up machine 0 to `count` − 1. */
export async function setUpMachines(count: number): Promise<Machines> {
  try {
    return await setUpNamespaces(count)
  } catch (error) {
    const reason = String((error as Error).message)
      .trim()
      .split('\n')
      .at(-1)
    return setUpLoopback(count, `loopback addresses, since network namespaces are not permitted here (${reason})`)
  }
}

/** Keys and endpoints of the surrounding environment are not passed on. */
function environment(): NodeJS.ProcessEnv {
  const { TUTTI_PRIVATE_KEY: _key, TUTTI_PASSWORD: _password, TUTTI_RPC: _rpc, ...inherited } = process.env
  return inherited
}

function createCrew() {
  const running = new Set<ChildProcess>()
  return {
    start: (command: string, words: readonly string[], cwd?: string): ChildProcess => {
      const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
      const child = spawn(command, words, { ...(cwd === undefined ? {} : { cwd }), env: environment(), stdio })
      running.add(child)
      child.once('exit', () => running.delete(child))
      return child
    },
    end: async (): Promise<void> => {
      await Promise.all(
        [...running].map((child) => {
          const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
          child.kill('SIGTERM')
          const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
          return ended.finally(() => clearTimeout(timer))
        }),
      )
    },
  }
}

async function setUpNamespaces(count: number): Promise<Machines> {
  const name = (machine: number) => `tutti-${process.pid}-${machine}`
  const address = (machine: number) => `10.231.77.${machine + 1}`
  const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const within = (machine: number, ...words: string[]) => ip('-n', name(machine), ...words)
  const made: number[] = []
  const remove = () => {
    // With a namespace go its ends of the wires, and with them the other ends.
    for (const machine of made.splice(0)) ip('netns', 'del', name(machine))
  }
  process.once('exit', remove)
  const crew = createCrew()
  try {
    for (let machine = 0; machine < count; machine++) {
      ip('netns', 'add', name(machine))
      made.push(machine)
      within(machine, 'link', 'set', 'lo', 'up')
    }
    within(0, 'link', 'add', 'bridge', 'type', 'bridge')
    within(0, 'addr', 'add', `${address(0)}/24`, 'dev', 'bridge')
    within(0, 'link', 'set', 'bridge', 'up')
    for (let machine = 1; machine < count; machine++) {
      const port = `port${machine}`
      within(0, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'wire', 'netns', name(machine))
      within(0, 'link', 'set', port, 'master', 'bridge', 'up')
      within(machine, 'addr', 'add', `${address(machine)}/24`, 'dev', 'wire')
      within(machine, 'link', 'set', 'wire', 'up')
    }
  } catch (error) {
    remove()
    process.off('exit', remove)
    throw error
  }
  const inside = (machine: number, ...words: string[]) => ['netns', 'exec', name(machine), process.execPath, ...words]
  // The chain itself listens on its own machine alone, since its keys are public.
  crew.start('ip', inside(0, '-e', relayScript, address(0)))
  return {
    kind: 'network namespaces',
    port: PORT,
    run: (machine, words, { cwd }) => crew.start('ip', inside(machine, entry, ...words), cwd),
    url: (machine) => (machine === 0 ? `http://127.0.0.1:${PORT}` : `http://${address(0)}:8545`),
    cut: (machine) => void within(machine, 'link', 'set', 'wire', 'down'),
    mend: (machine) => void within(machine, 'link', 'set', 'wire', 'up'),
    close: async () => {
      await crew.end()
      remove()
      process.off('exit', remove)
    },
  }
}

async function setUpLoopback(count: number, kind: string): Promise<Machines> {
  const crew = createCrew()
  const wires = await Promise.all(Array.from({ length: count }, (_, machine) => startWire(machine)))
  return {
    kind,
    port: PORT,
    run: (_machine, words, { cwd }) => crew.start(process.execPath, [entry, ...words], cwd),
    url: (machine) => (machine === 0 ? `http://127.0.0.1:${PORT}` : wires[machine]!.url),
    cut: (machine) => wires[machine]!.cut(),
    mend: (machine) => wires[machine]!.mend(),
    close: async () => {
      await crew.end()
      await Promise.all(wires.map((wire) => wire.close()))
    },
  }
}

/** A relay on an address of its own, `127.0.0.(10 + machine)` where the system has it, that can be cut. */
async function startWire(machine: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  const server: Server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(PORT, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  const listen = (host: string) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, host, () => resolve())
    })
  await listen(`127.0.0.${10 + machine}`).catch(() => listen('127.0.0.1'))
  const { address, port } = server.address() as { address: string; port: number }
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://${address}:${port}`,
    cut,
    mend: () => {
      isCut = false
    },
    close: () => {
      cut()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
