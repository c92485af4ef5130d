import { Command as Program, Help, Option } from 'commander'
import { DrayError } from '../errors/dray-error.ts'
import { listExitCodes } from '../errors/exit-code.ts'
import type { TerminalStyle } from '../ui/terminal/terminal-style.ts'
import { renderArgument } from './command/argument.ts'
import type { Command, CommandInput } from './command/command.ts'
import { globalOptionSpecs, readGlobalOptions } from './command/global-options.ts'
import { renderManual } from './help/render-manual.ts'
import type { OptionSpec } from './command/option.ts'
import { groupCommands } from './command/command-group.ts'
import { version } from '../shared/version/version.ts'

const DEFAULT_COLUMNS = 100

export type ProgramOptions = {
  commands: readonly Command[]
  /** The command line. A command that it does not name gets no options: to add all of them takes longer than to parse. */
  words: readonly string[]
  /** Prints help and version. */
  write: (text: string) => void
  style: TerminalStyle
  /** Runs the command that was named. */
  run: (command: Command, input: CommandInput) => Promise<void>
}

/** Builds the parser from the commands' data. It throws commander's errors and prints only help and version. */
export function buildProgram(options: ProgramOptions): Program {
  const program = new Program('dray')
  const plainHelp = new Help()
  const terms = new Map(options.commands.map((it) => [it.name, it.arguments.map(renderArgument)]))
  program
    .description('Deploys a Docker Compose app from a registry to your own server without losing a request.')
    .version(
      version,
      '-V, --version',
      'Print the version; with `--check`, also whether there is a newer one.',
    )
    .helpOption('-h, --help', 'Print this help.')
    .usage('COMMAND [OPTIONS]')
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      // For the parser every argument is optional.
      subcommandTerm: (sub) => [sub.name(), ...(terms.get(sub.name()) ?? ['[COMMAND]'])].join(' '),
      formatHelp: (of, help) => {
        const command = options.commands.find(({ name }) => of !== program && name === of.name())
        return command === undefined
          ? plainHelp.formatHelp(of, withoutOptions(help))
          : renderManual(command, options.style)
      },
    })
    .configureOutput({
      writeOut: options.write,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => options.style.columns ?? DEFAULT_COLUMNS,
      // The colours of a command's help are the look's.
      getOutHasColors: () => true,
    })
    .addHelpText('after', () => renderEnd(program, plainHelp))
  for (const { flags, description } of globalOptionSpecs) program.addOption(new Option(flags, description))
  for (const { heading, commands } of groupCommands(options.commands)) {
    program.commandsGroup(`${heading}:`)
    for (const command of commands) addCommand(program, command, options)
  }
  program
    .commandsGroup('More:')
    .helpCommand('help [COMMAND]', 'Print help for a command, or every key of dray.yml.')
  return program
}

/** Hides the options before the list of commands; `renderEnd` prints them. */
function withoutOptions(help: Help): Help {
  return Object.assign(Object.create(help) as Help, { visibleOptions: () => [] })
}

/** Options and exit codes of all commands, and where to read more. */
function renderEnd(program: Program, help: Help): string {
  const options = help
    .visibleOptions(program)
    .map((option): [string, string] => [help.optionTerm(option), help.optionDescription(option)])
  const codes = listExitCodes().map(({ code, meaning }): [string, string] => [String(code), meaning])
  return [
    '',
    'Options of all commands:',
    ...twoColumns(options),
    '',
    'Exit codes:',
    ...twoColumns(codes),
    '',
    'More: `dray help COMMAND`, and for every key of dray.yml: `dray help dray.yml`.',
  ].join('\n')
}

function addCommand(program: Program, command: Command, { words, run }: ProgramOptions): void {
  const sub = program.command(command.name)
  sub.summary(command.summary)
  if (!words.includes(command.name)) return
  for (const spec of command.options) sub.addOption(toOption(spec))
  // A command reports its missing arguments itself: it knows the possible values.
  for (const { name, variadic, description } of command.arguments)
    sub.argument(variadic === true ? `[${name}...]` : `[${name}]`, description)

  const single = command.arguments.filter(({ variadic }) => variadic !== true)
  sub.allowExcessArguments()
  sub.action(async () => {
    if (single.length === command.arguments.length)
      refuseExtraWords(command, { words: sub.args.slice(single.length), options: sub.opts() })
    await run(command, {
      arguments: Object.fromEntries(single.map(({ name }, index) => [name.toLowerCase(), sub.args[index]])),
      rest: single.length === command.arguments.length ? [] : sub.args.slice(single.length),
      options: sub.opts<CommandInput['options']>(),
      global: readGlobalOptions(program.opts()),
    })
  })
}

/** The words may be secrets, except for one that an option takes. Throws USAGE. */
function refuseExtraWords(
  { name, arguments: known, options: specs }: Command,
  { words: [word, ...more], options }: { words: readonly string[]; options: CommandInput['options'] },
): void {
  if (word === undefined) return
  const option = specs.filter(({ takesExtraWord }) => takesExtraWord).map(toOption)[0]
  const isItsValue =
    option !== undefined && more.length === 0 && options[option.attributeName()] === undefined
  const count = `${known.length} ${known.length === 1 ? 'argument' : 'arguments'}`
  throw new DrayError(
    'USAGE',
    `Too many arguments for \`${name}\`. Expected ${count} but got ${known.length + 1 + more.length}.`,
    {
      hint: isItsValue
        ? `Did you mean \`${option.long ?? option.flags} ${word}\`?`
        : `Run \`dray ${name} --help\`: it lists the arguments and options.`,
    },
  )
}

function toOption({ flags, description, repeatable, choices }: OptionSpec): Option {
  const option = new Option(flags, description)
  if (choices !== undefined) return option.choices(choices)
  if (repeatable !== true) return option
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([term]) => term.length))
  return rows.map(([term, description]) => `  ${term.padEnd(width)}  ${description}`)
}
