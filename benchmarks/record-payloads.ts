/**
 * Records the updates of rounds 5 to 10 of real training, for the gas benchmark to replay: 784-32-10 on MNIST, label
 * skew Dirichlet 0.5, 4-bit updates, with 8 and with 16 members.
 *
 * `node --import tsx benchmarks/record-payloads.ts FOLDER_OF_MNIST` writes `benchmarks/payloads/members{8,16}.bin.gz`:
 * gzip over whole-model payloads, member by member and round by round.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import {
  buildManifest,
  calibrate,
  partitionDirichlet,
  quantizedAveraging,
  selectExamples,
  toInitialLanes,
} from '@tutti/learn'
import { createTrainer, loadTask } from '@tutti/learn/node'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Name the folder that holds the IDX files of MNIST.')
const target = fileURLToPath(new URL('./payloads/', import.meta.url))
mkdirSync(target, { recursive: true })

const task = loadTask('mnist', { path: folder })
const trainer = await createTrainer(task.model, task.training)
const { model, schema } = task
const terms = { ...task.terms, bits: 4 }
const firstRecorded = 5
const lastRecorded = 10

for (const count of [8, 16]) {
  const parts = partitionDirichlet(task.train.labels, { members: count, alpha: 0.5, seed: 1 })
  const members = parts.map((indices) => selectExamples(task.train, indices))
  const calibration = await calibrate({ model, schema, trainer, members, terms, seed: 1 })
  const manifest = buildManifest({ task, calibration, initialisation: new Uint8Array(32).fill(count) })
  const payloads: Uint8Array[] = []
  await quantizedAveraging({
    trainer,
    manifest,
    terms,
    members,
    lanes: toInitialLanes(manifest, terms.laneBits),
    rounds: lastRecorded + 1,
    seed: 1,
    onPayload: ({ round, payload }) => {
      if (round >= firstRecorded) payloads.push(payload)
    },
  })
  const file = `${target}members${count}.bin.gz`
  writeFileSync(file, gzipSync(Buffer.concat(payloads), { level: 9 }))
  process.stdout.write(`${file}: ${payloads.length} payloads of ${payloads[0]!.length} bytes\n`)
}
await trainer.release()
