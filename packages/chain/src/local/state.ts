/**
 * The state of a local chain on disk, whole at any instant: asked of the chain, written beside, forced to the platter,
 * renamed. The one before stays as `state.previous.json`. The chain's own way rewrites the file in place, and a kill
 * meanwhile leaves nothing.
 *
 * The form is anvil's (`--load-state`); blocks, transactions and logs are in it, so it grows with them.
 */
import { createHash } from 'node:crypto'
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const EVERY_MILLISECONDS = 20_000

/** Where a chain's state lies, once what an interrupted write left is gone; undefined if there is none yet. */
export function findState(directory: string): string | undefined {
  const [path, previous, beside] = paths(directory)
  rmSync(beside, { force: true })
  return [path, previous].find((file) => existsSync(file) && statSync(file).size > 0)
}

/** Keeps the state of a running chain on disk until it is stopped, which writes it once more. */
export function keepState(rpcUrl: string, directory: string): { stop: () => Promise<void> } {
  let last = ''
  const write = async () => {
    const state = await dumpState(rpcUrl)
    const digest = createHash('sha256').update(state).digest('hex')
    if (digest === last) return
    await replace(directory, gunzipSync(state))
    last = digest
  }
  let writing = Promise.resolve()
  // A chain that does not answer has ended, or will at the next look.
  const timer = setInterval(() => {
    writing = writing.then(write).catch(() => undefined)
  }, EVERY_MILLISECONDS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await writing
      await write()
    },
  }
}

async function replace(directory: string, content: Uint8Array): Promise<void> {
  const [path, previous, beside] = paths(directory)
  const file = await open(beside, 'w')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  if (existsSync(path)) {
    rmSync(previous, { force: true })
    linkSync(path, previous)
  }
  renameSync(beside, path)
}

async function dumpState(rpcUrl: string): Promise<Buffer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_dumpState', params: [] })
  const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result } = (await answer.json()) as { result: string }
  return Buffer.from(result.slice(2), 'hex')
}

function paths(directory: string): [state: string, previous: string, beside: string] {
  const at = (name: string) => join(directory, name)
  return [at('state.json'), at('state.previous.json'), at('state.json.new')]
}
