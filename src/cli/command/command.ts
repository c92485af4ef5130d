import type { VariableName } from '../../config/environment-variables.ts'
import type { ExitCode } from '../../errors/exit-code.ts'
import type { ArgumentSpec } from './argument.ts'
import type { CommandGroup } from './command-group.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'
import type { OptionSpec } from './option.ts'
import type { ArgumentsOf, OptionsOf, RestOf } from './typed-input.ts'

/** A command as data: the parser, the help, docs/commands.md, the completion and the types of its input derive from it. */
export type CommandSpec = {
  name: string
  /** Its heading in `dray --help`. */
  group: CommandGroup
  /** One sentence, for the list of commands. */
  summary: string
  /** More sentences, for its own help. */
  description: string
  arguments: readonly ArgumentSpec[]
  options: readonly OptionSpec[]
  examples: readonly Example[]
  /** The page about it, as a path in the repository. */
  docs: string
  /** Exit codes with another meaning than usual. */
  exitCodes?: 'of a deploy' | 'of what it runs' | Readonly<Partial<Record<ExitCode, string>>>
  /** Files that it reads or writes, except dray.yml. */
  files?: readonly ManualEntry[]
  /** Environment variables that it reads, except those implied by its arguments and options. */
  variables?: readonly VariableName[]
  /** Related commands. */
  seeAlso?: readonly string[]
}

/** A command with the function that runs it. */
export type Command = CommandSpec & { run: (input: CommandInput, context: CliContext) => Promise<number> }

/** A line of the help: a term and its description. */
export type ManualEntry = { term: string; description: string }

export type Example = { command: string; description: string }

/** The parsed input of any command; `InputOf` has the types for a specific one. */
export type CommandInput = {
  /** By the argument's name in lower case; undefined if it was left out. */
  arguments: Readonly<Record<string, string | undefined>>
  /** Words of the variadic argument; empty without one. */
  rest: readonly string[]
  /** By the option's name in camel case. */
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  global: GlobalOptions
}

/** The parsed input of one command, typed from its data. */
export type InputOf<S extends CommandSpec> = {
  arguments: ArgumentsOf<S['arguments'][number]>
  rest: RestOf<S['arguments'][number]>
  options: OptionsOf<S['options'][number]>
  global: GlobalOptions
}

/** Runs a command and returns an exit code of EXIT, or that of the process it ran for the user. */
export type RunOf<S extends CommandSpec> = (input: InputOf<S>, context: CliContext) => Promise<number>

/**
 * Combines a command's data with the function that runs it. `load` imports that function when the command is called, so
 * `dray --version` loads no command.
 */
export function defineCommand<S extends CommandSpec>(spec: S, load: () => Promise<RunOf<S>>): Command {
  // The parser is built from the same data as the types.
  return { ...spec, run: async (input, context) => (await load())(input as InputOf<S>, context) }
}
