/** A campaign: federations one after another, until so many kills were made. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awaitEnds } from './aftermath.ts'
import type { Violation } from './laws.ts'
import { drawFederation } from './plan.ts'
import { playFederation } from './play.ts'
import { type Stage, setStage } from './preparation.ts'
import { findProcesses, signal as send } from './processes.ts'
import { countKills, emptyTally, type Tally } from './tally.ts'

/** What a campaign is. */
export interface CampaignOptions {
  /** Kills to be made, of all kinds together. */
  kills: number
  seed: number
  signal: AbortSignal
  onProgress: (line: string) => void
}

/** A violation, and where it was seen. */
export type Broken = Violation & { federation: number; time: string }

/** How it went. */
export interface Campaign {
  seed: number
  tally: Tally
  broken: Broken[]
  seconds: number
  /** Where logs and stores lie; undefined if all held, and they were deleted. */
  directory: string | undefined
}

/** Kills may run out of targets: so many federations without any are a campaign that does not get on. */
const MOST_BARREN = 3

/** Runs a campaign. Nothing of it runs on when it returns or throws. */
export async function runCampaign({ kills, seed, signal, onProgress }: CampaignOptions): Promise<Campaign> {
  const started = performance.now()
  const directory = mkdtempSync(join(tmpdir(), 'tutti-chaos-'))
  const mark = `${process.pid}-${Date.now()}`
  const tally = emptyTally()
  const broken: Broken[] = []
  let isWhole = false
  onProgress('setting up a chain…')
  let stage: Stage | undefined
  try {
    stage = await setStage(directory, mark, seed)
    for (let federation = 0, barren = 0; countKills(tally) < kills && barren < MOST_BARREN; federation++) {
      const before = countKills(tally)
      const plan = drawFederation(seed, federation)
      const tell = (line: string) =>
        onProgress(`${countKills(tally)} of ${kills} kills, federation ${federation + 1} (${plan.path}): ${line}`)
      const found = await playFederation({ stage, mark, tally, kills, signal, onProgress: tell }, plan)
      const time = new Date().toISOString()
      broken.push(...found.map((violation) => ({ ...violation, federation, time })))
      barren = countKills(tally) === before ? barren + 1 : 0
    }
    await stage.chain.stop()
    const left = await awaitEnds(mark, undefined)
    broken.push(...left.map((violation) => ({ ...violation, federation: -1, time: new Date().toISOString() })))
    isWhole = broken.length === 0 && countKills(tally) >= kills
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(`${(error as Error).message} Logs and stores are kept in ${directory}.`, { cause: error })
  } finally {
    stage?.chain.abort()
    for (const { pid } of findProcesses(mark)) send(pid, 'SIGKILL')
    await awaitEnds(mark, undefined)
    // What the last of them said is being written yet.
    await new Promise((resolve) => setTimeout(resolve, 500))
    if (isWhole || signal.aborted) rmSync(directory, { recursive: true, force: true })
  }
  const seconds = (performance.now() - started) / 1_000
  return { seed, tally, broken, seconds, directory: isWhole ? undefined : directory }
}
