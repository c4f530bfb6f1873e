/** A running node as its owner watches it: events in lines, the line at the foot, health and metrics, and how it is stopped. */
import type { NodeEvent, Search } from '@tutti/node'
import { watchInterruption } from '../terminal/interruption.ts'
import type { Output } from '../terminal/output.ts'
import { tellEvents } from './event-lines.ts'
import type { NodeSettings } from './settings.ts'
import { createNodeView } from './view.ts'

/** What a running node tells, and hears. */
export interface NodeConsole {
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal
  onEvent(event: NodeEvent): void
  /** A look for federations, with what it failed of. */
  onSearch(search: Search): void
  /** How the command ends if somebody stopped it; undefined if nobody did. */
  exitCode(): number | undefined
  /** Clears the line at the foot, before the last words. */
  clear(): void
  close(): Promise<void>
}

/** Starts to watch. */
export async function openConsole(
  settings: Pick<NodeSettings, 'metricsPort' | 'logLevel'>,
  output: Output,
): Promise<NodeConsole> {
  const monitor = await openMonitor(settings.metricsPort, output)
  const interruption = watchInterruption(() => output.note('stopping after the action at hand; again to stop at once'))
  const view = createNodeView(output)
  return {
    signal: interruption.signal,
    onEvent: tellEvents(output, settings.logLevel, (event) => {
      monitor?.note(event)
      view.note(event)
    }),
    onSearch: (search) => monitor?.noteSearch(search),
    exitCode: interruption.exitCode,
    clear: view.close,
    close: async () => {
      view.close()
      interruption.release()
      await monitor?.close()
    },
  }
}

/** Serves health and metrics if a port is given. */
async function openMonitor(port: number | undefined, output: Output) {
  if (port === undefined) return undefined
  const { noteEvent, noteSearch, startMonitor, startStatus } = await import('@tutti/node')
  const status = startStatus(Date.now())
  const { url, close } = await startMonitor(status, port)
  if (output.isJson) output.event({ kind: 'monitor', time: Date.now(), url })
  else output.note(`health and metrics: ${url}/health ${url}/metrics`)
  return {
    note: (event: NodeEvent) => noteEvent(status, event),
    noteSearch: (search: Search) => noteSearch(status, search),
    close,
  }
}
