import type { VariableName } from '../../config/environment-variables.ts'
import type { ExitCode } from '../../errors/exit-code.ts'
import type { CliContext } from './context.ts'
import type { GlobalOptions } from './global-options.ts'
import type { OptionSpec, OptionValues } from './option.ts'
import type { CommandGroup } from './command-group.ts'

/** A command as data: the parser, the help, docs/commands.md and the completion all derive from it. */
export type Command = {
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
  /**
   * Gives an exit code of EXIT, or that of what it ran for the user. Imports what it needs when it is called: `dray
   * --version` loads none of it.
   */
  run(input: CommandInput, context: CliContext): Promise<number>
}

export type ArgumentSpec = {
  /** As the help shows it: `ENVIRONMENT`. */
  name: string
  description: string
  /** All values that it may have. */
  choices?: readonly string[]
  /** The command does something sensible without it. */
  optional?: true
  /** It takes all that is left, `--` and what begins with a dash after it included: see `CommandInput.rest`. */
  variadic?: true
}

/** An argument as a usage line shows it: `ENVIRONMENT`, `[RELEASE]`, `SERVICE...`. */
export function renderArgument({ name, optional, variadic }: ArgumentSpec): string {
  const text = variadic === true ? `${name}...` : name
  return optional === true ? `[${text}]` : text
}

/** A line of the help: a term and what is to be said of it. */
export type ManualEntry = { term: string; description: string }

export type Example = { command: string; description: string }

export type CommandInput = {
  /** By the argument's name; undefined where it was left out. */
  arguments: Readonly<Record<string, string | undefined>>
  /** What the variadic argument took; empty where there is none. */
  rest: readonly string[]
  options: OptionValues
  global: GlobalOptions
}
