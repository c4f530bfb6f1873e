/** The worked example in `examples/own-csv`: the commands of its README, run as they stand, on a real chain. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { classify, connect, readManifest } from '@tutti/chain'
import { parseModelManifest, readCsv } from '@tutti/learn'
import type { Hex } from 'viem'
import { exitCodes } from '../src/exit-codes.ts'
import { type Ended, runTutti, startTutti } from './tutti.ts'

const folder = fileURLToPath(new URL('../../../examples/own-csv', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'tutti-own-csv-'))
after(() => rmSync(cwd, { recursive: true, force: true }))

/** Commands in the README's blocks, in order. */
function commandsOf(readme: string): { words: string[]; isBackground: boolean }[] {
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
  return blocks
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('npm run tutti -- '))
    .map((line) => {
      const words = line.replace('npm run tutti -- ', '').split(' ')
      return words.at(-1) === '&' ? { words: words.slice(0, -1), isBackground: true } : { words, isBackground: false }
    })
}

test('the commands of the README lead from a CSV to a model that answers', async () => {
  cpSync(folder, join(cwd, 'examples/own-csv'), { recursive: true })
  const commands = commandsOf(readFileSync(join(folder, 'README.md'), 'utf8'))
  const names = commands.map(({ words }) => words[0])
  const counting = ['stats', 'stats', 'stats', 'stats', 'node', 'node', 'node', 'stats']
  const training = ['create', 'join', 'join', 'node', 'node', 'predict', 'verify']
  assert.deepEqual(names, ['task', 'chain', 'task', ...counting, ...training])
  const chain = startTutti(['chain', '--port', '0', '--json'], { cwd })
  const background: Promise<Ended>[] = []
  const outputs: Record<string, string> = {}
  try {
    const env = { TUTTI_RPC: JSON.parse(await chain.until(/\}\n$/)).rpcUrl as string }
    const ids: Record<string, string> = {}
    for (const { words, isBackground } of commands) {
      if (words[0] === 'chain') continue
      const running = runTutti(
        words.map((word) => ids[word] ?? word),
        { cwd, env },
      )
      if (isBackground) {
        background.push(running)
        continue
      }
      const { code, stdout, stderr } = await running
      assert.equal(code, exitCodes.done, `tutti ${words.join(' ')}\n${stdout}\n${stderr}`)
      outputs[words[0]!] = stdout
      const created = /Created (0x[0-9a-f]{64})/.exec(stdout)?.[1]
      if (created !== undefined) ids[words[0] === 'stats' ? 'STATS' : 'ID'] = created
      if (words[1] === 'show') assert.match(stdout, /450 rows of 3 members/)
      if (words[0] === 'create') assert.match(stdout, /Normalised by the figures of 450 rows of 3 members/)
    }
    for (const { code, stderr } of await Promise.all(background)) assert.equal(code, exitCodes.done, stderr)
    const [header, ...rows] = readFileSync(join(folder, 'pumps.csv'), 'utf8').trim().split('\n')
    assert.equal(header!.split(',').at(-1), 'failed')
    assert.match(outputs.predict!, new RegExp(`^failed: ${rows[1]!.split(',').at(-1)}\n`))
    let right = 0
    const client = await connect({ rpcUrl: env.TUTTI_RPC })
    const id = ids.ID as Hex
    const { data } = parseModelManifest((await readManifest(client, { id })).manifest)
    const { inputs, labels, features } = readCsv(join(folder, 'pumps.csv'), data)
    for (let row = 0; row < 20; row++) {
      const input = inputs.subarray(row * features, (row + 1) * features)
      if (Number((await classify(client, { id, input })).class) === labels[row]) right++
    }
    assert.ok(right >= 15, `${right} of 20 right`)
    // The contract of examples/ask-a-model asks the same model about the same row.
    const script = fileURLToPath(new URL('../ask-a-model/ask.ts', `${pathToFileURL(folder)}/`))
    const asked = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', script, ids.ID!, join(folder, 'pumps.csv'), '1'],
      { cwd: join(folder, '../..'), env: { ...process.env, ...env } },
    )
    const isFailing = rows[1]!.split(',').at(-1) === 'yes'
    assert.match(asked.stdout, new RegExp(`willFail\\(0x[0-9a-f]+\\) as a call, free: ${isFailing}`))
    assert.match(asked.stdout, isFailing ? /Service is ordered for pump 1/ : /No service is ordered/)
  } finally {
    chain.process.kill('SIGINT')
    await chain.ended
  }
})
