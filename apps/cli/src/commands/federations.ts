/** `tutti federations`: the federations of the chain, and whether the owner's policy allows each. */
import type { Command } from 'commander'
import { addConnectionOptions, type ConnectionOptions, openReader } from '../chain/connection.ts'
import { describeLimits } from '../chain/limit-lines.ts'
import { openBudgetReader } from '../node/budget-lines.ts'
import { surveyOptionsOf } from '../node/discovery.ts'
import { addPolicyOptions } from '../node/policy-options.ts'
import { defaultStore, type NodeCommandOptions, readLimits } from '../node/settings.ts'
import { describeSurvey, toPlain } from '../node/survey-lines.ts'
import { createOutput } from '../terminal/output.ts'

/** Adds the command `federations`. */
export function addFederations(program: Command): void {
  const command = program
    .command('federations')
    .description('List the federations of the chain, and which of them your policy allows.')
    .option('--config <file>', "a node's configuration file, for its policy, data and store")
    .option('--data <file>', 'also say whether this CSV fits')
    .option('--store <directory>', `where what was found is kept (default: ${defaultStore})`)
  addPolicyOptions(addConnectionOptions(command)).action(
    async (options: ConnectionOptions & Omit<NodeCommandOptions, 'rpc'>) => {
      const output = createOutput({ isJson: options.json === true })
      const limits = await readLimits(options)
      const client = await openReader(options)
      const { surveyFederations } = await import('@tutti/node')
      const surveyed = await surveyFederations({ ...surveyOptionsOf(limits, client), isReading: true })
      const budget = (await openBudgetReader())(limits)
      const { readLimits: readChainLimits } = await import('@tutti/chain')
      const chainLimits = await readChainLimits(client)
      const { hasPolicy } = limits
      const lines = [...describeSurvey(surveyed, hasPolicy), ...budget.lines, describeLimits(chainLimits)]
      for (const line of lines) output.line(line)
      if (!hasPolicy && surveyed.length > 0) {
        output.line(
          'Without a policy, none is allowed or refused. To see which would be, state one: --maximum-stake 10, or --config.',
        )
      }
      const plain = surveyed.map((entry) => ({ ...toPlain(entry), ...(hasPolicy ? {} : { isWanted: null }) }))
      output.result({ federations: plain, hasPolicy, limits: chainLimits, privacy: budget.plain })
    },
  )
}
