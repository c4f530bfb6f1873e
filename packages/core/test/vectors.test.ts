import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { vectors } from '../../../vectors/generate.ts'
import { blobVectors } from '../../../vectors/generate-blob.ts'
import { featureVectors } from '../../../vectors/generate-features.ts'

const folder = new URL('../../../vectors/', import.meta.url)

test('the committed vectors are what their script writes', () => {
  const files: Record<string, string> = { ...vectors(), ...featureVectors(), 'blob.json': blobVectors() }
  const committed = readdirSync(folder).filter((name) => name.endsWith('.json'))
  assert.deepEqual(committed.sort(), Object.keys(files).sort())
  for (const name of committed) {
    assert.ok(
      readFileSync(new URL(name, folder), 'utf8') === files[name],
      `${name}: run vectors/generate.ts, vectors/generate-blob.ts and vectors/generate-features.ts`,
    )
  }
})
