/** The guide in `docs/networks.md`: its commands, as they stand, on a chain that is like a rollup's test net. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ChainClient, connect, mintDemoTokens, proxyCode, readManifest, readStatus } from '@tutti/chain'
import { advanceTime, startLocalChain } from '@tutti/chain/local'
import { parseModelManifest } from '@tutti/learn'
import { readCsvFile } from '@tutti/learn/node'
import { createLocalTrainer, joinFederation, runNode } from '@tutti/node'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type Ended, runTutti } from '../tutti.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'tutti-networks-'))
after(() => rmSync(cwd, { recursive: true, force: true }))
const guide = readFileSync(join(root, 'docs/networks.md'), 'utf8')

/** Commands in the blocks of the guide's section on test nets, in order. */
function commandsOf(section: string): string[][] {
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .filter((line) => line.startsWith('npm run tutti -- '))
    .map((line) => line.replace('npm run tutti -- ', '').split(' '))
}

test('the commands of the guide lead from a key to a verified model on a chain like a rollup’s test net', async () => {
  cpSync(join(root, 'examples/own-csv'), join(cwd, 'examples/own-csv'), { recursive: true })
  const section = guide.slice(guide.indexOf('## A public test net'), guide.indexOf('## A network of your own'))
  const commands = commandsOf(section)
  const isMembers = (words: string[]) => words.includes('member.json')
  const chain = await startLocalChain({ port: 0, accounts: 1, chainId: 84_532 })
  try {
    const client = await connect({ rpcUrl: chain.rpcUrl })
    const request = client.public.request as unknown as (call: { method: string; params: unknown[] }) => Promise<null>
    await request({ method: 'anvil_setCode', params: ['0x4200000000000000000000000000000000000015', '0x00'] })
    const env = { TUTTI_RPC: chain.rpcUrl, TUTTI_PASSWORD: 'of the test' }
    let id = 'ID'
    const run = async (words: string[]): Promise<Ended> => {
      const args = words.map((word) => (word === 'ID' ? id : word))
      const ended = await runTutti(args, { cwd, env })
      assert.equal(ended.code, exitCodes.done, `tutti ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`)
      const address = /^Address: (0x[0-9a-fA-F]{40})$/m.exec(ended.stdout)?.[1]
      // What a faucet would do.
      if (address !== undefined) await request({ method: 'anvil_setBalance', params: [address, '0xde0b6b3a7640000'] })
      id = /Created (0x[0-9a-f]{64})/.exec(ended.stdout)?.[1] ?? id
      return ended
    }
    const outputs: string[] = []
    const first = commands.findIndex(isMembers)
    for (const words of commands.slice(0, first)) outputs.push((await run(words)).stdout)
    assert.match(outputs.join('\n'), /Direct path only. Users may not send blob transactions here: it is a rollup/)
    const member = commands.filter(isMembers)
    for (const words of member.slice(0, -1)) await run(words)
    // The second member is of this process: its commands are the same.
    const other = await connect({ rpcUrl: chain.rpcUrl, account: privateKeyToAccount(generatePrivateKey()) })
    const account = other.account!.address
    await request({ method: 'anvil_setBalance', params: [account, '0xde0b6b3a7640000'] })
    await mintDemoTokens(other, { to: account, amount: 10n ** 19n })
    const federationId = id as Hex
    await joinFederation({ client: other, federationId, consent: () => true })
    const manifest = parseModelManifest((await readManifest(other, { id: federationId })).manifest)
    const dataset = readCsvFile(join(cwd, 'examples/own-csv/south.csv'), manifest.data)
    const trainer = createLocalTrainer({ dataset })
    // With a bounty and no gate no round opens before the joining time is over, however many have joined.
    await advanceTime(other, 3_600)
    const [ended, summary] = await Promise.all([
      run(member.at(-1)!),
      runNode({ client: other, federationId, trainer, storeDirectory: join(cwd, 'other') }),
      passFinality(other, federationId),
    ])
    assert.match(ended.stdout, /Took part in 2 rounds/)
    assert.equal(summary.roundsTaken, 2)
    const rest = commands.slice(first).filter((words) => !isMembers(words))
    assert.deepEqual(
      rest.map(([name]) => name),
      ['status', 'verify', 'predict'],
    )
    for (const words of rest) await run(words)
  } finally {
    await chain.stop()
  }
})

/** Once all is claimed, lets pass the minutes for which nodes stay, lest a reorganisation takes their claims back. */
async function passFinality(client: ChainClient, id: Hex): Promise<void> {
  for (;;) {
    const { isFinished, staked, owed } = await readStatus(client, { id })
    if (isFinished && staked === 0n && owed === 0n) return advanceTime(client, 600)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

test('the genesis of the guide holds the proxy’s code', () => {
  const genesis = JSON.parse(/```json\n([\s\S]*?)```/.exec(guide)![1]!)
  assert.equal(Object.values<{ code: string }>(genesis.alloc)[0]!.code, proxyCode)
})
