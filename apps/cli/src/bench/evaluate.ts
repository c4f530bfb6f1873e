/**
 * How fast `tutti evaluate` judges a table: 100,000 rows of the digits through the network of 64-32-10, by the twin of the
 * contract's arithmetic, to figures by class with their intervals.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNetwork } from '@tutti/core'
import {
  evaluateOutputs,
  exampleInput,
  scoreIntegers,
  selectExamples,
  toDataset,
  toInitialLanes,
  toSetup,
} from '@tutti/learn'
import { calibrateManifest, loadTable, loadTask } from '@tutti/learn/node'
import type { BenchFigure } from './figure.ts'

const ROWS = 100_000
/** Rows that are answered one by one, for the comparison. */
const SINGLE_ROWS = 20_000

/** Measures; the table is read from a file, as the command does. */
export async function benchEvaluate({ onProgress }: { onProgress: (line: string) => void }): Promise<BenchFigure[]> {
  onProgress('calibrating a network of 64-32-10…')
  const task = loadTask('digits')
  const manifest = await calibrateManifest({ ...task, contact: '' }, task.train, {
    members: 8,
    arithmetic: task.terms,
    startsFromFloats: false,
    seed: 1,
    initialisation: new Uint8Array(32).fill(7),
  })
  const lanes = toInitialLanes(manifest, task.terms.laneBits)
  const some = task.heldOut
  const repeated = Int32Array.from({ length: ROWS }, (_, row) => row % some.count)
  const rows = selectExamples(some, repeated)
  const judge = () => evaluateOutputs(manifest.model, scoreIntegers(manifest, lanes, rows), rows)
  onProgress(`judging ${ROWS} rows…`)
  judge()
  const seconds = timeOf(judge)
  const answer = openNetwork(lanes, toSetup(manifest))
  const single = timeOf(() => {
    for (let row = 0; row < SINGLE_ROWS; row++) answer(exampleInput(rows, row))
  })
  onProgress(`reading ${ROWS} rows from a file…`)
  const reading = await timeReading(manifest.data, rows.inputs)
  const note = `with reading of the file ${Math.round(ROWS / (seconds + reading))} rows a second`
  return [
    {
      id: 'evaluate.rows',
      value: ROWS / seconds,
      unit: 'rows a second',
      limit: 50_000,
      bound: 'atLeast',
      baseline: `${Math.round(SINGLE_ROWS / single)} rows a second one by one, without figures`,
      note,
    },
  ]
}

/** Seconds to read the rows from a CSV of counts 0 to 16 and to turn them into bytes. */
async function timeReading(schema: Parameters<typeof toDataset>[1], inputs: Uint8Array): Promise<number> {
  const width = schema.features.length
  const header = [...schema.features.map(({ name }) => name), schema.label.name].join(',')
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const cells = Array.from(inputs.subarray(row * width, (row + 1) * width), (byte) => Math.round(byte / 15))
    return `${cells.join(',')},${row % 10}`
  })
  const directory = await mkdtemp(join(tmpdir(), 'tutti-bench-'))
  try {
    const file = join(directory, 'rows.csv')
    await writeFile(file, `${header}\n${lines.join('\n')}\n`)
    const from = performance.now()
    toDataset(await loadTable(file), schema)
    return (performance.now() - from) / 1000
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function timeOf(work: () => unknown): number {
  const from = performance.now()
  work()
  return (performance.now() - from) / 1000
}
