import type { ArgumentSpec } from './command.ts'

/** The environment that a command is about. */
export const environmentArgument: ArgumentSpec = {
  name: 'ENVIRONMENT',
  description: 'An environment of dray.yml, or `local` where there is none.',
}

/** The environments that a command is about. */
export const environmentsArgument: ArgumentSpec = {
  name: 'ENVIRONMENT',
  description: 'Environments of dray.yml; all of them if none is named.',
  optional: true,
  variadic: true,
}
