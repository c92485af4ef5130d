import type { OptionSpec } from './option.ts'
import type { OptionsOf } from './typed-input.ts'

/** Options of all commands, before or after the command's name. */
export const globalOptionSpecs = [
  {
    flags: '--config <FILE>',
    description: 'Configuration file (default: dray.yml in the current directory).',
  },
  { flags: '--json', description: 'Print versioned JSON to standard output, one object per line.' },
  { flags: '--plain', description: 'Print plain lines instead of a live display.' },
  { flags: '--no-color', description: 'Do not print colours.' },
  { flags: '--debug', description: 'Print the stack trace of an error.' },
] as const satisfies readonly OptionSpec[]

export type GlobalOptions = {
  configPath: string | undefined
  json: boolean
  plain: boolean
  color: boolean
  debug: boolean
}

/** Reads the global options from the parser's result. */
export function readGlobalOptions(options: OptionsOf<(typeof globalOptionSpecs)[number]>): GlobalOptions {
  return {
    configPath: options.config,
    json: options.json === true,
    plain: options.plain === true,
    color: options.color !== false,
    debug: options.debug === true,
  }
}
