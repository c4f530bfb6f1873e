/** A fixture's first member in a process of its own that kills itself at an event. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toHex } from '@tutti/core'
import { storeDirectory } from '../src/disk/store.ts'
import type { NodeBehaviour } from '../src/settings/behaviour.ts'
import type { NodeEvent } from '../src/status/events.ts'
import type { Fixture } from './fixture.ts'

/** Starts it, waits for its end, and names the files that it left of the first round. */
export async function runUntilKilled(
  fixture: Fixture,
  event: NodeEvent['kind'],
  behaviour: NodeBehaviour = {},
): Promise<string[]> {
  const { federationId, storeDirectory: root, chain, clients } = fixture
  const { account, chainId } = clients[0]!
  const { privateKey } = (account as unknown as { getHdKey(): { privateKey: Uint8Array } }).getHdKey()
  const options = {
    rpcUrl: chain.rpcUrl,
    privateKey: toHex(privateKey),
    federationId,
    storeDirectory: root,
    event,
    behaviour,
  }
  const script = fileURLToPath(new URL('./killed-node.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
  assert.equal(signal, 'SIGKILL')
  const directory = storeDirectory({ root, chainId, federationId, account: account.address })
  return readdirSync(`${directory}/round-0`).map((name) => `${directory}/round-0/${name}`)
}
