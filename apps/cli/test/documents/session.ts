/**
 * A shell in which the commands of a document are run one after another, as a reader would run them: what one of them
 * exports, the next has. All that they start is in process groups of the session and is gone with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

/** How a command ended, and what it and those beside it printed until then. */
export interface Ran {
  code: number
  output: string
}

/** A shell with commands in it. */
export interface Session {
  /** Runs a command to its end; what it puts into the background goes on. */
  run(command: string): Promise<Ran>
  /** Starts a command that does not end by itself; resolves when it has printed a text. */
  keep(command: string, readyText: string): Promise<void>
  /** Waits for what is in the background, then stops what was kept, as Ctrl-C does: their exit codes. */
  end(): Promise<number[]>
  /** Ends everything at once. */
  kill(): void
  /** All that was printed. */
  output(): string
}

/** A command took too long, or the shell is gone. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

/**
 * Opens a session.
 *
 * @param options.cwd - Where the commands run.
 * @param options.env - Their whole environment.
 * @param options.limitSeconds - The most that one command may take.
 */
export function openSession(options: { cwd: string; env: NodeJS.ProcessEnv; limitSeconds: number }): Session {
  const shell = spawn('bash', ['-o', 'pipefail'], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const kept: number[] = []
  let output = ''
  let asked = 0
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  // A shell that is gone is found out by what waits for it.
  shell.stdin.on('error', () => undefined)
  shell.stdin.write('exec 2>&1\n')

  /** The first match of a pattern from a place of the output on. */
  async function find(pattern: RegExp, from: number): Promise<RegExpExecArray> {
    const until = Date.now() + options.limitSeconds * 1_000
    for (;;) {
      const found = pattern.exec(output.slice(from))
      if (found !== null) return found
      if (shell.exitCode !== null) throw new SessionError(`The shell ended:\n${output.slice(from)}`)
      if (Date.now() > until) {
        throw new SessionError(`Nothing matched ${pattern} in ${options.limitSeconds} s:\n${output.slice(from)}`)
      }
      await wait(20)
    }
  }

  /** Has the shell do something, and reads what it answers in the end. */
  async function ask(script: string, answer: string): Promise<{ words: string; output: string }> {
    const from = output.length
    const mark = `of-the-session-${++asked}:`
    shell.stdin.write(`${script}\nprintf '\\n%s%s\\n' ${mark} "${answer}"\n`)
    const found = await find(new RegExp(`\\n${mark}(.*)\\n`), from)
    return { words: found[1]!, output: output.slice(from, from + found.index) }
  }

  return {
    async run(command) {
      const { words, output: printed } = await ask(`eval ${quote(command)} </dev/null`, '$?')
      return { code: Number(words), output: printed }
    },
    async keep(command, readyText) {
      const from = output.length
      // With job control on, it gets a process group of its own, which a signal reaches as from a keyboard.
      const { words } = await ask(`set -m; { eval ${quote(command)}; } </dev/null & set +m`, '$!')
      kept.push(Number(words))
      await find(new RegExp(readyText.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')), from)
    },
    async end() {
      const { words } = await ask(
        `ended=; for job in $(jobs -p); do case " ${kept.join(' ')} " in *" $job "*) ;; *) wait "$job"; ended="$ended $?";; esac; done`,
        '$ended',
      )
      const codes = words.trim() === '' ? [] : words.trim().split(' ').map(Number)
      for (const group of kept.splice(0).reverse()) {
        process.kill(-group, 'SIGINT')
        codes.push(Number((await ask(`wait ${group}`, '$?')).words))
      }
      shell.stdin.end()
      return codes
    },
    kill() {
      for (const group of kept) killGroup(group)
      killGroup(shell.pid)
    },
    output: () => output,
  }
}

function killGroup(group: ChildProcess['pid']): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

/** A text as one word of the shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
