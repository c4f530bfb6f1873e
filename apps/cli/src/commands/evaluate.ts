/** `tutti evaluate ID`: judges the chain's model on labelled rows that it was not trained on. */
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { addConnectionOptions, type ConnectionOptions, openReader, parseId } from '../chain/connection.ts'
import { addModuleOption, demandKnownModules, type ModuleOptions } from '../chain/modules.ts'
import { addBlobOptions } from '../model/blob-model.ts'
import { evaluationLines } from '../model/evaluation-lines.ts'
import { addRoundOption, addSealedOption, readAskedRound } from '../model/past-model.ts'
import { openScorer, type ScoringOptions } from '../model/scoring.ts'
import { createOutput } from '../terminal/output.ts'

interface EvaluateOptions extends ConnectionOptions, ScoringOptions, ModuleOptions {
  data: string
}

/** Adds the command `evaluate`. */
export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      "Judge the chain's model on labelled rows: figures with 95% intervals, and by class. It costs nothing.",
    )
    .argument('<id>', 'the federation', parseId)
    .requiredOption('--data <file>', "labelled rows that nobody trained on: a CSV of the federation's columns")
    .option('--on-chain', 'ask the contract for every answer (default: compute them here, by the same arithmetic)')
  command.option('--model <file>', 'blob path: answer on this machine, from a model that was pulled before')
  addRoundOption(command)
  addSealedOption(command)
  addModuleOption(addBlobOptions(addConnectionOptions(command))).action(async (id: Hex, options: EvaluateOptions) => {
    const output = createOutput({ isJson: options.json === true })
    const client = await openReader(options)
    const { readManifest } = await import('@tutti/chain')
    const { evaluateOutputs, judgeConstant, parseModelManifest } = await import('@tutti/learn')
    const { describeFit, readOwnRows } = await import('../data/local-data.ts')
    const creation = await readManifest(client, { id })
    const modules = await demandKnownModules(client, creation, options, output)
    const manifest = parseModelManifest(creation.manifest)
    const round = await readAskedRound(client, id, options, output)
    output.progress(`reading ${options.data}…`)
    const rows = await readOwnRows(manifest, options.data)
    if (rows.kind !== 'dataset') return
    const { dataset } = rows
    for (const line of describeFit(rows)) output.line(line)
    const scorer = await openScorer({ client, creation, manifest, modules }, options, output)
    try {
      const outputs = await scorer.score(dataset)
      const evaluation = evaluateOutputs(manifest.model, outputs, dataset)
      output.line('')
      for (const line of evaluationLines(manifest, evaluation, dataset)) output.line(line)
      output.line('')
      const whose = options.sealed === undefined ? `The model after round ${round}` : 'The sealed model'
      output.line(`${whose}; ${scorer.how}.`)
      const { label } = manifest.data
      const named = evaluation.classes.map((figures, index) => ({
        name: label.kind === 'number' ? '' : label.classes[index]!,
        ...figures,
      }))
      output.result({
        id,
        round,
        examples: dataset.count,
        ...evaluation,
        classes: named,
        constant: judgeConstant(manifest.model, dataset),
        version: scorer.version,
        answeredBy: scorer.answeredBy,
        isLocal: scorer.isLocal,
        modules,
      })
    } finally {
      await scorer.close()
    }
  })
}
