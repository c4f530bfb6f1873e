/** What a node trains with: a program of its owner's, or the built-in trainer on its owner's rows. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChainClient } from '@tutti/chain'
import type { Dataset, PublishedManifest } from '@tutti/learn'
import type { Trainer } from '@tutti/node'
import type { Hex } from 'viem'
import type { OwnRows } from '../data/local-data.ts'
import { CommandError, exitCodes } from '../terminal/exit-codes.ts'
import { present } from '../terminal/option-values.ts'
import type { NodeSettings } from './settings.ts'

/** The owner's trainer for a federation: a program of its own, or the built-in one on its data. */
export async function openTrainer(
  settings: NodeSettings,
  { federationId, manifest, client }: { federationId: Hex; manifest: PublishedManifest; client: ChainClient },
): Promise<Trainer> {
  const { checkTable, createCommandTrainer, createLocalTrainer, createStatisticsTrainer, storeDirectory } =
    await import('@tutti/node')
  const { requireModel, requireStatistics } = await import('@tutti/learn')
  const { data, trainer, seed, store: root } = settings
  if (trainer !== undefined) {
    requireModel(manifest)
    if (data !== undefined) await access(data)
    const place = { root, chainId: client.chainId, federationId, account: client.account!.address }
    return createCommandTrainer({
      words: trainer,
      federationId,
      directory: join(storeDirectory(place), 'training'),
      seed,
      ...present({ data, limitSeconds: settings.trainerTimeoutSeconds }),
    })
  }
  const { readOwnRows } = await import('../data/local-data.ts')
  const rows = await readOwnRows(manifest, data!)
  if (rows.kind === 'table') {
    const { exposesFewRows } = settings.policy
    checkTable(rows.table, requireStatistics(manifest), { exposesFewRows })
    return createStatisticsTrainer({ table: rows.table, exposesFewRows })
  }
  const { dataset } = rows
  if (dataset.count === 0) throw new CommandError(`${data} has no rows to train on.`, exitCodes.badInput)
  const { epochs, steps, learningRate } = settings
  const { baseModel } = settings.behaviour
  const { train, heldOut } = await holdOut(dataset, settings, (file) => readOwnRows(manifest, file))
  return createLocalTrainer({ dataset: train, seed, ...present({ heldOut, epochs, steps, learningRate, baseModel }) })
}

/** Divides a member's rows into those that are trained on and those that its figures are of, if any are kept back. */
async function holdOut(
  dataset: Dataset,
  { holdout, testData, seed }: Pick<NodeSettings, 'holdout' | 'testData' | 'seed'>,
  readRows: (file: string) => Promise<OwnRows>,
): Promise<{ train: Dataset; heldOut: Dataset | undefined }> {
  if (testData !== undefined) {
    const rows = await readRows(testData)
    return { train: dataset, heldOut: rows.kind === 'dataset' ? rows.dataset : undefined }
  }
  if (holdout === undefined) return { train: dataset, heldOut: undefined }
  const { selectExamples, splitHoldout } = await import('@tutti/learn')
  const parts = splitHoldout(dataset, { fraction: holdout, seed })
  if (parts.train.length === 0 || parts.heldOut.length === 0) {
    throw new CommandError(
      `${dataset.count} rows cannot be divided by --holdout ${holdout}: one part would be empty. Give another share.`,
      exitCodes.badInput,
    )
  }
  return { train: selectExamples(dataset, parts.train), heldOut: selectExamples(dataset, parts.heldOut) }
}
