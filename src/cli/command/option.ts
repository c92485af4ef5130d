/** An option as data. `OptionsOf` in typed-input.ts gives the type of its value. */
export type OptionSpec = {
  /** As commander reads it: `--tag <TAG>`, `--wait [DURATION]`, `--adopt`, `-T, --no-tty`. */
  flags: string
  description: string
  /** Under which heading of the help it stands; `Options` without one. */
  heading?: string
  /** All values that it may have; the parser refuses others. */
  choices?: readonly string[]
  /** It may be given several times; all values are kept. */
  repeatable?: true
}
