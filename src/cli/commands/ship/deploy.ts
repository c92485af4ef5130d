import type { CommandSpec } from '../../command/command.ts'
import { deployArguments, deployOptionSpecs } from './deploy-options.ts'

export const deployCommand = {
  name: 'deploy',
  group: 'ship',
  summary: 'Deploy a tag without losing a request.',
  description:
    'Resolves the tag of every image to its digest, pulls the images, runs the tasks, and switches traffic when the new containers are healthy. If a step fails, the changes are undone and the old release keeps serving.',
  arguments: deployArguments,
  options: [
    ...deployOptionSpecs,
    { flags: '--dry-run', description: 'Only print the plan, like `dray plan`.' },
  ],
  examples: [
    { command: 'dray deploy test', description: 'the tag from the rule in dray.yml' },
    { command: 'dray deploy production --tag v1.4.0', description: 'this tag' },
    {
      command: 'dray deploy test --env-file .env.deploy',
      description: 'deploy-time values from a file, which is deleted',
    },
    { command: 'dray deploy local', description: 'on this machine, without a dray.yml' },
  ],
  docs: 'docs/commands.md#dray-deploy',
  exitCodes: 'of a deploy',
  files: [
    {
      term: 'PATH/.env',
      description: 'On the server, required. Read by Compose, never shipped or changed.',
    },
    { term: 'PATH/.dray/', description: 'On the server: archived releases, the journal, the lock.' },
    {
      term: 'PATH/docker-compose.override.yml',
      description: 'On the server, written by every deploy: the digest of each service.',
    },
  ],
  variables: ['GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'CI'],
  seeAlso: ['plan', 'rollback', 'status'],
} as const satisfies CommandSpec
