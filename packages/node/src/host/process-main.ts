/** The inside of a member's own process: see `process.ts`. */
import type { WorkerTask } from './worker.ts'
import { type MemberPort, runMember } from './worker-main.ts'

const port: MemberPort = {
  postMessage: (message) => {
    // The most memory that the process ever held, Node, libraries and all.
    if (message.kind === 'done') process.send?.({ kind: 'memory', peakBytes: process.resourceUsage().maxRSS * 1024 })
    process.send?.(message)
  },
  on: (_, listener) => process.on('message', (message) => message === 'stop' && listener(message)),
  close: () => {
    process.off('disconnect', endOrphaned)
    process.disconnect()
  },
}

/** The process that started the member is gone. What is under way is on disk. */
function endOrphaned(): void {
  process.exit(1)
}

process.once('disconnect', endOrphaned)

process.once('message', (task: WorkerTask) => void runMember(port, task))
