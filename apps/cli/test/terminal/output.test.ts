import assert from 'node:assert/strict'
import { type StdioOptions, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatInteger } from '@tutti/core'
import { BaseError } from 'viem'
import { formatUsd } from '../../src/chain/gas-lines.ts'
import { CommandError, exitCodes } from '../../src/terminal/exit-codes.ts'
import { nameChainErrors, toFailure } from '../../src/terminal/failure.ts'
import { createOutput, toJson, toTable } from '../../src/terminal/output.ts'
import { drawImage } from '../../src/terminal/picture.ts'
import { toPlainText } from '../../src/terminal/plain-text.ts'
import { startTutti } from '../tutti.ts'

function collect(): Writable & { text: string } {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      stream.text += chunk.toString()
      done()
    },
  }) as Writable & { text: string }
  stream.text = ''
  return stream
}

test('with --json standard output carries one object and nothing else', () => {
  const stdout = collect()
  const stderr = collect()
  const output = createOutput({ isJson: true, stdout, stderr })
  output.line('for people')
  output.progress('under way')
  output.result({ amount: 2n ** 80n, bytes: Uint8Array.of(1, 2) })
  assert.deepEqual(JSON.parse(stdout.text), { amount: (2n ** 80n).toString(), bytes: [1, 2] })
  assert.match(stderr.text, /under way/)
})

test('where standard error is a log for machines, every line of it is JSON', () => {
  const stderr = collect()
  const output = createOutput({ isJson: true, hasJsonNotes: true, stdout: collect(), stderr })
  output.note('stopping')
  output.progress('reading')
  output.event({ kind: 'looked', block: 3n })
  const lines = stderr.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ kind, message, block }) => [kind, message ?? block]),
    [
      ['note', 'stopping'],
      ['note', 'reading'],
      ['looked', '3'],
    ],
  )
})

test('without --json the result object is not printed', () => {
  const stdout = collect()
  const output = createOutput({ isJson: false, stdout, stderr: collect() })
  output.result({ a: 1 })
  output.line('for people')
  assert.equal(stdout.text, 'for people\n')
})

test('progress that cannot be redrawn is not repeated at once', () => {
  const stderr = collect()
  const output = createOutput({ isJson: false, stdout: collect(), stderr })
  for (let i = 0; i < 100; i++) output.progress(`step ${i}`)
  assert.equal(stderr.text, 'step 0\n')
})

test('a terminal that does not know its width gets the whole line, any other what fits', () => {
  for (const [columns, shown] of [
    [0, 'a step'],
    [undefined, 'a step'],
    [5, 'a st'],
  ]) {
    const stderr = Object.assign(collect(), { isTTY: true, columns })
    createOutput({ isJson: false, stdout: collect(), stderr }).progress('a step')
    assert.equal(stderr.text, `\r\u001b[2K${shown}`)
  }
})

test('formatInteger groups thousands', () => {
  assert.equal(formatInteger(999), '999')
  assert.equal(formatInteger(1_000), '1,000')
  assert.equal(formatInteger(12_345_678n), '12,345,678')
})

test('formatUsd keeps two significant digits of small amounts', () => {
  assert.equal(formatUsd(1_234.5), '$1,235')
  assert.equal(formatUsd(12.345), '$12.35')
  assert.equal(formatUsd(0.00123), '$0.0012')
})

test('a table aligns its columns', () => {
  assert.equal(
    toTable([
      ['a', '1'],
      ['bcd', '20'],
    ]),
    '  a     1\n  bcd  20',
  )
})

test('toJson writes bigints as decimal strings', () => {
  assert.equal(toJson({ x: 12n }), '{"x":"12"}')
})

test('a stranger’s text cannot rewrite the terminal', () => {
  assert.equal(toPlainText('a\u001b[2Jb\u202ec'), 'a [2Jb c')
})

test('drawImage draws no ink as blank and full ink as the darkest character', () => {
  assert.deepEqual(drawImage([0, 16, 8, 99], 2, 16), ['  @@', '++@@'])
})

test('failures end with the exit code of their kind', () => {
  const named = (name: string) => Object.assign(new Error('what to do'), { name })
  assert.equal(toFailure(named('ContractError')).exitCode, exitCodes.refused)
  assert.equal(toFailure(named('ChainUnreachableError')).exitCode, exitCodes.unreachable)
  assert.equal(toFailure(named('CsvError')).exitCode, exitCodes.badInput)
  assert.equal(toFailure(named('InsufficientFundsError')).exitCode, exitCodes.noFunds)
  assert.equal(toFailure(named('TestAccountRefusedError')).exitCode, exitCodes.noKey)
  assert.equal(toFailure(new CommandError('x', exitCodes.noConsent)).exitCode, exitCodes.noConsent)
  assert.equal(toFailure(new DOMException('x', 'AbortError')).exitCode, exitCodes.interrupted)
  assert.match(toFailure(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })).message, /disk is full/)
  assert.equal(toFailure(Object.assign(new Error('no file'), { code: 'ENOENT' })).exitCode, exitCodes.badInput)
  assert.equal(toFailure(named('EndpointRefusalError')).exitCode, exitCodes.endpointRefused)
  assert.equal(toFailure('odd').exitCode, exitCodes.failed)
})

test('what an endpoint says and nobody named is its refusal, and shows no secret of its address', async () => {
  const error = new BaseError('no', { details: 'ask https://node.example/v2/sEcReT again' })
  const { exitCode, message } = toFailure(await nameChainErrors(error))
  assert.equal(exitCode, exitCodes.endpointRefused)
  assert.match(message, /https:\/\/node\.example\/…/)
  const own = new Error('of this machine')
  assert.equal(await nameChainErrors(own), own)
})

test('an output that cannot be written ends the command with a sentence; messages that cannot, change nothing', (context) => {
  if (!existsSync('/dev/full')) return context.skip('there is no /dev/full here')
  const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))
  const full = openSync('/dev/full', 'w')
  try {
    const run = (args: string[], stdio: StdioOptions) =>
      spawnSync(process.execPath, [entry, ...args], { stdio, encoding: 'utf8' })
    const lost = run(['task', 'schema'], ['ignore', full, 'pipe'])
    assert.equal(lost.status, exitCodes.failed)
    assert.match(lost.stderr, /^tutti: The output cannot be written: ENOSPC.*Free some space, or write elsewhere\.\n$/)
    assert.equal(run(['task', 'check', 'none.yaml'], ['ignore', 'pipe', full]).status, exitCodes.badInput)
  } finally {
    closeSync(full)
  }
})

test('a wrong call with --json prints one object, exit codes are listed, and nothing is overwritten unasked', () => {
  const entry = fileURLToPath(new URL('../../bin/tutti.js', import.meta.url))
  const run = (...args: string[]) => spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })
  const id = `0x${'ab'.repeat(32)}`
  for (const [args, message] of [
    [['status', '--what', '--json'], /unknown option '--what'/],
    [['predict', '--json'], /missing required argument 'id'/],
    [['task', 'init', '--json'], /required option '--label <column>' not specified/],
    [['task', '--json'], /./],
    [['create', '--task', 'digits', '--task-file', 'x', '--json'], /^--task and --task-file each say what to learn/],
    [['export', id, '--out', entry, '--json'], /tutti\.js exists\. .*--out.*--force/],
  ] as const) {
    const { status, stdout } = run(...args)
    assert.equal(status, exitCodes.usage, args.join(' '))
    const { error } = JSON.parse(stdout)
    assert.equal(error.exitCode, exitCodes.usage)
    assert.match(error.message, message)
  }
  const { stdout: help, status } = run('--help')
  assert.equal(status, 0)
  for (const code of Object.values(exitCodes)) assert.match(help, new RegExp(`^ +${code}  \\S`, 'm'))
})

test('Ctrl-C ends a command with one sentence', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const asked = new Promise<void>((resolve) => server.once('request', () => resolve()))
  const { port } = server.address() as AddressInfo
  const { process: child, ended } = startTutti(['status', '--rpc', `http://127.0.0.1:${port}`, '--json'], { cwd: '.' })
  try {
    await asked
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    assert.equal(code, exitCodes.interrupted)
    assert.equal(JSON.parse(stdout).error.exitCode, exitCodes.interrupted)
    assert.equal(stderr.match(/Interrupted\./g)?.length, 1)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('what others say cannot rewrite a terminal, and JSON says it all the same', () => {
  const evil = 'a\u001b]52;c;cm0=\u0007\u009b2J\u202eb'
  for (const isJson of [false, true]) {
    const written: string[] = []
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        written.push(String(chunk))
        done()
      },
    })
    const output = createOutput({ isJson, hasJsonNotes: isJson, stdout: stream, stderr: stream })
    output.line(`two\n${evil}`)
    output.note(evil)
    output.progress(evil)
    output.event({ evil })
    output.result({ evil })
    assert.doesNotMatch(written.join('').replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
    if (isJson) assert.equal(JSON.parse(written.at(-1)!).evil, evil)
    else assert.match(written[0]!, /^two\na \]52;c;cm0=.*b\n$/)
  }
})
