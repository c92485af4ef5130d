import type { Command } from '../../command/command.ts'
import { deployArguments, deployOptionSpecs } from './deploy-options.ts'

export const planCommand: Command = {
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
  run: async (input, context) => {
    const { loadDeploy } = await import('./load-deploy.ts')
    const { runDeploy } = await import('./run-deploy.ts')
    const loaded = await loadDeploy(input, context)
    return runDeploy({ ...loaded, options: { ...loaded.options, dryRun: true } }, context)
  },
}
