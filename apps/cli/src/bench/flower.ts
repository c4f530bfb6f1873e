/**
 * What a round costs in Flower, beside which Tutti's is measured: its deployment on loopback (a link, and a node for each
 * client), and its simulation in one process. Clients do not train. Flower's telemetry is switched off.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from '@tutti/learn'

/** What is measured. */
export interface FlowerRounds {
  parameters: number
  clients: number
  rounds: number
  /** An empty folder. */
  directory: string
}

/** A Python that has Flower. */
export interface Flower {
  python: string
  version: string
  hasSimulation: boolean
}

const app = fileURLToPath(new URL('./flower', import.meta.url))
const run = promisify(execFile)
/** How long one run may take. */
const LIMIT_MILLISECONDS = 240_000
/** How long link and nodes take until they listen. */
const START_MILLISECONDS = 8_000

/** The Flower of the first `python3` on the path; undefined without one. */
export function findFlower(): Flower | undefined {
  const script =
    'import importlib.util, flwr, sys; print(sys.executable, flwr.__version__, importlib.util.find_spec("ray") is not None)'
  const { status, stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8', env: environment('.') })
  if (status !== 0) return undefined
  const [python = 'python3', version = '', ray] = stdout.trim().split('\n').at(-1)!.split(' ')
  return { python, version, hasSimulation: ray === 'True' }
}

/** Median seconds of a round in Flower's simulation. The first, which starts its workers, is left out. */
export async function simulateFlower({ python }: Flower, options: FlowerRounds): Promise<number> {
  const { parameters, clients, rounds, directory } = options
  const out = join(directory, 'simulated.json')
  const words = [join(app, 'simulate.py'), ...[parameters, clients, rounds].map(String), out]
  await run(python, words, { cwd: app, env: environment(directory), timeout: LIMIT_MILLISECONDS })
  return readSeconds(out)
}

/** Median seconds of a round in Flower's deployment on this machine. The first is left out. */
export async function deployFlower({ python }: Flower, options: FlowerRounds): Promise<number> {
  const { parameters, clients, rounds, directory } = options
  const out = join(directory, 'deployed.json')
  const home = join(directory, 'flower')
  const bin = (name: string) => join(dirname(python), name)
  const env = environment(directory)
  const ports = await freePorts(clients + 1)
  const address = `127.0.0.1:${ports[0]}`
  mkdirSync(home, { recursive: true })
  writeFileSync(
    join(home, 'config.toml'),
    `[superlink]\ndefault = "local"\n\n[superlink.local]\naddress = "${address}"\ninsecure = true\n`,
  )
  const started: ChildProcess[] = []
  const start = (name: string, ...words: string[]) => {
    started.push(spawn(bin(name), ['--insecure', ...words], { cwd: directory, env, stdio: 'ignore' }))
  }
  try {
    start('flower-superlink', '--port', String(ports[0]))
    await pause(START_MILLISECONDS)
    for (const port of ports.slice(1)) start('flower-supernode', '--superlink', address, '--port', String(port))
    await pause(START_MILLISECONDS)
    const config = `parameters=${parameters} clients=${clients} rounds=${rounds} out="${out}"`
    const words = ['run', app, 'local', '--stream', '--run-config', config]
    await run(bin('flwr'), words, { cwd: directory, env, timeout: LIMIT_MILLISECONDS })
    return readSeconds(out)
  } finally {
    for (const child of started) child.kill('SIGTERM')
  }
}

function readSeconds(path: string): number {
  return median((JSON.parse(readFileSync(path, 'utf8')) as number[]).slice(1))
}

/** A fresh home for Flower, nothing told to its makers, and its own programs on the path. */
function environment(directory: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    FLWR_TELEMETRY_ENABLED: '0',
    RAY_USAGE_STATS_ENABLED: '0',
    FLWR_HOME: join(directory, 'flower'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
