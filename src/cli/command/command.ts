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
  /** Under which heading of `dray --help` it is listed. */
  group: CommandGroup
  /** One sentence, for the list of commands. */
  summary: string
  /** More sentences, for its own help. */
  description: string
  arguments: readonly ArgumentSpec[]
  options: readonly OptionSpec[]
  examples: readonly Example[]
  /** Where the documentation tells more, as a path of the repository. */
  docs: string
  /** What exit codes say of this command that say something else of others; of one that puts a release in place, all do. */
  exitCodes?: 'of a deploy' | 'of what it runs' | Readonly<Partial<Record<ExitCode, string>>>
  /** Files that it reads or writes, beside dray.yml. */
  files?: readonly ManualEntry[]
  /** Environment variables that it reads, beside those that its arguments and options imply. */
  variables?: readonly VariableName[]
  /** Commands to look at as well. */
  seeAlso?: readonly string[]
}

/** A command with the function that runs it. */
export type Command = CommandSpec & { run: (input: CommandInput, context: CliContext) => Promise<number> }

/** A line of the help: a term and what is to be said of it. */
export type ManualEntry = { term: string; description: string }

export type Example = { command: string; description: string }

/** What the parser read for some command; `InputOf` has the types for a certain one. */
export type CommandInput = {
  /** By the argument's name in lower case; undefined where it was left out. */
  arguments: Readonly<Record<string, string | undefined>>
  /** What the variadic argument took; empty where there is none. */
  rest: readonly string[]
  /** By the option's name in camel case. */
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  global: GlobalOptions
}

/** What a command line says, in the types of the command's data. */
export type InputOf<S extends CommandSpec> = {
  arguments: ArgumentsOf<S['arguments'][number]>
  rest: RestOf<S['arguments'][number]>
  options: OptionsOf<S['options'][number]>
  global: GlobalOptions
}

/** Runs a command, and gives an exit code of EXIT, or that of what it ran for the user. */
export type RunOf<S extends CommandSpec> = (input: InputOf<S>, context: CliContext) => Promise<number>

/**
 * Puts a command together. `load` imports the function that runs it when it is called: `dray --version` loads none of
 * them.
 */
export function defineCommand<S extends CommandSpec>(spec: S, load: () => Promise<RunOf<S>>): Command {
  // The parser is made from the same data as the types.
  return { ...spec, run: async (input, context) => (await load())(input as InputOf<S>, context) }
}
