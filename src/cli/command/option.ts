export type OptionSpec = {
  /** As commander reads it: `--tag <TAG>`, `--wait [DURATION]`, `--adopt`. */
  flags: string
  description: string
  /** Under which heading of the help it stands; `Options` without one. */
  heading?: string
  /** All values that it may have. */
  choices?: readonly string[]
  /** It may be given several times; all values are kept. */
  repeatable?: true
}

/** By the option's name in camel case; `true` for one without a value, a list for one that is repeatable. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The values of an option that may be given several times, in that order. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name]
  return typeof value === 'object' ? value : []
}

/** The value of an option that takes one. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
