import type { ArgumentSpec } from './argument.ts'

/** The environment that a command is about. */
export const environmentArgument = {
  name: 'ENVIRONMENT',
  description: 'An environment of dray.yml, or `local` where there is none.',
} as const satisfies ArgumentSpec

/** The environments that a command is about. */
export const environmentsArgument = {
  name: 'ENVIRONMENT',
  description: 'Environments of dray.yml; all of them if none is named.',
  optional: true,
  variadic: true,
} as const satisfies ArgumentSpec
