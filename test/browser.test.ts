/** What a browser imports has nothing of Node in it: no built-in module, no native code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const name of ['core', 'learn', 'chain']) {
  test(`@tutti/${name} bundles for a browser`, async () => {
    const { metafile } = await build({
      stdin: { contents: `export * from '@tutti/${name}'`, resolveDir: root },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      logLevel: 'silent',
    })
    const native = Object.keys(metafile.inputs).filter((input) =>
      /onnxruntime-node|node-eth-kzg|@foundry-rs/.test(input),
    )
    assert.deepEqual(native, [])
  })
}
