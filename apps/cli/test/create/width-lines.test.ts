import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NoShardFitsError, proposeTerms } from '@tutti/learn'
import { zeroHash } from 'viem'
import { costWidths, widthLines } from '../../src/create/width-lines.ts'

const address = `0x${'22'.repeat(20)}` as const
const fixed = { manifestHash: zeroHash, setupHash: zeroHash, salt: zeroHash, aggregator: address, token: address }
const at = (members: number, dimension: number) => (bits: number) =>
  proposeTerms({ ...fixed, members, dimension, rounds: 30, bits, laneBits: 16 })

test('a wider update costs more bytes and gas and loses less; few members lose more', () => {
  const many = costWidths(at(8, 2_410))
  const few = costWidths(at(4, 2_410))
  assert.deepEqual(
    many.map(({ bits, submitBytes }) => [bits, submitBytes]),
    [
      [1, 320],
      [2, 608],
      [4, 1_216],
      [8, 2_432],
    ],
  )
  for (const costs of [many, few]) {
    for (const [index, { submitGas, aggregateGas, lostPoints }] of costs.entries()) {
      const narrower = costs[index - 1]
      if (narrower === undefined) continue
      assert.ok(submitGas > narrower.submitGas && aggregateGas > narrower.aggregateGas)
      assert.ok(lostPoints === null || lostPoints <= narrower.lostPoints!)
    }
  }
  assert.ok(few[0]!.lostPoints! > many[0]!.lostPoints!)
  assert.equal(many[3]!.lostPoints, null)
})

test('widths under which so many members fit no transaction are left out', () => {
  const propose = (bits: number) => {
    if (bits === 8) throw new NoShardFitsError(8)
    return at(8, 2_410)(bits)
  }
  assert.deepEqual(
    costWidths(propose).map(({ bits }) => bits),
    [1, 2, 4],
  )
  const broken = () => {
    throw new TypeError('another fault')
  }
  assert.throws(() => costWidths(broken), TypeError)
})

test('the chosen width is marked, and each line says what it costs and loses', () => {
  const lines = widthLines(costWidths(at(8, 2_410)), 2).join('\n')
  assert.match(
    lines,
    /→ 2 bits {2}\s*608 bytes and [\d,]+ gas a member {2}\s*[\d,]+ gas to aggregate {2}\s*[\d.]+ points lost/,
  )
  assert.equal(lines.match(/→/g)!.length, 1)
  assert.match(lines, /8 bits .* not measured/)
})
