import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { connect, deployContracts, mintDemoTokens, testAccounts } from '../../src/index.ts'
import { startLocalChain } from '../../src/local/local.ts'
import { findState } from '../../src/local/state.ts'

const [account] = testAccounts(1)

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tutti-state-'))
  try {
    await run(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('an interrupted write costs nothing: what it left is removed, and the state before it serves', () =>
  inDirectory(async (directory) => {
    const first = await startLocalChain({ port: 0, directory })
    const client = await connect({ rpcUrl: first.rpcUrl, account: account! })
    const { demoToken } = await deployContracts(client)
    const height = await client.public.getBlockNumber({ cacheTime: 0 })
    await first.stop()
    const state = join(directory, 'state.json')
    writeFileSync(`${state}.new`, readFileSync(state).subarray(0, 1000))
    const second = await startLocalChain({ port: first.port, directory })
    try {
      assert.equal(existsSync(`${state}.new`), false)
      assert.equal(await client.public.getBlockNumber({ cacheTime: 0 }), height)
      assert.notEqual(await client.public.getCode({ address: demoToken }), undefined)
      await mintDemoTokens(client, { to: account!.address, amount: 1n })
    } finally {
      await second.stop()
    }
    assert.equal(findState(directory), state)
    // Both the last state and the one before it are there; an emptied one is passed over.
    truncateSync(state)
    assert.equal(findState(directory), join(directory, 'state.previous.json'))
  }))

test('a chain ends with the program that started it, also where that is killed', () =>
  inDirectory(async (directory) => {
    const script = `
      import { startLocalChain } from ${JSON.stringify(new URL('../../src/local/local.ts', import.meta.url).href)}
      console.log((await startLocalChain({ port: 0, directory: ${JSON.stringify(directory)} })).rpcUrl)
      setInterval(() => {}, 1000)`
    const program = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const rpcUrl = await new Promise<string>((resolve) =>
      createInterface({ input: program.stdout }).once('line', resolve),
    )
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
    const isAnswering = () =>
      fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
        () => true,
        () => false,
      )
    assert.equal(await isAnswering(), true)
    program.kill('SIGKILL')
    while (await isAnswering()) await new Promise((resolve) => setTimeout(resolve, 50))
  }))
