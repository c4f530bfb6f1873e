/**
 * A command line as words, without a shell: spaces separate words, quotes hold them together, and a backslash takes the next
 * character as it is. What only a shell understands is refused, so that nobody takes it for something that works.
 *
 * @example
 * ```ts
 * import { splitCommandLine } from '@tutti/node'
 *
 * splitCommandLine(`python3 'my train.py' --epochs 5`) // → ['python3', 'my train.py', '--epochs', '5']
 * splitCommandLine('python3 train.py | tee log') // throws CommandLineError
 * ```
 */

/** Characters that mean something to a shell outside quotes, and inside double quotes. */
const SHELL_BARE = /[|&;<>()$`]/
const SHELL_QUOTED = /[$`]/

/**
 * Splits a command line.
 *
 * @example splitCommandLine(`python3 'my train.py' --epochs 5`) // ['python3', 'my train.py', '--epochs', '5']
 * @throws {@link CommandLineError} for an open quote, an empty line, and what needs a shell.
 */
export function splitCommandLine(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (quote === "'") {
      if (character === "'") quote = ''
      else word += character
    } else if (character === '\\') {
      const next = line[++i]
      if (next === undefined) throw new CommandLineError(line, 'it ends with a backslash')
      // Inside double quotes a backslash is itself unless it protects something, as in a shell.
      word = (word ?? '') + (quote === '"' && !/["\\$`]/.test(next) ? `\\${next}` : next)
    } else if (quote === '"') {
      if (character === '"') quote = ''
      else if (SHELL_QUOTED.test(character)) throw new CommandLineError(line, `"${character}" needs a shell`)
      else word += character
    } else if (character === "'" || character === '"') {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (SHELL_BARE.test(character)) {
      throw new CommandLineError(line, `"${character}" needs a shell`)
    } else word = (word ?? '') + character
  }
  if (quote !== '') throw new CommandLineError(line, `the quote ${quote} is never closed`)
  if (word !== undefined) words.push(word)
  if (words.length === 0 || words[0] === '') throw new CommandLineError(line, 'it names no program')
  return words
}

/** A command line is no list of words. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError'
  readonly isRetryable = false

  constructor(line: string, reason: string) {
    super(
      `The command \`${line}\` cannot be run: ${reason}. Words are split at spaces and quotes, without a shell; ` +
        "for a shell write: sh -c '…'.",
    )
  }
}
