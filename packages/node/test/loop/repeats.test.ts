import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRepeats } from '../../src/loop/repeats.ts'

test('an action is taken again on a newer observation at once, and on one no newer after pauses that double', () => {
  let now = 0
  const repeats = createRepeats(() => now)
  assert.equal(repeats.isTooSoon('claim', 5n), false)
  repeats.note('claim', 5n)
  assert.deepEqual(
    [4n, 5n, 6n].map((block) => repeats.isTooSoon('claim', block)),
    [true, true, false],
  )
  assert.equal(repeats.isTooSoon('nudge', 5n), false)
  const times: number[] = []
  for (; now < 600_000; now += 1_000) {
    if (repeats.isTooSoon('claim', 5n)) continue
    times.push(now / 1_000)
    repeats.note('claim', 5n)
  }
  assert.deepEqual(times, [60, 180, 420])
})
