/** Blocks that a chain takes back, or that an endpoint does not have yet: nodes wait, and go on to the end. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startLaggingPair } from '../../../../packages/chain/test/endpoint.ts'
import { whereGethIs } from '../../../../packages/chain/test/geth/geth.ts'
import { exitCodes } from '../../src/terminal/exit-codes.ts'
import { type NodeProcess, startTrial, type Trial } from './federation.ts'

const members = [1, 2, 3]
const rounds = 2

describe('a chain that takes blocks back', whereGethIs(), () => {
  let trial: Trial
  before(async () => {
    // A chain that starts anew starts with its first base fee: transactions from later on must be able to pay it, or those
    // that can come before those that they build on.
    trial = await startTrial({ baseFee: 7 })
  })
  after(() => trial.end())

  const checkEnd = async (id: string, nodes: readonly NodeProcess[]) => {
    for (const { ended } of nodes) {
      const { code, stderr } = await ended
      assert.equal(code, exitCodes.done, stderr.slice(-4_000))
    }
    const { status } = await trial.read(['status', id])
    assert.deepEqual([status.isFinished, status.roundsSettled], [true, rounds])
    assert.equal((await trial.read(['verify', id])).isConsistent, true)
  }
  const found = () => trial.found(members, ['--rounds', String(rounds), '--submit-seconds', '30'])
  const readHead = async () => Number(await trial.ask<string>('eth_blockNumber'))

  test('nodes before, at and after the border of a round go on, and the keeper may be gone', async () => {
    const id = await found()
    const nodes = members.map((member) => trial.serve(id, member))
    const isSettled = ({ kind }: { kind: string }) => kind === 'round-settled'
    await Promise.all(nodes.map(({ told }) => told(({ kind }) => kind === 'submitted')))
    const stopped = nodes.findIndex(({ events }) => !events.some(({ kind }) => kind === 'aggregated'))
    nodes[stopped]!.kill('SIGSTOP')
    const moving = nodes.filter((_, index) => index !== stopped)
    await Promise.all(moving.map(({ told }) => told(isSettled)))
    const keeper = nodes.findIndex(({ events }) => events.some(({ kind }) => kind === 'aggregated'))
    if (keeper >= 0) nodes[keeper]!.kill('SIGKILL')
    await trial.ask('debug_setHead', `0x${((await readHead()) - 4).toString(16)}`)
    nodes[stopped]!.kill('SIGCONT')
    if (keeper >= 0) {
      // The others do what it did; then it comes back.
      const heir = nodes.find((_, index) => index !== keeper && index !== stopped) ?? nodes[stopped]!
      const before = heir.events.length
      await heir.told((event) => isSettled(event) && heir.events.indexOf(event) >= before)
      nodes[keeper] = trial.serve(id, members[keeper]!)
    }
    await checkEnd(id, nodes)
  })

  test('nodes whose joining is taken back wait until the chain has it again', async () => {
    const { id, transactions } = await trial.recording(found)
    const nodes = members.map((member) => trial.serve(id, member))
    await nodes[0]!.told(({ kind }) => kind === 'submitted')
    await trial.ask('debug_setHead', `0x${((await readHead()) - 12).toString(16)}`)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await trial.replay(transactions)
    await checkEnd(id, nodes)
  })

  test('nodes go on while every other answer comes from an endpoint three blocks behind', async () => {
    const id = await found()
    const joined = await readHead()
    while ((await readHead()) < joined + 4) await new Promise((resolve) => setTimeout(resolve, 200))
    const pair = await startLaggingPair(trial.geth.rpcUrl, 3)
    try {
      await checkEnd(
        id,
        members.map((member) => trial.serve(id, member, [], pair.url)),
      )
    } finally {
      await pair.close()
    }
  })

  test('a killed client that comes back before the federation existed is waited for', async () => {
    const { id, transactions } = await trial.recording(found)
    const nodes = members.map((member) => trial.serve(id, member))
    await Promise.all(nodes.map(({ told }) => told(({ kind }) => kind === 'submitted')))
    const head = await readHead()
    await trial.geth.halt('SIGKILL')
    await trial.geth.restart()
    const after = await readHead()
    assert.ok(after < head, `${after} of ${head}`)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await trial.replay(transactions)
    await checkEnd(id, nodes)
  })
})
