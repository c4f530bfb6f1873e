import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  concat,
  encodeStatic,
  fromBytes,
  fromHex,
  type Hex,
  keccak256,
  MalformedHexError,
  toBytes32,
  toHex,
} from '../../src/arithmetic/hex.ts'

test('fromHex(toHex(bytes)) ≡ bytes', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromHex(toHex(bytes)), bytes)))
})

test('fromBytes(toBytes32(v)) ≡ v mod 2^256', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 256n), max: 2n ** 257n }), (value) => {
      assert.equal(fromBytes(toBytes32(value)), BigInt.asUintN(256, value))
    }),
  )
})

test('keccak256 is the one of the EVM', () => {
  assert.equal(keccak256(new Uint8Array()), '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
})

test('static values are encoded one a word, addresses to the right', () => {
  const encoded = encodeStatic([1n, '0x00000000000000000000000000000000000000ff', 2])
  assert.deepEqual(encoded, concat([toBytes32(1n), toBytes32(255n), toBytes32(2n)]))
})

test('what is not hexadecimal is refused', () => {
  for (const text of ['', '0x1', '0xzz', 'ab', '0x 1']) assert.throws(() => fromHex(text as Hex), MalformedHexError)
})
