/**
 * Where the residuals of a simulation's members are kept: in memory, or in a file each where they are many and large, so
 * that memory does not grow with the members.
 *
 * @example
 * ```ts
 * import { createResidualStore } from '@tutti/node'
 *
 * const residualStore = createResidualStore()
 * residualStore.load(0, 8) // → undefined
 * residualStore.load(0, 2)?.residuals.size // → 0
 * residualStore.close()
 * ```
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorFeedback, hasFeedback, settleResiduals, startFeedback } from '@tutti/core'
import { decodeFeedback, encodeFeedback } from '../disk/feedback-file.ts'

/** Residuals by member. */
export interface ResidualStore {
  /** What a member carries into its next update; undefined where updates are wide enough to do without. */
  load(member: number, bits: number): ErrorFeedback | undefined
  save(member: number, feedback: ErrorFeedback): void
  /** What was lost of a member's update of a round becomes its own if the update counted, else it is forgotten. */
  resolve(member: number, round: number, isCounted: boolean): void
  /** Frees what is kept. */
  close(): void
}

/** Opens an empty store. @param directory - Where files may be made; in memory when absent. */
export function createResidualStore(directory?: string): ResidualStore {
  const folder = directory === undefined ? undefined : mkdtempSync(join(directory, 'tutti-simulate-'))
  const held = new Map<number, ErrorFeedback>()
  const onDisk = new Set<number>()
  const fileOf = (member: number) => join(folder!, `${member}.bin`)
  const load = (member: number) =>
    onDisk.has(member) ? decodeFeedback(readFileSync(fileOf(member))) : held.get(member)
  const save = (member: number, feedback: ErrorFeedback) => {
    if (folder === undefined) held.set(member, feedback)
    else {
      writeFileSync(fileOf(member), encodeFeedback(feedback))
      onDisk.add(member)
    }
  }
  return {
    load: (member, bits) => (hasFeedback(bits) ? (load(member) ?? startFeedback()) : undefined),
    save,
    resolve: (member, round, isCounted) => {
      const feedback = load(member)
      if (feedback === undefined) return
      const counts = (sentIn: number) => isCounted && sentIn === round
      if (feedback.pending.size > 0) save(member, settleResiduals(feedback, counts))
    },
    close: () => {
      held.clear()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
