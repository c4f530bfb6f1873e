/**
 * Writes the JSON Schemas of task files and of the trainer protocol from their forms:
 * `node --import tsx packages/learn/scripts/generate-schemas.ts`, then `npm run format`. Tests fail where a file is not
 * current.
 */
import { writeFileSync } from 'node:fs'
import { taskFileJsonSchema } from '../src/tasks/task-file-schema.ts'
import { trainerSchema } from '../src/training/trainer-protocol.ts'

for (const [file, schema] of [
  ['task.schema.json', taskFileJsonSchema()],
  ['trainer.schema.json', trainerSchema()],
] as const) {
  writeFileSync(new URL(`../${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)
}
