/** A federation on go-ethereum whose members' nodes are processes of their own, and what each of them told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeEvent } from '@tutti/node'
import { type Geth, type GethOptions, startGeth } from '../../../../packages/chain/test/geth/geth.ts'
import { type Ended, readTutti, runTutti, startTutti } from '../tutti.ts'

const data = fileURLToPath(new URL('../../../../packages/learn/datasets/breast-cancer.csv', import.meta.url))

/** A node as a process, and its events so far. */
export interface NodeProcess {
  events: NodeEvent[]
  ended: Promise<Ended>
  kill: (signal: NodeJS.Signals) => void
  /** Resolves once it has told of such an event. */
  told: (isWanted: (event: NodeEvent) => boolean) => Promise<void>
}

/** A chain with the contracts and accounts that hold tokens. */
export interface Trial {
  geth: Geth
  /** Runs a command that must end well, against the chain or another endpoint of it; gives what it prints as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what a command prints is checked by the assertions on it.
  read: (words: readonly string[], rpcUrl?: string) => Promise<any>
  /** Runs a command to whatever end. */
  run: (words: readonly string[], rpcUrl?: string) => Promise<Ended>
  /** Creates a federation of these members, all of which join; account 0 creates. @returns Its id. */
  found: (members: readonly number[], terms?: readonly string[]) => Promise<string>
  /** What `work` gives, and all transactions of the chain until then, as signed: others may still hold them. */
  recording: (work: () => Promise<string>) => Promise<{ id: string; transactions: string[] }>
  /** Offers transactions again in their order; what the chain has already is passed over. */
  replay: (transactions: readonly string[]) => Promise<void>
  /** Starts a member's node. */
  serve: (id: string, member: number, words?: readonly string[], rpcUrl?: string) => NodeProcess
  /** One JSON-RPC request to the chain itself. */
  ask: <T>(method: string, ...params: unknown[]) => Promise<T>
  end: () => Promise<void>
}

/** Starts a chain of Osaka's rules, deploys, and gives tokens to accounts 0 to 8. */
export async function startTrial(options: Pick<GethOptions, 'baseFee'> = {}): Promise<Trial> {
  const cwd = mkdtempSync(join(tmpdir(), 'tutti-trial-'))
  const geth = await startGeth({ fork: 'osaka', ...options })
  const optionsAt = (rpcUrl = geth.rpcUrl) => ({ cwd, env: { TUTTI_RPC: rpcUrl } })
  const read: Trial['read'] = (words, rpcUrl) => readTutti(words, optionsAt(rpcUrl))
  const nodes = new Set<NodeProcess>()
  let federations = 0
  const ask: Trial['ask'] = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    const answer = (await (await fetch(geth.rpcUrl, { method: 'POST', headers, body })).json()) as {
      result?: unknown
      error?: { message: string }
    }
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result as never
  }
  await read(['deploy', '--demo-token', '--test-account', '0'])
  await Promise.all(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((account) => read(['mint', '1000', '--test-account', String(account)])),
  )
  return {
    geth,
    read,
    run: (words, rpcUrl) => runTutti(words, optionsAt(rpcUrl)),
    found: async (members, terms = []) => {
      const count = String(members.length)
      const words = ['create', '--task', 'breast-cancer', '--seed', String(++federations), '--members', count]
      words.push('--join-seconds', '1', '--submit-seconds', '120', '--bits', '4', ...terms, '--test-account', '0')
      const { id } = await read(words)
      await Promise.all(members.map((member) => read(['join', id, '--yes', '--test-account', String(member)])))
      return id
    },
    serve: (id, member, words = [], rpcUrl) => {
      const store = join(cwd, `${id}-${member}`)
      const node = watchNode(
        ['node', id, '--data', data, '--store', store, '--test-account', String(member), ...words, '--json'],
        optionsAt(rpcUrl),
      )
      nodes.add(node)
      return node
    },
    ask,
    recording: async (work) => {
      const id = await work()
      const transactions: string[] = []
      const head = Number(await ask<string>('eth_blockNumber'))
      for (let block = 1; block <= head; block++) {
        const number = `0x${block.toString(16)}`
        const count = Number(await ask<string>('eth_getBlockTransactionCountByNumber', number))
        for (let index = 0; index < count; index++) {
          const place = `0x${index.toString(16)}`
          transactions.push(await ask('eth_getRawTransactionByBlockNumberAndIndex', number, place))
        }
      }
      return { id, transactions }
    },
    replay: async (transactions) => {
      for (const raw of transactions) {
        await ask('eth_sendRawTransaction', raw).catch((error: Error) => {
          if (!/nonce too low|already known|replacement/.test(error.message)) throw error
        })
      }
    },
    end: async () => {
      for (const node of nodes) node.kill('SIGKILL')
      await Promise.all([...nodes].map(({ ended }) => ended))
      await geth.stop()
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}

function watchNode(words: readonly string[], options: { cwd: string; env: Record<string, string> }): NodeProcess {
  const { process: child, ended } = startTutti(words, options)
  const events: NodeEvent[] = []
  const waiting = new Set<{ isWanted: (event: NodeEvent) => boolean; resolve: () => void }>()
  let rest = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('{')) continue
      const event = JSON.parse(line) as NodeEvent
      events.push(event)
      for (const { isWanted, resolve } of waiting) if (isWanted(event)) resolve()
    }
  })
  return {
    events,
    ended,
    kill: (signal) => child.kill(signal),
    told: (isWanted) =>
      new Promise((resolve, reject) => {
        if (events.some(isWanted)) resolve()
        waiting.add({ isWanted, resolve })
        void ended.then(({ stderr }) => reject(new Error(`The node ended first:\n${stderr.slice(-2_000)}`)))
      }),
  }
}
