import type { OptionSpec } from './option.ts'
import type { OptionsOf } from './typed-input.ts'

/** What every command understands, before or after its name. */
export const globalOptionSpecs = [
  { flags: '--config <FILE>', description: 'Use this file instead of dray.yml in the current directory.' },
  { flags: '--json', description: 'Print versioned JSON, one object a line, on standard output.' },
  { flags: '--plain', description: 'Print plain lines, as in a log.' },
  { flags: '--no-color', description: 'Print no colours.' },
  { flags: '--debug', description: 'Show where in dray an error arose.' },
] as const satisfies readonly OptionSpec[]

export type GlobalOptions = {
  configPath: string | undefined
  json: boolean
  plain: boolean
  color: boolean
  debug: boolean
}

/** Reads the global options out of what the parser found. */
export function readGlobalOptions(options: OptionsOf<(typeof globalOptionSpecs)[number]>): GlobalOptions {
  return {
    configPath: options.config,
    json: options.json === true,
    plain: options.plain === true,
    color: options.color !== false,
    debug: options.debug === true,
  }
}
