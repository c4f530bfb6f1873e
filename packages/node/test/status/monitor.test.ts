import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteEvent, startStatus } from '../../src/status/health.ts'
import { startMonitor } from '../../src/status/monitor.ts'
import { startFederation } from '../fixture.ts'
import { start } from '../nodes.ts'
import { startRelay } from '../relay.ts'

test('a node is watched over HTTP: well, cut off from its chain, back again, done', async () => {
  const fixture = await startFederation({ members: 2, terms: { rounds: 2, submitSeconds: 600 } })
  const relay = await startRelay(fixture.chain.port)
  const node = startStatus(Date.now())
  const monitor = await startMonitor(node, 0)
  const health = async () => {
    const answer = await fetch(`${monitor.url}/health`)
    return { code: answer.status, ...((await answer.json()) as { status: string; round: number; phase: string }) }
  }
  const until = async (status: string) => {
    while ((await health()).status !== status) await new Promise((resolve) => setTimeout(resolve, 30))
    return health()
  }
  try {
    assert.deepEqual([(await health()).code, (await health()).status], [200, 'starting'])
    const client = await relay.connect(fixture.clients[0]!.account)
    const watched = start(fixture, 0, { client, onEvent: (event) => noteEvent(node, event) })
    while (!watched.kinds().includes('submitted')) await new Promise((resolve) => setTimeout(resolve, 20))
    const well = await health()
    assert.deepEqual([well.code, well.status, well.round, well.phase], [200, 'well', 0, 'submit'])
    relay.cut()
    assert.equal((await until('chain-unreachable')).code, 503)
    relay.mend()
    await until('well')
    const other = start(fixture, 1)
    const [summary] = await Promise.all([watched.done, other.done])
    const metrics = await fetch(`${monitor.url}/metrics`)
    assert.match(metrics.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
    const text = await metrics.text()
    const figure = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)![1])
    assert.equal(figure('tutti_rounds_taken_total'), 2)
    assert.equal(figure('tutti_submissions_total'), summary.submitted)
    assert.equal(figure('tutti_rewards_total'), Number(summary.rewards))
    const gas = [...text.matchAll(/^tutti_gas_used_total\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + BigInt(n!), 0n)
    assert.equal(gas, summary.gasUsed)
    assert.ok(figure('tutti_chain_failures_total') > 0)
    assert.equal((await health()).status, 'ended')
  } finally {
    await monitor.close()
    await relay.close()
    await fixture.end()
  }
})

test('what else is asked is refused, a taken port is told of, and the end closes open connections', async () => {
  const monitor = await startMonitor(startStatus(0), 0)
  assert.match(monitor.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal((await fetch(`${monitor.url}/`)).status, 404)
  const posted = await fetch(`${monitor.url}/health`, { method: 'POST' })
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD'])
  const port = Number(new URL(monitor.url).port)
  await assert.rejects(startMonitor(startStatus(0), port), { name: 'MonitorPortError', message: /Choose another/ })
  await monitor.close()
  await assert.rejects(fetch(`${monitor.url}/health`))
})
