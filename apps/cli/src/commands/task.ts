/** `tutti task`: writes a first task file from a CSV, checks one, prints the form of task files. */

import { basename, extname } from 'node:path'
import { formatCount, formatInteger } from '@tutti/core'
import type { Dataset, TaskFile } from '@tutti/learn'
import type { Command } from 'commander'
import { describeFaults, describeTaken, readRows } from '../data/local-data.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { createOutput } from '../terminal/output.ts'
import { toPlainText } from '../terminal/plain-text.ts'
import { writeNewFile } from '../terminal/whole-file.ts'

interface InitOptions {
  label: string
  out: string
  name?: string
  dropConstant?: boolean
  json?: boolean
}

interface CheckOptions {
  data?: string
  json?: boolean
}

/** Adds the command `task` and what it can do. */
export function addTask(program: Command): void {
  const task = program.command('task').description('Describe your own task: write a task file, and check it.')
  task
    .command('init')
    .description('Write a first task file from a CSV, guessing kinds, ranges, classes and a small model.')
    .argument('<csv>', 'rows as members have them, with a header line')
    .requiredOption('--label <column>', 'the column to predict from the others')
    .option('--out <file>', 'the task file to write, .yaml or .json; never overwritten', 'task.yaml')
    .option('--name <name>', 'name of the federation (default: that of the CSV)')
    .option(
      '--drop-constant',
      "leave out columns with one value only (default: keep them, since other members' rows may differ)",
    )
    .option('--json', 'print one JSON object')
    .action((csv: string, options: InitOptions) => initTask(csv, options))
  task
    .command('check')
    .description('Check a task file, and rows against it; say in which line and column something does not fit.')
    .argument('<file>', 'the task file')
    .option('--data <csv>', 'check these rows too')
    .option('--json', 'print one JSON object')
    .action((file: string, options: CheckOptions) => checkTask(file, options))
  task
    .command('schema')
    .description('Print the JSON Schema of task files, for editors.')
    .option('--json', 'print it as one line')
    .action(async ({ json }: { json?: boolean }) => {
      const { taskFileJsonSchema } = await import('@tutti/learn')
      process.stdout.write(`${JSON.stringify(taskFileJsonSchema(), null, json === true ? 0 : 2)}\n`)
    })
  for (const command of task.commands) command.exitOverride()
}

async function initTask(csv: string, options: InitOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { describeReading, draftTask, writeTaskFile } = await import('@tutti/learn')
  const name = options.name ?? basename(csv, extname(csv))
  const table = await readRows(csv, undefined)
  const draft = draftTask(table, { label: options.label, name, dropsConstants: options.dropConstant === true })
  const { task, observations, omitted, advice } = draft
  const text = writeTaskFile(draft, basename(csv))
  await writeNew(options.out, options.out.endsWith('.json') ? `${JSON.stringify(task, null, 2)}\n` : text)
  const reading = describeReading(table)
  output.line(`Wrote ${options.out}, guessed from ${csv}:`)
  for (const line of reading) output.line(`  ${toPlainText(line)}`)
  for (const feature of task.data.features) {
    output.line(`  ${toPlainText(feature.name)}: ${feature.kind}, ${toPlainText(observations.get(feature.name) ?? '')}`)
  }
  for (const { name: column, reason } of omitted) output.line(`  ${toPlainText(`${column}: left out, ${reason}`)}`)
  const { label } = task.data
  output.line(`  ${toPlainText(`${label.name} is to be predicted: ${observations.get(label.name) ?? ''}`)}`)
  output.line(`  ${await describeTask(task)}`)
  if (advice.length > 0) output.line('Look at this:')
  for (const text of advice) output.line(`  ${toPlainText(text)}.`)
  output.line('Every guess may be wrong: read the file, then')
  output.line(`  tutti task check ${options.out} --data ${csv}`)
  output.line(`  tutti create --task-file ${options.out} --data ${csv}`)
  output.result({ out: options.out, task, observations: Object.fromEntries(observations), reading, omitted, advice })
}

async function checkTask(file: string, options: CheckOptions): Promise<void> {
  const output = createOutput({ isJson: options.json === true })
  const { describeFault, describeReading, findTableFaults, findTakenOtherwise, toDataset } = await import(
    '@tutti/learn'
  )
  const { readTaskFile } = await import('@tutti/learn/node')
  const task = readTaskFile(file)
  output.line(`${toPlainText(task.name)}: ${toPlainText(task.purpose)}`)
  output.line(`  ${await describeTask(task)}`)
  if (options.data === undefined) {
    output.line(`${file} is a task file. Check rows against it with --data FILE.`)
    output.result({ task, isFit: true })
    return
  }
  const table = await readRows(options.data, task.data.csv?.decimal)
  const reading = describeReading(table)
  const faults = findTableFaults(table, task.data)
  if (faults.length > 0) {
    output.note(describeFaults(options.data, faults))
    const found = faults.map((fault) => ({ ...fault, message: describeFault(fault) }))
    output.result({ task, isFit: false, reading, faults: found })
    process.exitCode = exitCodes.badInput
    return
  }
  const dataset = toDataset(table, task.data)
  const taken = findTakenOtherwise(table, task.data)
  output.line(`${options.data} fits: ${formatCount(dataset.count, 'example')}${describeLabels(task, dataset)}.`)
  const unlabelled = table.count - dataset.count
  for (const line of reading) output.line(`  ${toPlainText(line)}`)
  if (unlabelled > 0) output.line(`  ${formatCount(unlabelled, 'row')} without a label left out`)
  for (const line of describeTaken(taken)) output.line(`  ${line}`)
  output.result({ task, isFit: true, examples: dataset.count, unlabelled, reading, taken })
}

async function describeTask(task: TaskFile): Promise<string> {
  const { countParameters, describeModel, toModel, toTaskKind } = await import('@tutti/learn')
  const model = toModel(task)
  return `${toTaskKind(task)}, network ${describeModel(model)} (${formatInteger(countParameters(model))} parameters)`
}

/** How many examples each class has. */
function describeLabels({ data: { label } }: TaskFile, { labels }: Dataset): string {
  if (label.kind !== 'class') return ''
  const counts = label.classes.map(() => 0)
  for (const index of labels) counts[index]!++
  return ` (${toPlainText(label.classes.map((name, index) => `${name} ${counts[index]}`).join(', '))})`
}

/** Writes a file that must not exist yet. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeNewFile(path, text)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CommandError(`${path} exists, and is not overwritten. Choose another with --out.`, exitCodes.usage)
  }
}
