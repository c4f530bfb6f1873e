import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../../src/arithmetic/hex.ts'
import { encodeNetwork, networkTail } from '../../../src/direct/predict/encode.ts'
import { OutputKind } from '../../../src/direct/setup.ts'

const layer = { inputs: 64, outputs: 32, biasMultiplier: 3, shift: 8 }
const network = { outputKind: OutputKind.Logistic, inputZero: 128, outputMultiplier: 5n, outputOffset: -1n }

test('a network is kind, zero and count; multiplier; offset in two’s complement; a word a layer', () => {
  const last = { inputs: 32, outputs: 1, biasMultiplier: 1, shift: 0 }
  const words = toHex(encodeNetwork({ ...network, layers: [layer, last] }))
    .slice(2)
    .match(/.{64}/g)
  const word = (text: string) => text.padStart(64, '0')
  assert.deepEqual(words, [
    word(`2${(128).toString(16)}${OutputKind.Logistic.toString(16).padStart(2, '0')}`),
    word('5'),
    'f'.repeat(64),
    word('8000000030000002000000040'),
    word('0000000010000000100000020'),
  ])
  assert.equal(encodeNetwork({ ...network, layers: [] }).length, 0)
})

test('a network stands behind the last words where it takes at most eight and has room', () => {
  const layers = (count: number) => ({ ...network, layers: Array.from({ length: count }, () => layer) })
  assert.equal(networkTail(layers(5), 57).length, 8 * 32)
  assert.equal(networkTail(layers(6), 57).length, 0)
  assert.equal(networkTail(layers(1), 763).length, 4 * 32)
  assert.equal(networkTail(layers(1), 764).length, 0)
  assert.equal(networkTail(layers(0), 57).length, 0)
})
