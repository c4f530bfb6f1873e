import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { packBlobs, versionedHash } from '@tutti/core'
import type { Hex } from 'viem'
import { loadKzg } from '../../src/blob/kzg/kzg-node.ts'
import {
  type BlobSource,
  BlobsMissingError,
  fetchBlobs,
  fetchCommitments,
  type Kzg,
  type VerifiedBlob,
} from '../../src/index.ts'
import { openBlobArchive } from '../../src/local/local.ts'

let kzg: Kzg
let root: string
let blobs: VerifiedBlob[]
before(async () => {
  kzg = await loadKzg()
  root = await mkdtemp(join(tmpdir(), 'tutti-archive-'))
  blobs = await Promise.all(
    [1, 2].map(async (seed) => {
      const [blob] = packBlobs(
        Int8Array.from({ length: 500 }, (_, p) => (p * seed) % 100),
        { laneBits: 24 },
      )
      const commitment = await kzg.commit(blob!)
      return { versionedHash: versionedHash(commitment), commitment, blob: blob! }
    }),
  )
})
after(() => rm(root, { recursive: true, force: true }))

let count = 0
async function emptyArchive() {
  const directory = join(root, String(count++))
  const refused: string[] = []
  const open = () => openBlobArchive({ directory, kzg, onRefused: (file) => refused.push(file) })
  const pathOf = (hash: Hex) => join(directory, `${hash}.blob`)
  return { directory, refused, open, pathOf, archive: await open() }
}
const locationOf = (...kept: VerifiedBlob[]) => ({
  versionedHashes: kept.map((blob) => blob.versionedHash),
  transactionHash: `0x${'ab'.repeat(32)}` as Hex,
  blockNumber: 7n,
})

test('what is put is there, for another process too, and nothing else is', async () => {
  const { archive, open, directory } = await emptyArchive()
  const [first, second] = blobs as [VerifiedBlob, VerifiedBlob]
  await Promise.all([archive.put(first), archive.put(first), archive.put(first)])
  const reopened = await open()
  assert.deepEqual((await reopened.get(first.versionedHash))!.blob, first.blob)
  assert.deepEqual(await reopened.commitment(first.versionedHash), first.commitment)
  assert.equal(await reopened.get(second.versionedHash), undefined)
  assert.equal(await reopened.commitment(second.versionedHash), undefined)
  assert.deepEqual(await reopened.list(), [first.versionedHash])
  assert.deepEqual(await readdir(directory), [`${first.versionedHash}.blob`])
})

const damages: [string, (content: Buffer, other: VerifiedBlob) => Uint8Array][] = [
  ['cut short', (content) => content.subarray(0, 70_000)],
  ['emptied', () => new Uint8Array()],
  ['altered in one bit of a blob', (content) => flip(content, 48 + 5_000 * 32 - 1)],
  ['altered in its commitment', (content) => flip(content, 20)],
  ['replaced by another blob', (_, other) => Buffer.concat([other.commitment, other.blob])],
]

for (const [what, damage] of damages) {
  test(`a file ${what} is refused, moved aside and fetched again`, async () => {
    for (const isReopened of [false, true]) {
      const { archive: before, open, pathOf, refused, directory } = await emptyArchive()
      const [kept, other] = blobs as [VerifiedBlob, VerifiedBlob]
      const path = pathOf(kept.versionedHash)
      await before.put(kept)
      await writeFile(path, damage(await readFile(path), other))
      const archive = isReopened ? await open() : before
      assert.equal(await archive.get(kept.versionedHash), undefined)
      assert.deepEqual(refused, [path])
      assert.deepEqual(await readdir(directory), [`${kept.versionedHash}.blob.refused`])
      const source: BlobSource = { name: 'a member', blobs: async () => [other.blob, kept.blob] }
      const [fetched] = await fetchBlobs({ kzg, archive, sources: [source] }, locationOf(kept))
      assert.deepEqual(fetched!.blob, kept.blob)
      assert.deepEqual((await (await open()).get(kept.versionedHash))!.blob, kept.blob)
    }
  })
}

test('a file under the name of another is refused, for its commitment too', async () => {
  const { archive, pathOf } = await emptyArchive()
  const [kept, other] = blobs as [VerifiedBlob, VerifiedBlob]
  await archive.put(kept)
  await rename(pathOf(kept.versionedHash), pathOf(other.versionedHash))
  assert.equal(await archive.commitment(other.versionedHash), undefined)
  assert.equal(await archive.get(other.versionedHash), undefined)
})

test('files copied from another archive are believed for what they are', async () => {
  const [theirs, ours] = [await emptyArchive(), await emptyArchive()]
  const [kept] = blobs as [VerifiedBlob, VerifiedBlob]
  await theirs.archive.put(kept)
  await writeFile(ours.pathOf(kept.versionedHash), await readFile(theirs.pathOf(kept.versionedHash)))
  const [fetched] = await fetchBlobs({ kzg, archive: ours.archive, sources: [] }, locationOf(kept))
  assert.deepEqual(fetched!.blob, kept.blob)
})

test('what nobody has is named, with the transaction and what each source answered', async () => {
  const { archive } = await emptyArchive()
  const [kept, other] = blobs as [VerifiedBlob, VerifiedBlob]
  await archive.put(kept)
  const source: BlobSource = { name: 'a poor member', blobs: async () => [] }
  const access = { kzg, archive, sources: [source] }
  await assert.rejects(fetchBlobs(access, locationOf(kept, other)), (error) => {
    assert.ok(error instanceof BlobsMissingError)
    assert.deepEqual(
      error.missing.map((blob) => blob.versionedHash),
      [other.versionedHash],
    )
    assert.match(error.message, new RegExp(`${other.versionedHash} \\(transaction 0x(ab){32}, block 7\\)`))
    assert.match(error.message, /a poor member gave 0 blobs/)
    return true
  })
  await assert.rejects(fetchCommitments(access, locationOf(other)), BlobsMissingError)
})

function flip(content: Buffer, at: number): Uint8Array {
  const changed = Buffer.from(content)
  changed[at % changed.length]! ^= 1
  return changed
}
