import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packModel, unpackModel } from '@tutti/core'
import { buildManifest } from '../../src/calibration/build-manifest.ts'
import { calibrate } from '../../src/calibration/calibrate.ts'
import { quantile } from '../../src/calibration/steps.ts'
import { selectExamples } from '../../src/data/dataset.ts'
import { partitionDirichlet } from '../../src/data/partition.ts'
import { evaluateIntegers, toInitialLanes } from '../../src/evaluation/integer-model.ts'
import { parseManifest, serializeManifest } from '../../src/manifest/manifest.ts'
import { toWeights } from '../../src/manifest/setup.ts'
import { loadTask, type TaskName } from '../../src/tasks/tasks.ts'
import { federatedAveraging, memberSeed, trainAlone } from '../../src/training/federated-averaging.ts'
import { quantizedAveraging } from '../../src/training/quantized-averaging.ts'
import { createTrainer } from '../../src/training/trainer.ts'

/** A task divided among members, calibrated, with a manifest and initial integers. */
async function prepare(name: TaskName, seed = 1, members = 8) {
  const task = loadTask(name)
  const trainer = await createTrainer(task.model, task.training)
  const lists = partitionDirichlet(task.train.labels, { members, alpha: 0.5, seed })
  const parts = lists.map((list) => selectExamples(task.train, list))
  const { model, schema, terms } = task
  const calibration = await calibrate({ model, schema, trainer, members: parts, terms, seed })
  const manifest = buildManifest({ task, calibration, initialisation: new Uint8Array(32).fill(seed) })
  const lanes = toInitialLanes(manifest, terms.laneBits)
  return { task, trainer, members: parts, manifest, lanes, terms, rounds: task.rounds, seed }
}

test('digits: 8 members with skewed data reach 95% in integers, close to floating point', async () => {
  const { task, ...options } = await prepare('digits')
  const losses: number[] = []
  const { lanes, clampedShare } = await quantizedAveraging({
    ...options,
    onRound: ({ loss }) => void losses.push(loss),
  })
  const chain = evaluateIntegers(options.manifest, lanes, task.heldOut).accuracy!
  const weights = toWeights(options.manifest, options.lanes)
  const float = await federatedAveraging({ ...options, weights, weighting: 'uniform' })
  const fedAvg = (await options.trainer.evaluate(float, task.heldOut)).accuracy!
  assert.ok(chain >= 0.95, `${chain}`)
  assert.ok(fedAvg - chain < 0.02, `${fedAvg} against ${chain}`)
  assert.ok(clampedShare < 0.05)
  assert.ok(losses.at(-1)! < losses[0]! / 5)
  assert.ok(lanes.every((lane) => Math.abs(lane) < 2 ** 15))
  assert.deepEqual(unpackModel(packModel(lanes, 16), 16, lanes.length), lanes)
  await options.trainer.release()
})

test('breast cancer: the integers learn a binary task', async () => {
  const { task, ...options } = await prepare('breast-cancer')
  const { lanes } = await quantizedAveraging(options)
  const metrics = evaluateIntegers(options.manifest, lanes, task.heldOut)
  assert.ok(metrics.accuracy! >= 0.93, `${metrics.accuracy}`)
  assert.ok(metrics.auroc! >= 0.97, `${metrics.auroc}`)
  await options.trainer.release()
})

test('the integer network answers as the float model that its integers stand for', async () => {
  const { task, trainer, manifest, ...options } = await prepare('digits', 2)
  const { lanes } = await quantizedAveraging({ ...options, trainer, manifest, rounds: 8 })
  const integers = evaluateIntegers(manifest, lanes, task.heldOut)
  const float = await trainer.evaluate(toWeights(manifest, lanes), task.heldOut)
  assert.ok(Math.abs(integers.accuracy! - float.accuracy!) <= 0.01)
  assert.ok(Math.abs(integers.loss! - float.loss!) <= 0.03, `${integers.loss} against ${float.loss}`)
  await trainer.release()
})

test('quantised averaging repeats bit for bit for a seed', async () => {
  const options = await prepare('digits', 3, 4)
  const first = await quantizedAveraging({ ...options, rounds: 2 })
  assert.deepEqual(await quantizedAveraging({ ...options, rounds: 2 }), first)
  assert.notDeepEqual((await quantizedAveraging({ ...options, rounds: 2, seed: 99 })).lanes, first.lanes)
  await options.trainer.release()
})

for (const bits of [1, 2, 8]) {
  test(`updates of ${bits} bits train too`, async () => {
    const { task, trainer, members, seed } = await prepare('digits', 1, 4)
    const { model, schema } = task
    const terms = {
      laneBits: 16,
      bits,
      gains: [
        { fromRound: 0, gain: 2 },
        { fromRound: 5, gain: 1 },
      ],
    }
    const calibration = await calibrate({ model, schema, trainer, members, terms, seed })
    const manifest = buildManifest({ task, calibration, initialisation: new Uint8Array(32) })
    const lanes = toInitialLanes(manifest, 16)
    const before = evaluateIntegers(manifest, lanes, task.heldOut).accuracy!
    const trained = await quantizedAveraging({ trainer, members, manifest, terms, lanes, rounds: 10, seed })
    assert.ok(evaluateIntegers(manifest, trained.lanes, task.heldOut).accuracy! > before + 0.3)
    await trainer.release()
  })
}

test('terms that allow eight times the members train the same, by steps of an eighth and eight times the gain', async () => {
  const { manifest, lanes, members, ...options } = await prepare('digits', 6, 4)
  const tensors = manifest.tensors.map(({ step: [numerator, denominator], ...tensor }) => ({
    ...tensor,
    step: [numerator, denominator * 8] as [number, number],
  }))
  const eighths = {
    ...options,
    members,
    rounds: 2,
    manifest: { ...manifest, tensors },
    lanes: lanes.map((lane) => 8 * lane),
  }
  const few = await quantizedAveraging({ ...options, members, rounds: 2, manifest, lanes })
  const many = await quantizedAveraging({ ...eighths, terms: { ...options.terms, laneBits: 32 }, most: 32 })
  assert.deepEqual(
    many.lanes,
    few.lanes.map((lane) => 8 * lane),
  )
  assert.equal(many.clampedShare, few.clampedShare)
  await options.trainer.release()
})

test('only the cohort of a round trains, on both sides', async () => {
  const { manifest, lanes, members, task, ...options } = await prepare('digits', 7, 4)
  const cohortOf = (round: number) => (round === 0 ? [0, 2] : [2, 0])
  const strangers = members.map((member, index) => (index % 2 === 0 ? member : task.heldOut))
  const common = { ...options, rounds: 2, cohortOf }
  const quantized = { ...common, manifest, lanes }
  const [one, other] = [
    await quantizedAveraging({ ...quantized, members }),
    await quantizedAveraging({ ...quantized, members: strangers }),
  ]
  assert.deepEqual(one, other)
  const floats = { ...common, weights: toWeights(manifest, lanes), weighting: 'samples' as const }
  assert.deepEqual(
    await federatedAveraging({ ...floats, members }),
    await federatedAveraging({ ...floats, members: strangers }),
  )
  await options.trainer.release()
})

test('a calibrated manifest agrees with itself and survives publication', async () => {
  const { manifest, trainer, lanes } = await prepare('breast-cancer', 4)
  assert.deepEqual(parseManifest(serializeManifest(manifest)), manifest)
  assert.ok(lanes.some((lane) => lane !== 0))
  await trainer.release()
})

test('sample weighting of members of one size is uniform weighting; one member alone is plain training', async () => {
  const { trainer, members, manifest, lanes, seed } = await prepare('digits', 5, 2)
  const equal = members.map((member) =>
    selectExamples(
      member,
      Array.from({ length: 40 }, (_, i) => i % member.count),
    ),
  )
  const weights = toWeights(manifest, lanes)
  const options = { trainer, members: equal, weights, rounds: 2, seed }
  const uniform = await federatedAveraging({ ...options, weighting: 'uniform' })
  assert.deepEqual(await federatedAveraging({ ...options, weighting: 'samples' }), uniform)
  const alone = await trainAlone({ trainer, weights, rounds: 1, seed, dataset: equal[0]! })
  assert.deepEqual(alone, (await trainer.fit(weights, equal[0]!, { seed: memberSeed(seed, 0, 0) })).weights)
  await trainer.release()
})

test('quantiles of known lists', () => {
  assert.equal(quantile([5, 1, 3], 0.5), 3)
  assert.equal(quantile([5, 1, 3], 1), 5)
  assert.equal(quantile([], 0.5), 0)
})
