/**
 * Task files: a creator's own task in YAML 1.2 or JSON (which YAML contains), read and checked. Errors name key and line.
 *
 * @example
 * ```ts
 * import { countParameters, draftTask, parseTaskFile, readTable, toModel, writeTaskFile } from '@tutti/learn'
 *
 * const lines = Array.from({ length: 30 }, (_, i) => `${20 + (i % 7)},${i % 3 === 0 ? 'yes' : 'no'}`)
 * const draft = draftTask(readTable(`heat,failed\n${lines.join('\n')}\n`), { label: 'failed', name: 'pumps' })
 * const task = parseTaskFile(writeTaskFile(draft, 'pumps.csv'))
 * task.name // → 'pumps'
 * countParameters(toModel(task)) > 0 // → true
 * parseTaskFile('version: 9') // throws TaskFileError
 * ```
 */
import { type Document, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { countInputs, formatPath } from '../data/schema.ts'
import type { MetricName, TaskKind } from '../manifest/manifest-schema.ts'
import { findTaskFault, type ManifestFault, taskKindOf } from '../manifest/rules.ts'
import { type LayeredModel, mlp } from '../model/model.ts'
import { type TaskFile, taskFileSchema } from './task-file-schema.ts'

type Issue = z.core.$ZodIssue

/** Longest text that is read, in characters: room for some ten thousand columns with all their keys. */
const MOST_CHARACTERS = 1 << 20

/**
 * Reads the text of a task file: form, and agreement of label, output, weights and metrics.
 *
 * @throws {@link TaskFileError} naming key and line.
 */
export function parseTaskFile(text: string): TaskFile {
  if (text.length > MOST_CHARACTERS) {
    throw new TaskFileError(
      '',
      `${text.length} characters are more than the ${MOST_CHARACTERS} of the longest task file`,
    )
  }
  const lines = new LineCounter()
  // The parser compares each key with all others of its map; here a set finds what is there twice.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const [reason] = broken.message.split('\n')
    throw new TaskFileError('', `not YAML or JSON (${reason!.replace(/:$/, '')})`, broken.linePos?.[0].line)
  }
  const repeated = findRepeatedKey(document)
  if (repeated !== undefined) {
    throw new TaskFileError(repeated.key, 'the key is there twice', lines.linePos(repeated.offset).line)
  }
  let value: unknown
  try {
    value = document.toJS()
  } catch (cause) {
    throw new TaskFileError('', `not YAML or JSON (${(cause as Error).message})`)
  }
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line
    }
    return undefined
  }
  const result = taskFileSchema.safeParse(value)
  if (!result.success) {
    const { path, reason } = describeIssue(result.error.issues[0]!)
    throw new TaskFileError(formatPath(path), reason, lineOf(path))
  }
  const fault = findTaskFileFault(result.data)
  if (fault !== undefined) throw new TaskFileError(fault.key, fault.reason, lineOf(fault.key.split('.')))
  return result.data
}

/** The first key that stands twice in a map, and where its second is in the text. */
function findRepeatedKey(document: Document): { key: string; offset: number } | undefined {
  let found: { key: string; offset: number } | undefined
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          found = { key: String(key.value), offset: key.range?.[0] ?? 0 }
          return visit.BREAK
        }
        seen.add(key.value)
      }
    },
  })
  return found
}

/** The model of a task file: its hidden layers between the inputs and outputs that the data imply. */
export function toModel({ data, model }: Pick<TaskFile, 'data' | 'model'>): LayeredModel {
  const { label } = data
  const hasOutputEach = model.output === 'softmax' || model.output === 'multi-label'
  const outputs = hasOutputEach && label.kind !== 'number' ? label.classes.length : 1
  return mlp([countInputs(data), ...model.hidden, outputs], model.output)
}

/** What kind of task a task file describes. */
export function toTaskKind({ model }: Pick<TaskFile, 'model'>): TaskKind {
  return taskKindOf(model.output)
}

function findTaskFileFault({ data, model, loss = {}, metrics = [] }: TaskFile): ManifestFault | undefined {
  const kind = taskKindOf(model.output)
  const fault = findTaskFault({ task: { kind }, data, model, loss })
  if (fault !== undefined) return fault
  const isMeasured = (metric: MetricName) => (metric === 'mae') === (kind === 'regression')
  const unfit = metrics.find((metric) => !isMeasured(metric))
  return unfit === undefined ? undefined : { key: 'metrics', reason: `a ${kind} task has no ${unfit}` }
}

/** The key that an issue is about, and what is wrong with it, in the words of a file rather than of a program. */
function describeIssue(issue: Issue): { path: PropertyKey[]; reason: string } {
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0]!], reason: 'there is no such key' }
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string') {
    return {
      path: issue.path,
      reason: `${issue.message}; write numbers and true or false in quotes where a text belongs`,
    }
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const reasons = issue.errors.map(([first]) => first?.message ?? issue.message)
    return { path: issue.path, reason: reasons.join(', or ') }
  }
  return { path: issue.path, reason: issue.message }
}

/** A task file breaks its form, or its parts disagree. */
export class TaskFileError extends Error {
  override name = 'TaskFileError'
  readonly key: string
  /** Where in the text, from 1, if known. */
  readonly line: number | undefined
  constructor(key: string, reason: string, line?: number) {
    const where = [line === undefined ? '' : ` line ${line}`, key === '' ? '' : ` "${key}"`].filter(Boolean).join(',')
    super(`Task file${where}: ${reason}. \`tutti task schema\` prints the form.`)
    this.key = key
    this.line = line
  }
}
