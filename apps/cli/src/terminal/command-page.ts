/** The reference of all commands, from the commands themselves: what `--help` shows, as one page. */
import type { Command, Help } from 'commander'
import { exitCodeList, exitCodes } from './exit-codes.ts'

/** Every command, its arguments and options, and the exit codes, as Markdown. */
export function commandPage(program: Command): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[]
  const codes = names.map((name) => `| ${exitCodes[name]} | ${exitCodeList[name]} |`)
  const sections = listCommands(program).map(describeCommand)
  return `# Commands

What \`tutti --help\` and \`tutti COMMAND --help\` show, as one page; it is generated from them. In a clone of the repository
\`tutti\` is \`npm run tutti --\`; \`npm link\` there makes it a command for every folder.

${sections.join('\n\n')}

## Exit codes

| code | meaning |
| --- | --- |
${codes.join('\n')}

With \`--json\`, standard output is one JSON object, on errors too: \`{"error": {"name", "message", "exitCode"}}\`.
`
}

/** Commands that do something, those of a group under its name. */
export function listCommands(program: Command): { path: string[]; command: Command }[] {
  return program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ path: [command.name()], command }]
      : listCommands(command).map(({ path, command: inner }) => ({ path: [command.name(), ...path], command: inner })),
  )
}

function describeCommand({ path, command }: { path: string[]; command: Command }): string {
  const help: Help = command.createHelp()
  const words = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  const rows = [
    ...command.registeredArguments.map((argument) => [argument.name(), help.argumentDescription(argument)]),
    ...help
      .visibleOptions(command)
      .filter((option) => option.long !== '--help')
      .map((option) => [help.optionTerm(option), help.optionDescription(option)]),
  ]
  const table = rows.map(([term, text]) => `| \`${term}\` | ${text!.replaceAll('|', '\\|').replace(/\s+/g, ' ')} |`)
  const list = table.length === 0 ? [] : ['', '| option | what |', '| --- | --- |', ...table]
  return [`## tutti ${[...path, ...words].join(' ')}`, '', command.description(), ...list].join('\n')
}
