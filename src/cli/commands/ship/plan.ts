import type { CommandSpec } from '../../command/command.ts'
import { deployArguments, deployOptionSpecs } from './deploy-options.ts'

export const planCommand = {
  name: 'plan',
  group: 'ship',
  summary: 'Print what a deploy would do, step by step and why, and touch nothing.',
  description:
    'Asks the servers and the registry, and prints the plan that `dray deploy` with the same options would carry out.',
  arguments: deployArguments,
  options: deployOptionSpecs,
  examples: [
    { command: 'dray plan production --tag v1.4.0', description: 'what would this deploy do?' },
    { command: 'dray plan test --json', description: 'the plan for a program' },
  ],
  docs: 'docs/commands.md#dray-plan',
  files: [
    {
      term: 'PATH/.env',
      description: 'On the server, and needed: read by Compose there, never shipped or changed.',
    },
  ],
  seeAlso: ['deploy', 'diff', 'doctor'],
} as const satisfies CommandSpec
