/**
 * Which processes of a campaign are alive, children of children included: all of them inherit a mark in their
 * environment. Known on Linux alone.
 *
 * @see proc(5), `/proc/pid/environ`, `/proc/pid/stat`, `/proc/pid/cmdline`
 */
import { readdirSync, readFileSync } from 'node:fs'

/** Name of the mark in the environment. */
export const MARK = 'TUTTI_CHAOS'

/** A living process. */
export interface Living {
  pid: number
  parent: number
  command: string
}

/** Whether processes can be looked for here. */
export const canSeeProcesses = process.platform === 'linux'

/** Living processes with this mark, this one apart; none where they cannot be seen. */
export function findProcesses(mark: string): Living[] {
  if (!canSeeProcesses) return []
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
      if (!environment.includes(`${MARK}=${mark}`)) return []
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      // After the name in parentheses, which may hold blanks: the state, the parent.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z') return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(name), parent: Number(parent), command }]
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return []
    }
  })
}

/** Whether a process is this one, or one that it or its children started. */
export function isBelow(living: readonly Living[], { pid, parent }: Living, root: number | undefined): boolean {
  if (root === undefined) return false
  const above = living.find((other) => other.pid === parent)
  return pid === root || (above !== undefined && isBelow(living, above, root))
}

/** Sends a signal; nothing happens if the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
