/** The password of a keystore, asked for without showing it. */
import { CommandError, exitCodes } from './exit-codes.ts'

/** A terminal as {@link readHidden} needs it. */
type Terminal = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown }

/**
 * A password: from TUTTI_PASSWORD, else asked for on the terminal without showing it; twice where it is a new one.
 *
 * @throws `CommandError` if it is empty, if the two differ, or if there is nobody to ask.
 */
export async function readPassword(
  question: string,
  options: { isNew?: boolean; input?: Terminal; output?: NodeJS.WritableStream } = {},
): Promise<string> {
  const { isNew = false, input = process.stdin, output = process.stderr } = options
  const given = process.env.TUTTI_PASSWORD
  if (given === undefined && input.isTTY !== true) {
    throw new CommandError('Put the password into TUTTI_PASSWORD, or run this in a terminal.', exitCodes.noKey)
  }
  const password = given ?? (await readHidden(question, input, output))
  if (password === '') throw new CommandError('The password is empty. Choose one.', exitCodes.noKey)
  if (given === undefined && isNew && (await readHidden('The same again: ', input, output)) !== password) {
    throw new CommandError('The two passwords differ; nothing was written. Try again.', exitCodes.noKey)
  }
  return password
}

/** Asks on a terminal; what is typed is not shown. Ctrl-C and Ctrl-D end the command. */
function readHidden(question: string, input: Terminal, output: NodeJS.WritableStream): Promise<string> {
  output.write(question)
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const end = (settle: () => void) => {
      input.off('data', onData)
      input.setRawMode?.(false)
      input.pause()
      output.write('\n')
      settle()
    }
    const onData = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed.join('')))
        if (character === '\u0003' || character === '\u0004') {
          return end(() => reject(new CommandError('Interrupted; nothing was written.', exitCodes.interrupted)))
        }
        if (character === '\u007f' || character === '\b') typed.pop()
        else if (character === '\u0015') typed = []
        else if (character >= ' ') typed.push(character)
      }
    }
    input.setRawMode?.(true)
    input.setEncoding('utf8')
    input.on('data', onData)
    input.resume()
  })
}
