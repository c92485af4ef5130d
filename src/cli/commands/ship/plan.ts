import type { CommandSpec } from '../../command/command.ts'
import { deployArguments, deployOptionSpecs } from './deploy-options.ts'

export const planCommand = {
  name: 'plan',
  group: 'ship',
  summary: 'Print the steps of a deploy and their reasons, and change nothing.',
  description:
    'Queries the servers and the registry, and prints the plan that `dray deploy` would execute with the same options.',
  arguments: deployArguments,
  options: [
    ...deployOptionSpecs,
    {
      flags: '--engine <ENGINE>',
      description:
        'Plan as if dray.yml had this `engine`: `swarm` shows what the app would need to run as a stack, and changes nothing.',
    },
  ],
  examples: [
    { command: 'dray plan production --tag v1.4.0', description: 'the plan for this tag' },
    { command: 'dray plan test --json', description: 'the plan as JSON' },
    { command: 'dray plan production --engine swarm', description: 'what would change with Docker Swarm' },
  ],
  docs: 'docs/commands.md#dray-plan',
  files: [
    {
      term: 'PATH/.env',
      description: 'On the server, required. Read by Compose, never shipped or changed.',
    },
  ],
  seeAlso: ['deploy', 'diff', 'doctor'],
} as const satisfies CommandSpec
