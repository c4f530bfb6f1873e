import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCount } from '../../src/arithmetic/count.ts'

test('one is singular, all others are plural, and thousands are set apart', () => {
  const shown = [0, 1, 2, 11, 999, 1_000, 1_663_370n].map((count) => formatCount(count, 'blob'))
  const expected = ['0 blobs', '1 blob', '2 blobs', '11 blobs', '999 blobs', '1,000 blobs', '1,663,370 blobs']
  assert.deepEqual(shown, expected)
})
