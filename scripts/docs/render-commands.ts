import type { CommandSpec, ManualEntry } from '../../src/cli/command/command.ts'
import { commands } from '../../src/cli/commands.ts'
import { globalOptionSpecs } from '../../src/cli/command/global-options.ts'
import { manualOf } from '../../src/cli/help/manual.ts'
import { groupCommands } from '../../src/cli/command/command-group.ts'
import { environmentVariables } from '../../src/config/environment-variables.ts'
import { renderRows } from './render-configuration.ts'
import { renderExitCodes } from './render-errors.ts'

/** docs/commands.md: every command, the options of all commands, the environment variables, and the exit codes. */
export function renderCommands(): string {
  return [
    '# Commands',
    '',
    'The environment comes first, then the options: `dray deploy test --tag 3f2a1c9`. Results are printed to standard output, everything else to standard error.',
    '',
    ...groupCommands(commands).flatMap(({ heading, commands: ofGroup }) => [
      `**${heading}:** ${ofGroup.map(({ name }) => `[${name}](#dray-${name})`).join(' · ')}  `,
    ]),
    '',
    ...commands.flatMap(renderCommand),
    '## Options of all commands',
    '',
    ...renderEntries(
      ['option', 'description'],
      globalOptionSpecs.map(({ flags, description }) => ({ term: flags, description })),
    ),
    '',
    '## Environment variables',
    '',
    'Deploy-time values are taken from the first of these that sets them: the options, the file given with `--env-file`, the environment, dray.yml.',
    '',
    ...renderRows(
      ['variable', 'description'],
      Object.entries(environmentVariables).map(([name, description]) => [`\`${name}\``, description]),
    ),
    '',
    '## Exit codes',
    '',
    ...renderExitCodes(),
    '',
  ].join('\n')
}

function renderCommand(command: CommandSpec): string[] {
  const {
    usage,
    arguments: given,
    options,
    examples,
    exitCodes,
    files,
    variables,
    seeAlso,
  } = manualOf(command)
  return [
    `## dray ${command.name}`,
    '',
    `**${command.summary}** ${command.description}`,
    '',
    '```sh',
    usage,
    '```',
    '',
    ...given.map(({ term, description }) => `- \`${term}\`: ${description}`),
    '',
    ...options.flatMap(({ heading, entries }) => [
      ...renderEntries(
        [heading === 'Options' ? 'option' : `option: ${heading.toLowerCase()}`, 'description'],
        entries,
      ),
      '',
    ]),
    '```sh',
    ...examples.map(({ term, description }) => `${term}  # ${description}`),
    '```',
    '',
    ...renderEntries(['exit code', 'meaning'], exitCodes),
    '',
    ...renderEntries(['file', 'description'], files),
    '',
    `[Environment variables](#environment-variables): ${variables.map(({ term }) => `\`${term}\``).join(', ')}.`,
    '',
    `See also ${seeAlso.map(renderLink).join(', ')}.`,
    '',
  ]
}

function renderLink(name: string): string {
  if (name.startsWith('dray ')) return `[${name}](#${name.replace(' ', '-')})`
  const target = name.replace(/^docs\//, '').replace(/^commands\.md(?=#)/, '')
  return `[${name}](${target})`
}

function renderEntries(heading: readonly string[], entries: readonly ManualEntry[]): string[] {
  return entries.length === 0
    ? []
    : renderRows(
        heading,
        entries.map(({ term, description }) => [`\`${term}\``, description]),
      )
}
