import type { CommandSpec } from '../../command/command.ts'
import { deployArguments, deployOptionSpecs } from './deploy-options.ts'

export const deployCommand = {
  name: 'deploy',
  group: 'ship',
  summary: 'Put a tagged release in place, and lose no request.',
  description:
    'Resolves the tag of every image to its digest, pulls, runs the tasks, and moves the traffic when the new containers are healthy. When anything fails, the old release serves on.',
  arguments: deployArguments,
  options: [
    ...deployOptionSpecs,
    { flags: '--dry-run', description: 'Only print what would be done, as `dray plan` does.' },
  ],
  examples: [
    { command: 'dray deploy test', description: 'the tag that dray.yml says for this environment' },
    { command: 'dray deploy production --tag v1.4.0', description: 'this tag' },
    {
      command: 'dray deploy test --env-file .env.deploy',
      description: 'deploy-time values that CI wrote; the file is deleted',
    },
    { command: 'dray deploy local', description: 'on this machine, without a dray.yml' },
  ],
  docs: 'docs/commands.md#dray-deploy',
  exitCodes: 'of a deploy',
  files: [
    {
      term: 'PATH/.env',
      description: 'On the server, and needed: read by Compose there, never shipped or changed.',
    },
    { term: 'PATH/.dray/', description: 'On the server: kept releases, the journal, the lock.' },
    {
      term: 'PATH/docker-compose.override.yml',
      description: 'On the server, written at every deploy: which digest each service runs.',
    },
  ],
  variables: ['GITHUB_ACTIONS', 'GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'CI'],
  seeAlso: ['plan', 'rollback', 'status'],
} as const satisfies CommandSpec
