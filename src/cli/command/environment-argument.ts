import type { ArgumentSpec } from './argument.ts'

/** The environment of a command. */
export const environmentArgument = {
  name: 'ENVIRONMENT',
  description: 'An environment in dray.yml, or `local` without a dray.yml.',
} as const satisfies ArgumentSpec

/** The environments of a command. */
export const environmentsArgument = {
  name: 'ENVIRONMENT',
  description: 'Environments in dray.yml (default: all).',
  optional: true,
  variadic: true,
} as const satisfies ArgumentSpec
