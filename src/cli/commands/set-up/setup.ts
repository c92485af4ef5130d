import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOptionSpec } from '../../command/host-option.ts'

export const setupCommand = {
  name: 'setup',
  group: 'set-up',
  summary: 'Prepare a Debian or Ubuntu server for deploys.',
  description:
    "Installs Docker Engine and Compose from Docker's apt repository, or else from the distribution, starts and enables Docker, gives the SSH user access to it, limits container logs, and creates the app's directory with an initial `.env`. Shows the planned actions and asks for confirmation. Existing parts are kept: a second run changes nothing. Docker is not restarted while containers run. The SSH user must be root or have sudo without a password. A user with access to Docker has root's rights on the server.",
  arguments: [environmentArgument],
  options: [
    { flags: '--yes', description: 'Do not ask for confirmation.' },
    { flags: '--dry-run', description: 'Only print the planned actions, and change nothing.' },
    { ...hostOptionSpec, description: 'Only this host (default: all hosts of the environment).' },
  ],
  examples: [
    { command: 'dray setup production --dry-run', description: 'print the planned actions' },
    { command: 'dray setup production', description: 'with confirmation' },
    { command: 'dray setup production --yes --json', description: 'for a script' },
  ],
  docs: 'docs/setup.md',
  exitCodes: {
    [EXIT.precondition]: 'The server is not supported or does not answer; nothing was changed.',
    [EXIT.needsPerson]: 'An action failed. Run the same command again to complete the rest.',
  },
  files: [
    { term: '.env.example', description: 'Next to the compose file: the names for the initial `.env`.' },
    { term: 'PATH/.env', description: 'On the server. Created if it is missing.' },
    {
      term: '/etc/docker/daemon.json',
      description: 'On the server. Extended; the old file is kept as a copy.',
    },
    { term: '/etc/apt/sources.list.d/docker.sources', description: "On the server: Docker's repository." },
  ],
  seeAlso: ['doctor', 'env'],
} as const satisfies CommandSpec
