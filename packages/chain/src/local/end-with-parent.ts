/**
 * Ends a child with its parent, even where the parent is killed and can do nothing any more: a watcher reads from a pipe
 * that only the parent holds, and acts when it closes.
 *
 * @example
 * ```ts
 * import { spawn } from 'node:child_process'
 * import { endWithParent } from '@tutti/chain/local'
 *
 * const child = spawn('sleep', ['60'])
 * const letGo = endWithParent(child.pid!, 'TERM')
 * child.kill()
 * await new Promise((resolve) => child.once('exit', resolve))
 * letGo()
 * child.signalCode // → 'SIGTERM'
 * ```
 */
import { spawn } from 'node:child_process'

/**
 * Watches over a process, or a process group by the negative of its number: asks it to end when this process is gone, and
 * ends it by force ten seconds later. Does nothing on Windows, which has no such shell.
 *
 * @returns Lets the watcher go. To be called as soon as the process has ended, before its number is given to another.
 */
export function endWithParent(pid: number, signal: 'INT' | 'TERM' | 'KILL'): () => void {
  if (process.platform === 'win32') return () => undefined
  const script = `cat > /dev/null; kill -s ${signal} -- "$0"; sleep 10; kill -s KILL -- "$0"`
  // A group of its own: what a terminal sends to the parent's group must not end the watcher first.
  const watcher = spawn('/bin/sh', ['-c', script, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  // Without a shell nobody watches; the child still ends with a parent that ends in order.
  watcher.on('error', () => undefined)
  watcher.stdin.on('error', () => undefined)
  watcher.unref()
  ;(watcher.stdin as unknown as { unref?(): void }).unref?.()
  return () => {
    // The whole group: the shell and what it waits for.
    try {
      if (watcher.pid !== undefined) process.kill(-watcher.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}
