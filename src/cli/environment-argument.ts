import type { ArgumentSpec } from './command.ts'

/** The environment that a command is about. */
export const environmentArgument: ArgumentSpec = {
  name: 'ENVIRONMENT',
  description: 'An environment of dray.yml, or `local` where there is none.',
}
