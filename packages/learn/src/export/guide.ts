/**
 * What an exported model's user must know: how a row of the federation's columns becomes its inputs, what its outputs are,
 * and how near it is to the contract. In the ONNX file's own metadata for programs, and as a page beside it for people.
 *
 * @example
 * ```ts
 * import { exportOnnx, toInitialLanes, toWeights } from '@tutti/learn'
 * import { measureExport } from '@tutti/learn/node'
 *
 * const lanes = toInitialLanes(manifest, 16)
 * const { rows: compared, differing } = await measureExport(manifest, lanes, exportOnnx(manifest, toWeights(manifest, lanes)))
 * compared // → 256
 * differing // → 0
 * ```
 */
import { createHash } from 'node:crypto'
import { predictAll } from '@tutti/core'
import { toFloatInputs } from '../data/dataset.ts'
import { synthesizeData } from '../data/synthetic-data.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { toSetup } from '../manifest/setup.ts'
import { countOutputs } from '../model/model.ts'
import { toProbabilities } from '../model/probabilities.ts'
import { openSession, Tensor } from '../onnx/runtime.ts'
import { askingProgram, DATA_KEY } from './asking-program.ts'

/** Where an exported model came from. */
export interface ExportSource {
  federation: string
  chainId: number
  round: number
}

/** How far an exported model's answers are from the contract's. */
export interface ExportDistance {
  /** Made-up rows that both answered. */
  rows: number
  /** Largest difference of a probability, or of a number in the label's unit. */
  largest: number
  /** Rows whose class, or set of labels, differs; 0 for numbers. */
  differing: number
}

const ROWS = 256

/** Metadata of an exported file: the data schema as JSON, and where the model came from. */
export function exportMetadata({ data, task }: Pick<Manifest, 'data' | 'task'>, source: ExportSource) {
  return {
    [DATA_KEY]: JSON.stringify(data),
    'tutti.task': task.kind,
    'tutti.federation': source.federation,
    'tutti.chain': String(source.chainId),
    'tutti.round': String(source.round),
  }
}

/**
 * Compares an exported file with the contract's integers, by the twin of its arithmetic, on made-up rows of the schema: the
 * contract rounds what goes from layer to layer to a byte, the file does not.
 *
 * @param lanes - The contract's integers, shape [dimension].
 * @param file - Bytes of {@link exportOnnx} of the same model.
 */
export async function measureExport(manifest: Manifest, lanes: Int32Array, file: Uint8Array): Promise<ExportDistance> {
  const { model, data } = manifest
  const rows = synthesizeData(data, { count: ROWS, seed: 1 })
  const outputs = predictAll(lanes, toSetup(manifest), rows.inputs)
  const width = countOutputs(model)
  const pairs = toProbabilities(model, outputs)
  // The file gives the probability of the second of two classes alone.
  const expected =
    pairs === undefined ? outputs : model.output === 'logistic' ? pairs.filter((_, index) => index % 2 === 1) : pairs
  const session = await openSession(file)
  try {
    const inputs = new Tensor('float32', toFloatInputs(rows), [ROWS, model.inputs])
    const answers = await session.run({ [session.inputNames[0]!]: inputs })
    const found = answers[session.outputNames[0]!]!.data as Float32Array
    let [largest, differing] = [0, 0]
    for (let row = 0; row < ROWS; row++) {
      const [a, b] = [expected, found].map((values) => Array.from(values.slice(row * width, (row + 1) * width)))
      for (let i = 0; i < width; i++) largest = Math.max(largest, Math.abs(a![i]! - b![i]!))
      if (model.output === 'linear') continue
      const isSame =
        model.output === 'softmax'
          ? a!.indexOf(Math.max(...a!)) === b!.indexOf(Math.max(...b!))
          : a!.every((value, i) => value > 0.5 === b![i]! > 0.5)
      if (!isSame) differing++
    }
    return { rows: ROWS, largest, differing }
  } finally {
    await session.release()
  }
}

/**
 * A page for users of the exported file: columns, outputs, a program that asks it, and its distance from the contract.
 *
 * @param file.name - With its ending.
 */
export function exportGuide(
  manifest: Pick<Manifest, 'name' | 'purpose' | 'licence' | 'data' | 'task' | 'model'>,
  file: { name: string; bytes: Uint8Array; source: ExportSource; distance: ExportDistance | undefined },
): string {
  const { name: title, purpose, licence, data, task, model } = manifest
  const { name, bytes, source, distance } = file
  const { label } = data
  const columns = [...data.features, label].map((column) => ({ ...column }))
  return `# ${toProse(title)}

${toProse(purpose)}

\`${name}\` is the model of federation \`${source.federation}\` on chain ${source.chainId} after round ${source.round}: ${task.kind}, licence ${toProse(licence)}.
SHA-256 of the file: \`${createHash('sha256').update(bytes).digest('hex')}\`.

${describeDistance(distance, model.output)}

## Columns

A row becomes the model's inputs by the data schema, which the file carries as JSON in its metadata, key \`${DATA_KEY}\`:

\`\`\`json
${columns.map(toJsonLine).join('\n')}
\`\`\`

Output: ${describeOutputs(label.name, model.output)}.

## Asking it

It takes \`pip install numpy onnxruntime\`. The program reads numbers and marks of missing values, and refuses values, as the
commands of the federation's members do; units and currency signs in cells it does not read.

\`\`\`python
${askingProgram(name, data)}
\`\`\`

Answers to a whole file, a row each:

\`\`\`python
print(ask(read("rows.csv")))
\`\`\`
`
}

function describeOutputs(label: string, output: Manifest['model']['output']): string {
  const name = toCode(label)
  return {
    softmax: `the probability of each class of ${name}, in the order of \`classes\` below`,
    logistic: `the probability of the second class of ${name}`,
    'multi-label': `the probability of each label of ${name}, each by itself`,
    linear: `${name} in its own unit`,
  }[output]
}

function describeDistance(distance: ExportDistance | undefined, output: Manifest['model']['output']): string {
  if (distance === undefined) {
    return 'The contract of this federation does not answer; the file holds the weights of the model that the chain agrees on.'
  }
  const { rows, largest, differing } = distance
  const unit = output === 'linear' ? 'in the unit of the label' : 'of a probability'
  return (
    `On ${rows} made-up rows its answers differ from the contract's by at most ${largest.toPrecision(2)} ${unit}` +
    `${output === 'linear' ? '' : `, and in ${differing} rows by their class`}: the contract rounds what goes ` +
    'from layer to layer to a byte, this file does not. Weights and inputs are the same.'
  )
}

/** Text of a federation's creator within a page: one line of plain words, neither markup nor HTML nor escapes of a terminal. */
function toProse(text: string): string {
  return toOneLine(text).replace(/[\\`*_{}[\]()<>#+!|~&-]/g, (mark) =>
    mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`,
  )
}

/** The same as a piece of code. */
function toCode(text: string): string {
  return `\`${toOneLine(text).replaceAll('`', "'")}\``
}

function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** JSON in one line, what a terminal would obey escaped. */
function toJsonLine(value: unknown): string {
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) => mark.split('').map(escaped).join(''))
}
