import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hideKnown, rememberEndpoint, withoutSecrets } from '../../src/client/secrets.ts'

const id = '0x9ed526a1008f2d3000000000000000000000000000000000000000000000abcd'
const shown = `bounty 1,100 TUTTI, of which 100.526 unspent; 1000000000000000000 wei at 0x5FbDB2315678afecb367f032d93F642f64180aa3, ${id}`

test('no address of an endpoint changes ids, addresses or amounts', () => {
  for (const query of [
    'chainId=100',
    'x=526',
    'x=1000000000000000000',
    'core=0x5FbDB2315678afecb367f032d93F642f64180aa3',
    `id=${id}`,
    'part=9ed526a1008f2d30',
  ]) {
    rememberEndpoint(`http://100:526@127.0.0.1:8545/?${query}`)
    assert.equal(hideKnown(shown), shown)
  }
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n }), (value) => {
      const amount = value.toString()
      const address = `0x${value.toString(16).padStart(64, '0')}`
      rememberEndpoint(`http://127.0.0.1:8545/?a=${amount}&b=${address}&c=${address.slice(10, 30)}`)
      for (const text of [amount, address, `"amount":"${amount}"`]) assert.equal(hideKnown(text), text)
    }),
    { numRuns: 20 },
  )
})

test('keys are hidden wherever they stand as words, and long ones within words too', () => {
  rememberEndpoint('https://someone:passw0rd@rpc.example/v2/PATHKEY12345?apikey=k1b2c3d4&token=Zz9_longer-than-words')
  assert.equal(hideKnown('POST /v2/PATHKEY12345 refused'), 'POST /v2/… refused')
  assert.equal(hideKnown('with k1b2c3d4, by someone'), 'with …, by someone')
  assert.equal(hideKnown('a "passw0rd" and ak1b2c3d4'), 'a "…" and ak1b2c3d4')
  assert.equal(hideKnown('token%3DZz9_longer-than-words.'), 'token%3D….')
  assert.equal(hideKnown('?apikey=k1b2c3d4&token=Zz9_longer-than-words'), '…')
})

test('an endpoint’s own words lose short secrets of its address too, as whole words', () => {
  const url = 'https://me:pw3@rpc.example/?key=HUSH'
  assert.equal(withoutSecrets('key HUSH of me with pw3 is HUSHED', url), 'key … of me with … is HUSHED')
})
