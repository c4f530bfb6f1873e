/**
 * Runs a command with a fresh home and an empty environment, and lists what it did beyond its own: files outside its working
 * directory, sockets to anything but the chains it may ask. Sockets, and files that were gone at the end, are seen by
 * `strace`. Where that is missing, what needs no chain from outside runs without a network, if the system allows it.
 *
 * @see strace(1); resolving a name shows as a connection to a name server or to its cache's socket.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What to run. */
export interface WatchedOptions {
  words: readonly string[]
  /** Its working directory, which is its own to write to. Home and temporary folder are made beside it. */
  directory: string
  /** Added to an environment of `PATH`, home and temporary folder: nothing tells that this is a test. */
  env?: Record<string, string>
  /** Ports on this machine that it may ask. */
  ports?: readonly number[]
  /** Directories that are its own too. */
  ownDirectories?: readonly string[]
}

/** What a command did. */
export interface Watched {
  code: number
  stdout: string
  stderr: string
  /** Each file and socket beyond its own, once, in words. */
  foreign: string[]
  /** False: there is no `strace` here, so files were looked for only where they lay at the end, and sockets not at all. */
  isTraced: boolean
}

const CALLS = 'network,open,openat,creat'

/** Runs a command to its end. */
export async function watchProcess(options: WatchedOptions): Promise<Watched> {
  const { words, env = {} } = options
  const directory = resolve(options.directory)
  const [home, temporary, trace] = ['home', 'temporary', 'trace'].map((name) => `${directory}.${name}`) as [
    string,
    string,
    string,
  ]
  for (const path of [directory, home, temporary]) mkdirSync(path, { recursive: true })
  const isTraced = hasStrace()
  const tracer = isTraced ? ['strace', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${CALLS}`, '-o', trace, '--'] : []
  const confinement = isTraced || options.ports !== undefined ? [] : namespaceWithoutNetwork()
  const [program = '', ...args] = [...tracer, ...confinement, ...words]
  const child = spawn(program, args, {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const code = await new Promise<number>((done, fail) => {
    child.once('error', fail)
    child.once('close', (exit) => done(exit ?? -1))
  })
  const left = [home, temporary].flatMap((path) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => `file ${join(entry.parentPath, entry.name)}`),
  )
  const own = [directory, ...(options.ownDirectories ?? []).map((path) => resolve(path))]
  const traced = isTraced
    ? foreignCalls(readFileSync(trace, 'utf8'), { own, temporary, directory, ports: options.ports ?? [] })
    : []
  return { code, stdout, stderr, isTraced, foreign: [...new Set([...left, ...traced])].sort() }
}

function hasStrace(): boolean {
  return spawnSync('strace', ['-qq', '-e', 'trace=none', process.execPath, '--version']).status === 0
}

/** Words before a command that leave it nothing but its own loopback; none where the system does not allow it. */
function namespaceWithoutNetwork(): string[] {
  const words = ['unshare', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  return spawnSync(words[0]!, [...words.slice(1), 'true']).status === 0 ? words : []
}

/** What of a trace is beyond a process's own, in words. */
export function foreignCalls(
  trace: string,
  {
    own,
    temporary,
    directory,
    ports,
  }: { own: readonly string[]; temporary: string; directory: string; ports: readonly number[] },
): string[] {
  const lines = trace.split('\n')
  // Whatever it listens to on this machine, like a local chain of its own, it may ask as well.
  const known = new Set(ports)
  for (const line of lines) {
    const bound = /\bbind\(\d+, \{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("127\./.exec(line)
    if (bound !== null) known.add(Number(bound[1]))
    // A free port is chosen with number 0 and asked for afterwards.
    const named = /\bgetsockname\(\d+, \{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("127\./.exec(
      line,
    )
    if (named !== null && !/\bconnect\(/.test(line)) known.add(Number(named[1]))
  }
  const isOwn = (path: string) => own.some((folder) => path === folder || path.startsWith(`${folder}/`))
  const found: string[] = []
  for (const line of lines) {
    const opened = /\b(?:open|openat|creat)\((?:AT_FDCWD, |\d+, )?"((?:[^"\\]|\\.)*)"(.*)/.exec(line)
    if (opened !== null) {
      const [, name = '', rest = ''] = opened
      const isWritten = /\bO_(?:WRONLY|RDWR|CREAT)\b/.test(rest) || line.includes('creat(')
      if (!isWritten || / = -1 /.test(rest)) continue
      const path = resolve(directory, name)
      const isDevice = /^\/(?:dev\/(?!shm\/)|proc\/)/.test(path)
      if (!isDevice && !isOwn(path)) found.push(`file ${path}`)
      continue
    }
    const addressed = /\b(?:connect|bind|sendto|sendmsg|sendmmsg)\(.*?\{sa_family=(AF_\w+)(?:, )?([^}]*)\}/.exec(line)
    if (addressed === null) continue
    const [, family = '', address = ''] = addressed
    const port = Number(/htons\((\d+)\)/.exec(address)?.[1])
    const isHere = /inet_addr\("127\./.test(address)
    if (family === 'AF_INET' && isHere && (known.has(port) || /\bbind\(/.test(line))) continue
    // The loader of TypeScript asks for its parent there, in vain.
    if (family === 'AF_UNIX' && address.includes(`sun_path="${temporary}/`)) continue
    found.push(`socket ${family} ${address}`)
  }
  return found
}
