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
import { MISSING_MARKS, MISSING_NUMBER_MARKS } from '../data/missing.ts'
import { synthesizeData } from '../data/synthetic-data.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { toSetup } from '../manifest/setup.ts'
import { countOutputs } from '../model/model.ts'
import { toProbabilities } from '../model/probabilities.ts'
import { openSession, Tensor } from '../onnx/runtime.ts'

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

/** Key of an ONNX file's metadata under which {@link exportMetadata} puts the data schema. */
export const DATA_KEY = 'tutti.data'
const ROWS = 256
/** What Python calls encodings; those of Unicode may begin with a byte order mark. */
const PYTHON_ENCODINGS = { 'utf-8': 'utf-8-sig', 'utf-16le': 'utf-16', 'utf-16be': 'utf-16', 'windows-1252': 'cp1252' }

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
 * A page for whoever uses the exported file: columns, outputs, a program that asks it, and its distance from the contract.
 *
 * @param name - Name of the file.
 */
export function exportGuide(
  {
    name: title,
    purpose,
    licence,
    data,
    task,
    model,
  }: Pick<Manifest, 'name' | 'purpose' | 'licence' | 'data' | 'task' | 'model'>,
  {
    name,
    bytes,
    source,
    distance,
  }: {
    name: string
    bytes: Uint8Array
    source: ExportSource
    distance: ExportDistance | undefined
  },
): string {
  const { label, csv = { delimiter: ',', decimal: '.', encoding: 'utf-8' } } = data
  const outputs = {
    softmax: `the probability of each class of ${toCode(label.name)}, in the order of \`classes\` below`,
    logistic: `the probability of the second class of ${toCode(label.name)}`,
    'multi-label': `the probability of each label of ${toCode(label.name)}, each by itself`,
    linear: `${toCode(label.name)} in its own unit`,
  }[model.output]
  const unit = model.output === 'linear' ? 'in the unit of the label' : 'of a probability'
  const near =
    distance === undefined
      ? 'The contract of this federation does not answer; the file holds the weights of the model that the chain agrees on.'
      : `On ${distance.rows} made-up rows its answers differ from the contract's by at most ${distance.largest.toPrecision(2)} ${unit}` +
        `${model.output === 'linear' ? '' : `, and in ${distance.differing} rows by their class`}: the contract rounds what goes ` +
        'from layer to layer to a byte, this file does not. Weights and inputs are the same.'
  const columns = [...data.features, label].map((column) => ({ ...column }))
  return `# ${toProse(title)}

${toProse(purpose)}

\`${name}\` is the model of federation \`${source.federation}\` on chain ${source.chainId} after round ${source.round}: ${task.kind}, licence ${toProse(licence)}.
SHA-256 of the file: \`${createHash('sha256').update(bytes).digest('hex')}\`.

${near}

## Columns

A row becomes the model's inputs by the data schema, which the file carries as JSON in its metadata, key \`${DATA_KEY}\`:

\`\`\`json
${columns.map(toJsonLine).join('\n')}
\`\`\`

Output: ${outputs}.

## Asking it

It takes \`pip install numpy onnxruntime\`. The program reads numbers and marks of missing values, and refuses values, as the
commands of the federation's members do; units and currency signs in cells it does not read.

\`\`\`python
import csv, json, math, numbers, re, unicodedata
import numpy, onnxruntime

session = onnxruntime.InferenceSession(${JSON.stringify(name)})
data = json.loads(session.get_modelmeta().custom_metadata_map["${DATA_KEY}"])

# How a file of yours is written: change what differs.
DELIMITER, DECIMAL, ENCODING = ${JSON.stringify(csv.delimiter)}, ${JSON.stringify(csv.decimal)}, ${JSON.stringify(PYTHON_ENCODINGS[csv.encoding])}
MISSING = set(${JSON.stringify([...MISSING_MARKS])})
MISSING_NUMBER = MISSING | set(${JSON.stringify([...MISSING_NUMBER_MARKS])})

def plain(text):
    return unicodedata.normalize("NFC", str(text).strip())

def number(column, given):
    """The number of a cell, or one that is one, within the column's range."""
    text = str(given).strip().replace("\\u2212", "-")
    group = "." if DECIMAL == "," else ","
    if re.fullmatch(rf"[+-]?[1-9]\\d{{0,2}}(\\{group}\\d{{3}})+(\\{DECIMAL}\\d+)?", text):
        text = text.replace(group, "")
    try:
        value = float(given if isinstance(given, numbers.Real) else text.replace(DECIMAL, "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f'{column["name"]}: "{text}" is not a number')
    if not column.get("minimum", -math.inf) <= value <= column.get("maximum", math.inf):
        raise ValueError(f'{column["name"]}: {value} is not in {column.get("minimum")} to {column.get("maximum")}')
    return value

def encode(row):
    """Inputs of one row, a dictionary by column name: texts of a file, or numbers."""
    values = []
    for column in data["features"]:
        given = row.get(column["name"], row.get(plain(column["name"])))
        is_category = column["kind"] == "category"
        known = [plain(text) for text in column["categories"]] if is_category else []
        cell = "" if given is None else plain(given)
        is_missing = cell not in known and cell.lower() in (MISSING if is_category else MISSING_NUMBER)
        if is_missing and column["missing"] == "refuse":
            raise ValueError(column["name"] + " is missing")
        if is_category:
            if not is_missing and cell not in known and column["unknown"] == "refuse":
                raise ValueError(f'{column["name"]}: "{cell}" is none of its categories')
            values += [1.0 if cell == text else 0.0 for text in known]
        else:
            value = column["missing"] if is_missing else number(column, given)
            values.append((value - column["center"]) / column["spread"])
    step = data["inputScale"][0] / data["inputScale"][1]
    steps = numpy.floor(numpy.array(values) / step + 0.5) + data["inputZero"]
    return ((numpy.clip(steps, 0, 255) - data["inputZero"]) * step).astype("float32")

def ask(rows):
    inputs = numpy.stack([encode(row) for row in rows])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]

def read(file):
    """Rows of a CSV file, for ask."""
    with open(file, encoding=ENCODING, newline="") as lines:
        table = csv.reader(lines, delimiter=DELIMITER)
        names = [plain(name) for name in next(table)]
        return [dict(zip(names, cells)) for cells in table if cells]

\`\`\`

Answers to a whole file, a row each:

\`\`\`python
print(ask(read("rows.csv")))
\`\`\`
`
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
