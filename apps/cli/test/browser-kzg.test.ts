/**
 * KZG where there is no Node: the library for browsers, bundled as for a page, in a realm that has a browser's globals
 * and none of Node's. It fetches its WebAssembly as a page does.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { loadKzg } from '@tutti/chain/kzg'
import { packBlobs } from '@tutti/core'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('../../../packages/chain/src/blob/kzg/kzg-wasm.ts', import.meta.url))
const page = 'https://page.example/assets/kzg.js'

/** The bundle's exports, as a page without `process`, `require` and `Buffer` has them. */
async function loadAsPage(): Promise<{ exports: { loadWasmKzg(): ReturnType<typeof loadKzg> }; fetched: string[] }> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'page',
    // Asked for under Node alone, and left to the bundler by every page.
    external: ['path', 'fs', 'url'],
    define: { 'import.meta.url': JSON.stringify(page) },
    logLevel: 'silent',
  })
  const library = dirname(createRequire(source).resolve('kzg-wasm'))
  const wasm = readFileSync(join(library, '../wasm/kzg.wasm'))
  const fetched: string[] = []
  const fetchAsPage = async (url: string | URL) => {
    fetched.push(String(url))
    return new Response(wasm, { headers: { 'content-type': 'application/wasm' } })
  }
  const { console, performance, crypto, atob, btoa, queueMicrotask, setTimeout, clearTimeout } = globalThis
  const webAssembly = Reflect.get(globalThis, 'WebAssembly')
  const scheduling = { queueMicrotask, setTimeout, clearTimeout }
  const globals = { console, performance, crypto, atob, btoa, ...scheduling, URL, TextEncoder, TextDecoder, Response }
  const realm = createContext({ ...globals, WebAssembly: webAssembly, Uint8Array, ArrayBuffer, fetch: fetchAsPage })
  runInContext('var window = globalThis, self = globalThis, location = { href: "https://page.example/" }', realm)
  assert.equal(runInContext('typeof process + typeof require + typeof Buffer', realm), 'undefined'.repeat(3))
  runInContext(outputFiles[0]!.text, realm)
  return { exports: runInContext('page', realm), fetched }
}

test('bundled for a page and without Node, the library gives the commitments, openings and proofs that Node’s gives', async () => {
  const { exports, fetched } = await loadAsPage()
  const [browser, node] = await Promise.all([exports.loadWasmKzg(), loadKzg()])
  assert.equal(fetched.length, 1)
  assert.match(fetched[0]!, /^https:\/\/page\.example\/.*kzg\.wasm$/)
  const blob = packBlobs(
    Int32Array.from({ length: 40_960 }, (_, p) => ((p * 13) % 256) - 128),
    { laneBits: 24 },
  )[0]!
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const commitment = await browser.commit(blob)
  assert.equal(hex(commitment), hex(await node.commit(blob)))
  const opening = await browser.openAt(blob, 123)
  assert.equal(hex(opening.proof), hex((await node.openAt(blob, 123)).proof))
  assert.equal(await node.verifyOpening(commitment, 123, opening), true)
  assert.equal(await browser.verifyOpening(commitment, 123, opening), true)
  assert.equal(await browser.verifyOpening(commitment, 124, opening), false)
  assert.equal(await browser.verifyOpening(new Uint8Array(48), 123, opening), false)
  assert.equal(hex(await browser.blobProof(blob, commitment)), hex(await node.blobProof(blob, commitment)))
  // The arrays of the realm have a prototype of their own.
  assert.deepEqual(Array.from(await browser.cellProofs(blob), hex), Array.from(await node.cellProofs(blob), hex))
  await assert.rejects(browser.commit(new Uint8Array(5)), { name: 'InvalidBlobError' })
  await assert.rejects(browser.openAt(new Uint8Array(5), 0), { name: 'InvalidBlobError' })
})
