import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const setupCommand = {
  name: 'setup',
  group: 'set-up',
  summary: 'Make a bare Debian or Ubuntu server ready for deploys.',
  description:
    "Installs Docker Engine and Compose, from Docker's apt repository or else from the distribution, enables and starts Docker, lets the SSH user use it, limits the logs of containers, and makes the app's directory with a first `.env`. Shows what it would do and why, and asks before it does it. What is there stays: run twice, it changes nothing. Docker is not restarted while containers run. The SSH user is root, or becomes root with sudo and without a password. Whoever may use Docker has root's rights on the server.",
  arguments: [environmentArgument],
  options: [
    { flags: '--yes', description: 'Do not ask.' },
    { flags: '--dry-run', description: 'Only print what would be done, and touch nothing.' },
  ],
  examples: [
    { command: 'dray setup production --dry-run', description: 'what would it do?' },
    { command: 'dray setup production', description: 'shows it, asks, and does it' },
    { command: 'dray setup production --yes --json', description: 'for a program' },
  ],
  docs: 'docs/setup.md',
  exitCodes: {
    [EXIT.precondition]: 'The server cannot be made ready, or does not answer; nothing was touched.',
    [EXIT.needsPerson]: 'It failed on its way. The same command does what is left.',
  },
  files: [
    { term: '.env.example', description: 'Beside the compose file: the names that `.env` begins with.' },
    { term: 'PATH/.env', description: 'On the server, written where there is none.' },
    { term: '/etc/docker/daemon.json', description: 'On the server, extended; a copy of the old one stays.' },
    { term: '/etc/apt/sources.list.d/docker.sources', description: "On the server: Docker's repository." },
  ],
  seeAlso: ['doctor', 'env'],
} as const satisfies CommandSpec
