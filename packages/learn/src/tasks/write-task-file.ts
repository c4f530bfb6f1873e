/**
 * Writes a drafted task as YAML for people: a column a line, what was seen beside it, and what to look at above.
 *
 * @example
 * ```ts
 * import { draftTask, readTable, writeTaskFile } from '@tutti/learn'
 *
 * const lines = Array.from({ length: 30 }, (_, i) => `${20 + (i % 7)},${i % 3 === 0 ? 'yes' : 'no'}`)
 * const draft = draftTask(readTable(`heat,failed\n${lines.join('\n')}\n`), { label: 'failed', name: 'pumps' })
 * writeTaskFile(draft, 'pumps.csv').includes('name: pumps') // → true
 * ```
 */
import { Document, isMap, isScalar, type YAMLMap } from 'yaml'
import type { TaskDraft } from './draft-task.ts'
import { parseTaskFile } from './task-file.ts'

/** What is said above a key, by its path. */
const REMARKS: [path: string[], text: string][] = [
  [
    ['purpose'],
    'What the model is for, under what terms it may be used, and whom members ask. All of it becomes public.',
  ],
  [
    ['data'],
    'The columns that every member must have. Centre, spread, ranges and class names become public, for ever.',
  ],
  [['data', 'features'], 'A value outside minimum..maximum is refused: widen ranges that other members may exceed.'],
  [
    ['data', 'inputZero'],
    'A value becomes one byte: (value − center) / spread in steps of inputScale, from byte inputZero.',
  ],
  [
    ['model'],
    'A small network: sizes of the hidden layers; [] for a linear model. Every parameter costs gas in every round.',
  ],
  [['training'], 'How each member trains in a round. Halve the learning rate if training diverges.'],
  [['terms'], 'Proposed terms; options of `tutti create` come before them. Tokens are whole, or text: "2.5".'],
]

/**
 * The text of a draft, which {@link parseTaskFile} reads back as the same task.
 *
 * @param source - Name of the table, for the first comment.
 * @throws `TaskFileError` if the draft breaks the form, as with more labels than a label column may have.
 */
export function writeTaskFile({ task, observations, omitted, advice }: TaskDraft, source: string): string {
  const document = new Document(task, { compat: 'yaml-1.1' })
  const header = [
    `A first task file, guessed from ${oneLine(source)}. Look at every line; then: tutti task check`,
    ...omitted.map(({ name, reason }) => `Left out: column "${oneLine(name)}", since ${oneLine(reason)}.`),
    ...advice.map((text) => `Look at this: ${oneLine(text)}.`),
  ]
  document.commentBefore = header.map((line) => ` ${line}`).join('\n')
  for (const [index, { name }] of task.data.features.entries()) {
    const feature = document.getIn(['data', 'features', index], true) as YAMLMap
    feature.flow = true
    feature.comment = ` ${oneLine(observations.get(name) ?? '')}`
  }
  const label = document.getIn(['data', 'label'], true) as YAMLMap
  label.flow = true
  label.comment = ` ${oneLine(observations.get(task.data.label.name) ?? '')}`
  for (const path of [
    ['data', 'inputScale'],
    ...(task.data.csv === undefined ? [] : [['data', 'csv']]),
    ['model', 'hidden'],
  ]) {
    ;(document.getIn(path, true) as YAMLMap).flow = true
  }
  for (const [path, text] of REMARKS) {
    const parent = document.getIn(path.slice(0, -1), true)
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
    if (!isScalar(pair?.key)) continue
    pair.key.commentBefore = ` ${text}`
    pair.key.spaceBefore = path.length === 1
  }
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true })
  parseTaskFile(text)
  return text
}

/** Text that cannot end a comment: a column's name may hold line breaks. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
