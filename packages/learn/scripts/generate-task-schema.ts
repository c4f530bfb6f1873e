/**
 * Writes `task.schema.json` from the form of task files: `node --import tsx packages/learn/scripts/generate-task-schema.ts`,
 * then `npm run format`. A test fails where the file is not current.
 */
import { writeFileSync } from 'node:fs'
import { taskFileSchema } from '../src/task-file-form.ts'

writeFileSync(new URL('../task.schema.json', import.meta.url), `${JSON.stringify(taskFileSchema(), null, 2)}\n`)
