export type OptionSpec = {
  /** As commander reads it: `--tag <TAG>`, `--wait [DURATION]`, `--adopt`. */
  flags: string
  description: string
}

/** By the option's name in camel case; `true` for one without a value. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>

/** The value of an option that takes one. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
