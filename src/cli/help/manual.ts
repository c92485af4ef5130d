import { environmentVariables, type VariableName } from '../../config/environment-variables.ts'
import { EXIT, listExitCodes } from '../../errors/exit-code.ts'
import { renderArgument } from '../command/argument.ts'
import type { CommandSpec, ManualEntry } from '../command/command.ts'
import { globalOptionSpecs } from '../command/global-options.ts'
import type { OptionSpec } from '../command/option.ts'

/** The complete documentation of a command, for its help and docs/commands.md. */
export type Manual = {
  /** `dray deploy ENVIRONMENT [OPTIONS]` */
  usage: string
  arguments: readonly ManualEntry[]
  /** The command's own options, by heading. */
  options: readonly { heading: string; entries: readonly ManualEntry[] }[]
  globalOptions: readonly ManualEntry[]
  examples: readonly ManualEntry[]
  exitCodes: readonly ManualEntry[]
  files: readonly ManualEntry[]
  variables: readonly ManualEntry[]
  /** Commands, then pages. */
  seeAlso: readonly string[]
}

/** Derives the manual from a command's data: parts that follow from arguments and options are not in the data. */
export function manualOf(command: CommandSpec): Manual {
  return {
    usage: ['dray', command.name, ...command.arguments.map(renderArgument), '[OPTIONS]'].join(' '),
    arguments: command.arguments.map(({ name, description }) => ({ term: name, description })),
    options: groupByHeading(command.options),
    globalOptions: globalOptionSpecs.map(optionEntry),
    examples: command.examples.map((it) => ({ term: it.command, description: it.description })),
    exitCodes: exitCodesOf(command),
    files: [...(reachesServers(command) ? [configurationFile] : []), ...(command.files ?? [])],
    variables: variablesOf(command).map((name) => ({ term: name, description: environmentVariables[name] })),
    seeAlso: [...(command.seeAlso ?? []).map((name) => `dray ${name}`), command.docs],
  }
}

const configurationFile: ManualEntry = {
  term: 'dray.yml',
  description: 'The environments. `--config` selects another file. `dray help dray.yml` lists every key.',
}

const reachesServers = (command: CommandSpec): boolean =>
  command.arguments.some(({ name }) => name === 'ENVIRONMENT')

/** Options without a heading come first. */
function groupByHeading(options: readonly OptionSpec[]): Manual['options'] {
  const headings = [...new Set(options.map(headingOf))]
  return headings
    .sort((a, b) => Number(b === 'Options') - Number(a === 'Options'))
    .map((heading) => ({
      heading,
      entries: options.filter((option) => headingOf(option) === heading).map(optionEntry),
    }))
}

function headingOf({ heading = 'Options' }: OptionSpec): string {
  return heading
}

function optionEntry({ flags, description }: OptionSpec): ManualEntry {
  return { term: flags, description }
}

/** Exit codes of commands that do not deploy. */
const ordinaryCodes: Readonly<Record<number, string>> = {
  [EXIT.done]: 'Success.',
  [EXIT.usage]: 'Invalid usage or configuration; nothing was changed.',
  [EXIT.precondition]: 'A requirement is missing, such as a reachable host or a login.',
  [EXIT.needsPerson]: 'A bug in dray, or an operator has to act.',
  [EXIT.cancelled]: 'Cancelled.',
}

function exitCodesOf({ exitCodes = {} }: CommandSpec): ManualEntry[] {
  return Object.entries(meaningsOf(exitCodes)).map(([term, description]) => ({ term, description }))
}

function meaningsOf(exitCodes: NonNullable<CommandSpec['exitCodes']>): Readonly<Record<string, string>> {
  if (exitCodes === 'of a deploy') return deployCodes()
  if (exitCodes === 'of what it runs')
    return { ...ordinaryCodes, [EXIT.done]: 'The command succeeded.', any: 'The exit code of the command.' }
  return { ...ordinaryCodes, ...exitCodes }
}

/** Without the meanings of the same codes for other commands. */
function deployCodes(): Record<string, string> {
  const codes = listExitCodes().map(({ code, meaning }) => [code, meaning.replace(/ Of `dray .*$/, '')])
  return Object.fromEntries(codes) as Record<string, string>
}

const serverVariables = ['DRAY_SSH_KEY', 'DRAY_SSH_KNOWN_HOSTS'] as const
const releaseVariables = [
  'IMAGE_TAG',
  'REGISTRY_OWNER',
  'GITHUB_TOKEN',
  'GITHUB_ACTOR',
  'ENV',
  'GITHUB_SHA',
  'GITHUB_REF_TYPE',
  'GITHUB_REF_NAME',
  'DOCKER_CONFIG',
] as const

function variablesOf(command: CommandSpec): VariableName[] {
  const takesTag = command.options.some(({ flags }) => flags.startsWith('--tag '))
  return [
    ...(takesTag ? releaseVariables : []),
    ...(reachesServers(command) ? serverVariables : []),
    ...(command.variables ?? []),
    'NO_COLOR',
  ]
}
