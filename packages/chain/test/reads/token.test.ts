/** Tokens of every sort on a real chain: what they say of themselves is hostile input. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noToken } from '@tutti/core'
import { type Hex, padHex, stringToHex, zeroAddress } from 'viem'
import { type ChainClient, ChainUnreachableError, connect, demoToken, readToken } from '../../src/index.ts'
import { type LocalChain, startLocalChain } from '../../src/local/local.ts'
import { deployTrialToken, text, word } from '../trial-token.ts'

let chain: LocalChain
let client: ChainClient
before(async () => {
  chain = await startLocalChain({ port: 0, accounts: 1 })
  client = await connect({ rpcUrl: chain.rpcUrl, account: chain.accounts[0]! })
})
after(() => chain.stop())

const ofSymbol = (symbol: Hex) => deployTrialToken(client, { decimals: word(6), symbol })

test('decimals and symbol of tokens with 0, 6, 18 and 27 decimals', async () => {
  for (const decimals of [0, 6, 18, 27]) {
    const address = await deployTrialToken(client, { decimals: word(decimals), symbol: text('TRY') })
    assert.deepEqual(await readToken(client, address), { address, decimals, symbol: 'TRY' })
  }
})

test('decimals that are missing, reverted, halted or too many are null', async () => {
  for (const decimals of ['0x', '0x00', '0x0012', word(255), word(37), word(2n ** 256n - 1n)] as Hex[]) {
    const address = await deployTrialToken(client, { decimals, symbol: text('TRY') })
    assert.equal((await readToken(client, address)).decimals, null, decimals)
  }
})

test('a symbol of 32 bytes is read as tokens older than the standard meant it', async () => {
  const address = await ofSymbol(padHex(stringToHex('MKR'), { size: 32, dir: 'right' }))
  assert.equal((await readToken(client, address)).symbol, 'MKR')
})

test('a symbol that is missing, malformed, huge or of control characters never reaches a terminal as it is', async () => {
  for (const [answer, symbol] of [
    ['0x', null],
    ['0x00', null],
    [`${word(64)}${word(3).slice(2)}${padHex('0x41', { size: 32, dir: 'right' }).slice(2)}`, null],
    [`${word(32)}${word(2n ** 255n).slice(2)}${'41'.repeat(32)}`, `${'A'.repeat(16)}…`],
    [text('\u001b[2J\u0007EUR'), '"??2J?EUR"'],
    [text(''), null],
  ] as [Hex, string | null][]) {
    assert.equal((await readToken(client, await ofSymbol(answer))).symbol, symbol, answer.slice(0, 80))
  }
  const endless = await deployTrialToken(client, { decimals: '0x', symbol: '0x', loops: 100_000_000n })
  assert.deepEqual(await readToken(client, endless), { address: endless, decimals: null, symbol: null })
})

test('no contract, no token and the token for trials', async () => {
  const address = `0x${'12'.repeat(20)}` as const
  assert.deepEqual(await readToken(client, address), { address, decimals: null, symbol: null })
  assert.deepEqual(await readToken(client, zeroAddress), noToken)
  assert.deepEqual(await readToken(client, demoToken().address), demoToken())
})

test('an endpoint that does not answer is no token without decimals', async () => {
  const other = await startLocalChain({ port: 0, accounts: 1 })
  const lost = await connect({ rpcUrl: other.rpcUrl })
  await other.stop()
  await assert.rejects(readToken(lost, `0x${'34'.repeat(20)}`), ChainUnreachableError)
})
