import { Command as Program, Option } from 'commander'
import type { ArgumentSpec, Command, CommandInput } from './command.ts'
import { globalOptionSpecs, readGlobalOptions } from './global-options.ts'
import type { OptionSpec, OptionValues } from './option.ts'
import { version } from './version.ts'

export type ProgramOptions = {
  commands: readonly Command[]
  /** Where help and version go. */
  write: (text: string) => void
  columns: number
  /** Called with the command that was named. */
  run: (command: Command, input: CommandInput) => Promise<void>
}

/** The parser, built from the commands' data. It throws commander's errors, and writes nothing but help and version. */
export function buildProgram(options: ProgramOptions): Program {
  const program = new Program('dray')
  program
    .description('Deploys a Docker Compose app from a registry to your own server, and loses no request.')
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [COMMAND]', 'Print the help of a command.')
    .usage('COMMAND [OPTIONS]')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, subcommandTerm: renderTerm })
    .configureOutput({
      writeOut: options.write,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => options.columns,
      getOutHasColors: () => false,
    })
  for (const { flags, description } of globalOptionSpecs) program.addOption(new Option(flags, description))
  for (const command of options.commands) addCommand(program, command, options)
  return program
}

/** `deploy ENVIRONMENT`: an argument is optional only to the parser. */
function renderTerm(command: Program): string {
  return [command.name(), ...command.registeredArguments.map((argument) => argument.name())].join(' ')
}

function addCommand(program: Program, command: Command, { run }: ProgramOptions): void {
  const sub = program.command(command.name)
  sub
    .summary(command.summary)
    .description(`${command.summary}\n\n${command.description}`)
    .usage([...command.arguments.map(usageOf), '[OPTIONS]'].join(' '))
    .addHelpText('after', renderExamples(command))
  for (const spec of command.options) sub.addOption(toOption(spec))
  // The commands themselves say what is missing: they know what could be named.
  for (const argument of command.arguments) sub.argument(parsedAs(argument), argument.description)

  const single = command.arguments.filter(({ variadic }) => variadic !== true)
  sub.action(async () => {
    await run(command, {
      arguments: Object.fromEntries(single.map(({ name }, index) => [name, sub.args[index]])),
      rest: single.length === command.arguments.length ? [] : sub.args.slice(single.length),
      options: sub.opts<OptionValues>(),
      global: readGlobalOptions(program.opts<OptionValues>()),
    })
  })
}

function toOption({ flags, description, repeatable }: OptionSpec): Option {
  const option = new Option(flags, description)
  if (repeatable !== true) return option
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
}

/** Optional to the parser, be it or not. */
function parsedAs({ name, variadic }: ArgumentSpec): string {
  return `[${name}${variadic === true ? '...' : ''}]`
}

/** An argument in a line of usage: `ENVIRONMENT`, `[RELEASE]`, `COMMAND...`. */
export function usageOf(argument: ArgumentSpec): string {
  const asParsed = parsedAs(argument)
  return argument.optional === true ? asParsed : asParsed.slice(1, -1)
}

function renderExamples({ examples, docs }: Command): string {
  const width = Math.max(0, ...examples.map(({ command }) => command.length))
  const lines = examples.map(({ command, description }) => `  ${command.padEnd(width)}  ${description}`)
  return ['', 'Examples:', ...lines, '', `More: ${docs}`].join('\n')
}
