/** An option as data. `OptionsOf` in typed-input.ts gives the type of its value. */
export type OptionSpec = {
  /** In commander's syntax: `--tag <TAG>`, `--wait [DURATION]`, `--adopt`, `-T, --no-tty`. */
  flags: string
  description: string
  /** Its heading in the help (default: `Options`). */
  heading?: string
  /** Valid values; the parser refuses others. */
  choices?: readonly string[]
  /** It can be given several times; all values are used. */
  repeatable?: true
  /** A word too many on the command line is probably its value. */
  takesExtraWord?: true
  /** What completion looks up for its value, if that is more than the placeholder in `flags` says. */
  completesAs?: 'HOST_OR_NODE'
}
