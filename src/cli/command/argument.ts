/** An argument as data. `ArgumentsOf` in typed-input.ts gives the type of its value. */
export type ArgumentSpec = {
  /** Name in the help: `ENVIRONMENT`. */
  name: string
  description: string
  /** Valid values, for help and completion; the command itself refuses others. */
  choices?: readonly string[]
  /** The command also works without it. */
  optional?: true
  /** It takes all remaining words, including options after `--`: see `CommandInput.rest`. */
  variadic?: true
  /** Options among its words belong to them, without `--`: those after its first word, or that word too. */
  passesOptions?: 'after the first word' | 'from the first word'
}

/** An argument in a usage line: `ENVIRONMENT`, `[RELEASE]`, `SERVICE...`. */
export function renderArgument({ name, optional, variadic }: ArgumentSpec): string {
  const text = variadic === true ? `${name}...` : name
  return optional === true ? `[${text}]` : text
}
