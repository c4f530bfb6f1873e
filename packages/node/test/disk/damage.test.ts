/** A damaged byte anywhere in any file that a node keeps: it is noticed, what it held is never used, and the node goes on. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Hex } from '@tutti/core'
import fc from 'fast-check'
import type { UpdateRecord } from '../../src/disk/round-record.ts'
import { openStore } from '../../src/disk/store.ts'
import { decodeState, encodeState } from '../../src/paths/model-state.ts'
import { openBudget, refusingDamage } from '../../src/privacy/budget.ts'
import { chargeSpending } from '../../src/privacy/ledger.ts'
import { damages } from '../damages.ts'
import { stripesManifest } from '../fixture.ts'

const federationId: Hex = `0x${'ab'.repeat(32)}`
const account: Hex = `0x${'cd'.repeat(20)}`
const roots: string[] = []
after(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})
const newRoot = () => {
  roots.push(mkdtempSync(join(tmpdir(), 'tutti-damage-')))
  return roots.at(-1)!
}

const state = {
  values: Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31), 0),
  rounds: [3, -1],
  strays: new Map([[3, 1n << 250n]]),
}

test('decodeState(encodeState(s)) ≡ s, wherever in a buffer the bytes lie', () => {
  const values = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 50 })
  fc.assert(
    fc.property(values, fc.array(fc.integer({ min: -1, max: 9 })), fc.nat(9), (lanes, rounds, offset) => {
      const model = {
        values: Int32Array.from(lanes),
        rounds,
        strays: new Map(rounds.map((_, i) => [i, 3n ** BigInt(9 * i)])),
      }
      const bytes = encodeState(model)
      const around = new Uint8Array(bytes.length + 20).fill(10)
      around.set(bytes, offset)
      assert.deepEqual(decodeState(around.subarray(offset, offset + bytes.length)), model)
      // Node hands small files out as views of a buffer that it shares among them.
      assert.deepEqual(decodeState(Buffer.from(bytes)), model)
    }),
  )
})

test('every bit of a model’s file counts: no altered file is taken for a whole one', () => {
  const bytes = encodeState(state)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const altered = bytes.slice()
    altered[bit >> 3]! ^= 1 << (bit & 7)
    assert.equal(decodeState(altered), undefined, `bit ${bit}`)
  }
  for (let length = 0; length < bytes.length; length++) assert.equal(decodeState(bytes.subarray(0, length)), undefined)
  assert.equal(decodeState(Uint8Array.of(...bytes, 0)), undefined)
})

function record(isSigned: boolean): UpdateRecord {
  const attempts = isSigned ? [{ hash: '0xfeed' as const, nonce: 9, raw: '0x02f8aa' as const }] : []
  const sending = {
    kind: 'submit' as const,
    first: 0,
    count: 1,
    state: isSigned ? ('sent' as const) : ('unsent' as const),
  }
  return {
    ...{ round: 3, shards: [1], payloads: [new Uint8Array(64).fill(7)], salt: `0x${'11'.repeat(32)}` as const },
    ...{ metrics: new TextEncoder().encode('{"loss":0.5}'), sendings: [{ ...sending, attempts }] },
  }
}

for (const [what, damage] of damages) {
  for (const isSigned of [false, true]) {
    const files = ['store.json', 'round-3/update.json', 'round-3/payload-0.bin', 'round-3/attempt-feed.bin']
    for (const file of files.slice(0, isSigned ? 4 : 3)) {
      test(`${file} ${what}, ${isSigned ? 'after' : 'before'} a transaction was signed`, () => {
        const root = newRoot()
        const told: string[] = []
        const open = () => {
          const onDamage = (path: string, message: string) => told.push(`${path}: ${message}`)
          return openStore({ root, chainId: 31_337, federationId, account, onDamage })
        }
        const store = open()
        store.save(record(isSigned))
        store.close()
        const path = join(store.directory, file)
        writeFileSync(path, damage(readFileSync(path)))
        for (let start = 0; start < 2; start++) {
          const reopened = open()
          const loaded = reopened.load(3)
          reopened.close()
          if (file === 'store.json') assert.deepEqual(loaded, { kind: 'update', update: record(isSigned) })
          else if (isSigned) assert.match(loaded.kind === 'forfeited' ? loaded.reason : '', /^\S+ is damaged/)
          else assert.deepEqual(loaded, { kind: 'none' })
        }
        const isForfeit = isSigned && file !== 'store.json'
        assert.equal(told.length, isForfeit ? 0 : 1)
        assert.ok(told.every((line) => line.startsWith(path) && !line.includes('\n')))
      })
    }
  }

  test(`a forfeited round whose record is ${what} stays forfeited`, () => {
    const root = newRoot()
    const store = openStore({ root, chainId: 31_337, federationId, account })
    store.forfeit(3, 'a test')
    const path = join(store.directory, 'round-3/forfeit.json')
    writeFileSync(path, damage(readFileSync(path)))
    const loaded = store.load(3)
    assert.match(loaded.kind === 'forfeited' ? loaded.reason : '', /damaged/)
    store.close()
  })

  test(`an entry of the privacy ledger that is ${what} makes a running node sit out and says why`, () => {
    const root = newRoot()
    const entry = { chainId: 31_337, federationId, account, epsilon: 0.5 }
    assert.equal(chargeSpending(root, entry, 1), undefined)
    const path = join(root, 'privacy', `31337-${'ab'.repeat(32)}-${'cd'.repeat(20)}.json`)
    writeFileSync(path, damage(readFileSync(path)))
    const place = { chainId: 31_337, federationId: `0x${'ef'.repeat(32)}` as Hex, account }
    const facts = { terms: { rounds: 1 }, manifest: stripesManifest() }
    const budget = refusingDamage(openBudget(root, place, facts, 1))
    for (const ask of [budget.refusal, budget.charge])
      assert.match(ask() ?? '', /^Restore \S+ from a copy: this entry of the privacy ledger is damaged/)
  })
}
