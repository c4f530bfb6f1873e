import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findContents } from '../../src/archive/find.ts'
import { ChainError } from '../../src/index.ts'

const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const refusal = (what: string) => new ChainError(what, true)

test('each source is asked for what is lacking alone, in order, until nothing is', async () => {
  const content = fc.array(fc.uniqueArray(fc.nat(7)), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(content, fc.uniqueArray(fc.nat(7)), async (holdings, archived) => {
      const wanted = Array.from({ length: 8 }, (_, n) => n)
      const kept = new Set(archived)
      let lacking = wanted.filter((n) => !kept.has(n))
      const asked: number[][] = []
      const { found, failures } = await findContents(wanted.map(hash), {
        kept: async (at) => (archived.includes(Number(at)) ? Number(at) : undefined),
        keep: async (_, item) => void kept.add(item),
        sources: holdings.map((held) => async (hashes) => {
          asked.push(hashes.map(Number))
          const items = held.map((n) => [hash(n), n] as const)
          return { items, failures: [refusal(String(asked.length))] }
        }),
      })
      for (const [index, own] of asked.entries()) {
        assert.deepEqual(own, lacking)
        lacking = lacking.filter((n) => !holdings[index]!.includes(n))
      }
      assert.ok(asked.length === holdings.length || lacking.length === 0)
      assert.deepEqual(
        [...found.values()].sort(),
        wanted.filter((n) => !lacking.includes(n)),
      )
      assert.deepEqual([...found.values()].sort(), [...kept].sort())
      assert.equal(failures.length, asked.length)
    }),
  )
})

test('a source that fails is passed over with its reason; what is no source’s fault is thrown', async () => {
  const search = { kept: async () => undefined, keep: async () => {} }
  const failing = async () => Promise.reject(refusal('out of reach'))
  const giving = async () => ({ items: [[hash(1), 1] as const], failures: [] })
  const { found, failures } = await findContents([hash(1)], { ...search, sources: [failing, giving] })
  assert.deepEqual([[...found.values()], failures.map(({ message }) => message)], [[1], ['out of reach']])
  const broken = async () => Promise.reject(new TypeError('a defect'))
  await assert.rejects(findContents([hash(1)], { ...search, sources: [broken, giving] }), TypeError)
})
