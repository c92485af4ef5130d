/** An argument as data. `ArgumentsOf` in typed-input.ts gives the type of its value. */
export type ArgumentSpec = {
  /** As the help shows it: `ENVIRONMENT`. */
  name: string
  description: string
  /** The values that it may have, for the help and the completion; the command itself refuses others. */
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
