/** How this program was started, so that the commands that its messages propose can be copied as they are. */

/** What a message calls the program before a command: `tutti claim ID`. In prose the name is written Tutti. */
const HINTED = /(?<![\w./@:-])tutti (?=[a-z])/g

/**
 * What starts the program again: `npm run tutti --` in a clone, `npx tutti` where npx started it, else `tutti`.
 *
 * @param env - `npm_lifecycle_event` is the script that npm runs: `npx` for `npx`.
 */
export function programName({ npm_lifecycle_event: script }: NodeJS.ProcessEnv): string {
  if (script === 'tutti' || script === 'demo') return 'npm run tutti --'
  return script === 'npx' ? 'npx tutti' : 'tutti'
}

/** Text for people, with every command in it as this program is started. */
export function nameProgram(text: string, name = programName(process.env)): string {
  return name === 'tutti' ? text : text.replace(HINTED, `${name} `)
}
