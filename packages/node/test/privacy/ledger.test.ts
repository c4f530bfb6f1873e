import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Hex } from '@tutti/core'
import type { StatisticsManifest } from '@tutti/learn'
import fc from 'fast-check'
import { NewerVersionError, toCheckedBytes } from '../../src/disk/checked-json.ts'
import { type Disk, localDisk } from '../../src/disk/files.ts'
import { epsilonOf, leftOf, refuseEpsilon, type Spending, sumEpsilon } from '../../src/privacy/epsilon.ts'
import {
  chargeSpending,
  LedgerDamagedError,
  readSpendings,
  refuseSpending,
  spentByOthers,
} from '../../src/privacy/ledger.ts'
import { failingDisk } from '../failing-disk.ts'
import { stripesManifest } from '../fixture.ts'

const directories: string[] = []
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})
const newRoot = () => {
  const root = mkdtempSync(join(tmpdir(), 'tutti-ledger-'))
  directories.push(root)
  return root
}
const idOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const account: Hex = `0x${'aB'.repeat(20)}`
const spendingOf = (n: number, epsilon: number | undefined, change: Partial<Spending> = {}): Spending => ({
  chainId: 31_337,
  federationId: idOf(n),
  account,
  epsilon,
  ...change,
})

const statistics = (noise?: StatisticsManifest['noise']): StatisticsManifest => ({
  ...{
    version: 1 as const,
    kind: 'statistics' as const,
    name: 'counts',
    purpose: 'a test',
    licence: 'MIT',
    contact: 'none',
  },
  publicity: 'counts',
  plan: {
    columns: [{ kind: 'category', name: 'maker', categories: ['Arno', 'Berta'] }],
    ...{ bits: 8 as const, largestCount: 100, minimumMembers: 5 },
  },
  ...(noise === undefined ? {} : { noise }),
})

test('ε of a statistics round is that of its noise, once for every round; models and exact figures have none', () => {
  const noisy = statistics({ mechanism: 'discrete-laplace', epsilon: [1, 2] })
  assert.deepEqual([epsilonOf(noisy, 1), epsilonOf(noisy, 4)], [0.5, 2])
  assert.equal(epsilonOf(statistics(), 1), undefined)
  assert.equal(epsilonOf(stripesManifest(), 3), undefined)
})

test('a budget is compared with the sum of all, to what floating point can tell', () => {
  assert.equal(refuseEpsilon(0.2, 0.1, 0.3), undefined)
  assert.match(
    refuseEpsilon(0.21, 0.1, 0.3)!,
    /its ε is 0\.21; policy\.privacyEpsilon allows 0\.3, of which 0\.2 is left/,
  )
  assert.equal(refuseEpsilon(undefined, 5, undefined), undefined)
  assert.match(refuseEpsilon(undefined, 0, 1_000_000)!, /states no ε/)
  assert.match(refuseEpsilon(0.1, Number.POSITIVE_INFINITY, 1_000_000)!, /has no bound/)
  assert.equal(sumEpsilon([{ epsilon: 1 }, { epsilon: undefined }]), Number.POSITIVE_INFINITY)
  assert.deepEqual([leftOf(0.3, 0.1 + 0.2), leftOf(1, 2), leftOf(2, 0.5)], [0, 0, 1.5])
})

test('a federation is counted once, for its account, and found again by a node that starts anew', () => {
  const root = newRoot()
  assert.deepEqual(readSpendings(root), [])
  for (let start = 0; start < 3; start++) assert.equal(chargeSpending(root, spendingOf(1, 0.5), 1), undefined)
  assert.equal(chargeSpending(root, spendingOf(2, 0.5), 1), undefined)
  assert.match(chargeSpending(root, spendingOf(3, 0.25), 1)!, /of which 0 is left/)
  assert.equal(sumEpsilon(readSpendings(root)), 1)
  // What is counted already is not refused because of itself.
  assert.equal(refuseSpending(root, spendingOf(2, 0.5), 1), undefined)
  assert.equal(spentByOthers(readSpendings(root), { federationId: idOf(2), account }), 0.5)
  assert.equal(spentByOthers(readSpendings(root), { federationId: idOf(2) }), 0.5)
  // The same rows by another account tell as much again, on whatever chain.
  const other: Hex = `0x${'cd'.repeat(20)}`
  assert.match(refuseSpending(root, spendingOf(2, 0.5, { account: other }), 1)!, /of which 0 is left/)
  assert.equal(chargeSpending(root, spendingOf(2, 0.5, { account: other, chainId: 1 }), 1.5), undefined)
  assert.equal(spentByOthers(readSpendings(root), { federationId: idOf(2) }), 0.5)
})

test('without a budget everything is counted all the same, what has no bound too', () => {
  const root = newRoot()
  assert.equal(chargeSpending(root, spendingOf(1, 2), undefined), undefined)
  assert.equal(chargeSpending(root, spendingOf(2, undefined), undefined), undefined)
  assert.deepEqual(
    readSpendings(root).map(({ epsilon }) => epsilon),
    [2, undefined],
  )
  assert.match(chargeSpending(root, spendingOf(3, 0.1), 100)!, /has no bound/)
  assert.equal(readSpendings(root).length, 2)
})

test('an entry of a newer version is not read and not overwritten, own or of others', () => {
  const root = newRoot()
  assert.equal(chargeSpending(root, spendingOf(1, 0.5), 2), undefined)
  const directory = join(root, 'privacy')
  const [name] = readdirSync(directory)
  const path = join(directory, name!)
  const newer = toCheckedBytes({ version: 2, chainId: 31_337, federationId: idOf(1), account, delta: 0 })
  writeFileSync(path, newer)
  for (const n of [1, 2]) assert.throws(() => chargeSpending(root, spendingOf(n, 0.5), 2), NewerVersionError)
  assert.deepEqual(new Uint8Array(readFileSync(path)), newer)
})

test('a damaged entry is not nothing: it is named, and nothing is sent; the own one is made anew', () => {
  for (const damage of [(text: string) => text.slice(0, -9), (text: string) => text.replace('0.5', '0.1'), () => '']) {
    const root = newRoot()
    chargeSpending(root, spendingOf(1, 0.5), 1)
    const [name] = readdirSync(join(root, 'privacy'))
    const path = join(root, 'privacy', name!)
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    for (const act of [
      () => readSpendings(root),
      () => refuseSpending(root, spendingOf(2, 0.1), 1),
      () => chargeSpending(root, spendingOf(2, 0.1), 1),
    ]) {
      assert.throws(act, (error: Error) => error instanceof LedgerDamagedError && error.message.includes(path))
    }
    assert.equal(readdirSync(join(root, 'privacy')).length, 1)
    assert.equal(chargeSpending(root, spendingOf(2, 0.1), undefined), undefined)
    assert.equal(chargeSpending(root, spendingOf(1, 0.5), 1), undefined)
    assert.equal(sumEpsilon(readSpendings(root)), 0.6)
  }
  // An entry under another's name would let that one be counted as its own.
  const root = newRoot()
  chargeSpending(root, spendingOf(1, 0.5), 1)
  const directory = join(root, 'privacy')
  const [name] = readdirSync(directory)
  writeFileSync(join(directory, name!.replace('1-ab', '2-ab')), readFileSync(join(directory, name!)))
  assert.throws(() => readSpendings(root), LedgerDamagedError)
})

test('whenever the power fails, what was allowed is on disk, and what is there can be read', () => {
  for (let steps = 0; steps < 8; steps++) {
    const root = newRoot()
    chargeSpending(root, spendingOf(1, 0.5), 1)
    let isAllowed = false
    try {
      isAllowed = chargeSpending(root, spendingOf(2, 0.5), 1, failingDisk(steps)) === undefined
    } catch {
      // The power is off.
    }
    const spent = sumEpsilon(readSpendings(root))
    assert.ok(spent === 1 || (!isAllowed && spent === 0.5), `${steps} steps: ${spent}`)
    assert.equal(chargeSpending(root, spendingOf(2, 0.5), 1), undefined)
    assert.equal(sumEpsilon(readSpendings(root)), 1)
  }
})

test('two accounts that ask in the same instant never pass the budget together', () => {
  const root = newRoot()
  const other = spendingOf(2, 0.75, { account: `0x${'cd'.repeat(20)}` })
  let isIn = false
  // The other one asks between the first look of this one and its entry.
  const disk: Disk = {
    ...localDisk,
    makeDirectory: (path) => {
      localDisk.makeDirectory(path)
      if (!isIn) {
        isIn = true
        assert.equal(chargeSpending(root, other, 1), undefined)
      }
    },
  }
  assert.match(chargeSpending(root, spendingOf(1, 0.75), 1, disk)!, /of which 0\.25 is left/)
  assert.equal(sumEpsilon(readSpendings(root)), 0.75)
})

test('whatever is asked in whatever order, the ledger never holds more than the budget', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), { maxLength: 10 }),
      (asked) => {
        const root = newRoot()
        const stated = new Map<number, number>()
        for (const [federation, epsilon] of asked) {
          if (!stated.has(federation)) stated.set(federation, epsilon)
          chargeSpending(root, spendingOf(federation, stated.get(federation)), 8)
        }
        assert.ok(sumEpsilon(readSpendings(root)) <= 8)
      },
    ),
    { numRuns: 30 },
  )
})
