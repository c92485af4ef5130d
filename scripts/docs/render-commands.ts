import { renderArgument, type Command } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/commands.ts'
import { globalOptionSpecs } from '../../src/cli/global-options.ts'
import { themesOf } from '../../src/cli/themes.ts'
import type { OptionSpec } from '../../src/cli/option.ts'
import { environmentVariables } from '../../src/config/environment-variables.ts'
import { renderRows } from './render-configuration.ts'
import { renderExitCodes } from './render-errors.ts'

/** docs/commands.md: every command, the options that all have, the variables that dray reads, and the exit codes. */
export function renderCommands(): string {
  return [
    '# Commands',
    '',
    'The environment comes first, options after: `dray deploy test --tag 3f2a1c9`. Results go to standard output, everything else to standard error.',
    '',
    ...themesOf(commands).flatMap(({ heading, commands: ofTheme }) => [
      `**${heading}:** ${ofTheme.map(({ name }) => `[${name}](#dray-${name})`).join(' · ')}  `,
    ]),
    '',
    ...commands.flatMap(renderCommand),
    '## Options of every command',
    '',
    ...renderOptions(globalOptionSpecs),
    '',
    '## Environment variables',
    '',
    'Deploy-time values come from the options, else from the file after `--env-file`, else from the environment, else from dray.yml.',
    '',
    ...renderRows(
      ['variable', 'what for'],
      Object.entries(environmentVariables).map(([name, description]) => [`\`${name}\``, description]),
    ),
    '',
    '## Exit codes',
    '',
    ...renderExitCodes(),
    '',
  ].join('\n')
}

function renderCommand(command: Command): string[] {
  return [
    `## dray ${command.name}`,
    '',
    `**${command.summary}** ${command.description}`,
    '',
    '```sh',
    ['dray', command.name, ...command.arguments.map(renderArgument), '[OPTIONS]'].join(' '),
    '```',
    '',
    ...command.arguments.map(({ name, description }) => `- \`${name}\`: ${description}`),
    '',
    ...renderOptions(command.options),
    '',
    '```sh',
    ...command.examples.map(({ command: line, description }) => `${line}  # ${description}`),
    '```',
    '',
  ]
}

function renderOptions(options: readonly OptionSpec[]): string[] {
  return renderRows(
    ['option', 'what it does'],
    options.map(({ flags, description }) => [`\`${flags}\``, description]),
  )
}
