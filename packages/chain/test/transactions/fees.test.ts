import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CostLimitError,
  chooseBlobFee,
  chooseFees,
  defaultConfirmations,
  FeeLimitError,
  HIGHEST_UNASKED,
  noteFeeCap,
  noteFloor,
  raiseFees,
  readTip,
  toPaid,
  UnusualFeeError,
} from '../../src/index.ts'

const gwei = 1_000_000_000n
/** A connection that suggests 1 gwei. */
const clientOf = (fees: { tip?: bigint; maxFee?: bigint } = {}) => ({
  public: { estimateMaxPriorityFeePerGas: async () => gwei } as never,
  fees,
})

test('fees let the base fee double, and follow suggestion, wish and the pool’s floor', async () => {
  const client = clientOf()
  assert.equal(await readTip(client), gwei)
  const fees = chooseFees(client, { baseFee: 10n * gwei, tip: gwei })
  assert.deepEqual(fees, { maxFeePerGas: 21n * gwei, maxPriorityFeePerGas: gwei })
  noteFloor(client, 3n * gwei)
  assert.equal(await readTip(client), 3n * gwei)
  noteFloor(client, 2n * gwei)
  assert.equal(await readTip(client), 3n * gwei)
  assert.equal(await readTip(clientOf({ tip: 2n * gwei })), 2n * gwei)
  assert.equal(await readTip(clientOf({ tip: 0n })), 0n)
})

test('a pool that demands more and more is followed to a limit, beyond which only the owner’s own tip goes', async () => {
  const client = clientOf()
  for (let tip = gwei; tip < 10n ** 24n; tip *= 2n) noteFloor(client, tip)
  assert.equal(await readTip(client), HIGHEST_UNASKED)
  const rich = clientOf({ tip: 3n * HIGHEST_UNASKED })
  noteFloor(rich, 10n ** 24n)
  assert.equal(await readTip(rich), 3n * HIGHEST_UNASKED)
})

test('where the endpoint caps fees, there is less room above the base fee', () => {
  const client = clientOf()
  assert.deepEqual([noteFeeCap(client), noteFeeCap(client)], [true, false])
  assert.equal(chooseFees(client, { baseFee: 8n * gwei, tip: gwei }).maxFeePerGas, 10n * gwei)
  const old = { maxFeePerGas: 17n * gwei, maxPriorityFeePerGas: gwei }
  assert.equal(raiseFees(client, old, { baseFee: 8n * gwei, tip: gwei, factor: [5n, 4n] }).maxFeePerGas, 10n * gwei)
})

test('more than is usual is not paid on an endpoint’s word, whichever fee it says, unless the owner allows it', () => {
  const most = HIGHEST_UNASKED
  const allowing = { maxFee: 4n * most }
  for (const [baseFee, tip] of [
    [gwei, most],
    [most, gwei],
    [10n ** 16n, 0n],
    [0n, 10n ** 25n],
  ] as const) {
    assert.throws(() => chooseFees(clientOf(), { baseFee, tip }), UnusualFeeError)
  }
  const usual = chooseFees(clientOf(), { baseFee: most - gwei, tip: gwei })
  assert.deepEqual(usual, { maxFeePerGas: most, maxPriorityFeePerGas: gwei })
  assert.equal(chooseFees(clientOf(allowing), { baseFee: most, tip: most }).maxFeePerGas, 3n * most)
  // An owner's own tip is its word on the tip, and not on the base fee.
  assert.equal(chooseFees(clientOf({ tip: most }), { baseFee: gwei, tip: most }).maxFeePerGas, most + 2n * gwei)
  assert.throws(() => chooseFees(clientOf({ tip: most }), { baseFee: most + 1n, tip: most }), UnusualFeeError)
  assert.equal(chooseBlobFee(clientOf(), gwei), 2n * gwei)
  assert.equal(chooseBlobFee(clientOf({ maxFee: 1n }), gwei), 2n * gwei)
  assert.equal(chooseBlobFee(clientOf(), most), most)
  assert.equal(chooseBlobFee(clientOf(), gwei, 6n * gwei), 6n * gwei)
  assert.throws(() => chooseBlobFee(clientOf(), most + 1n), /500\.000000001 gwei a gas of blobs.*--max-fee/)
  assert.throws(() => chooseBlobFee(clientOf(), gwei, most + 1n), UnusualFeeError)
  assert.equal(chooseBlobFee(clientOf(allowing), most + 1n), 2n * most + 2n)
})

test('what was paid counts gas, blobs and what a second layer charges for the first', () => {
  const receipt = { gasUsed: 21_000n, effectiveGasPrice: 2n * gwei }
  assert.equal(toPaid(receipt as never), 42_000n * gwei)
  assert.equal(toPaid({ ...receipt, blobGasUsed: 131_072n, blobGasPrice: 3n } as never), 42_000n * gwei + 393_216n)
  assert.equal(toPaid({ ...receipt, l1Fee: '0x10' } as never), 42_000n * gwei + 16n)
})

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })

test('never more than the owner allows is offered, never less than the chain asks; else it is said', () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, (baseFee, tip, maxFee, wei) => {
      const budget = { wei, gas: 21_000n }
      const client = clientOf({ maxFee })
      try {
        const { maxFeePerGas, maxPriorityFeePerGas } = chooseFees(client, { baseFee, tip, budget })
        assert.ok(maxFeePerGas <= maxFee && maxFeePerGas * budget.gas <= wei)
        assert.ok(maxFeePerGas >= baseFee + tip && maxPriorityFeePerGas === tip)
      } catch (error) {
        if (error instanceof FeeLimitError) assert.ok(baseFee + tip > maxFee)
        else if (error instanceof CostLimitError) assert.ok((baseFee + tip) * budget.gas > wei)
        else throw error
      }
    }),
  )
})

test('a replacement pays as much more as pools demand, or is not made', () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, (baseFee, tip, oldMax, maxFee) => {
      const old = { maxFeePerGas: oldMax, maxPriorityFeePerGas: oldMax / 2n }
      const market = { baseFee, tip, factor: [5n, 4n] as const }
      const raised = raiseFees(clientOf({ maxFee: 10n ** 17n }), old, market)
      assert.ok(raised.maxFeePerGas * 4n >= oldMax * 5n && raised.maxPriorityFeePerGas * 4n >= (oldMax / 2n) * 5n)
      assert.ok(raised.maxFeePerGas >= raised.maxPriorityFeePerGas)
      try {
        assert.ok(raiseFees(clientOf({ maxFee }), old, market).maxFeePerGas <= maxFee)
      } catch (error) {
        assert.ok(error instanceof FeeLimitError)
      }
    }),
  )
})

test('more blocks are waited for where the last ones may be replaced', () => {
  assert.deepEqual([31_337, 1, 11_155_111, 560_048, 10, 8453].map(defaultConfirmations), [1, 3, 3, 3, 1, 1])
})
