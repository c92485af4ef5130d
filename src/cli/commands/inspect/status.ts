import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentsArgument } from '../../command/environment-argument.ts'

export const statusCommand = {
  name: 'status',
  group: 'inspect',
  summary: 'Show the running release, its health, and drift.',
  description:
    'Queries the hosts of all environments in dray.yml in parallel: release, tag, age, user, services, disk, and a running deploy. Drift is a difference from the release: another image, number of replicas or configuration, a container or file changed by hand, or a variable missing in `.env`. Each comes with the command that corrects it. With one environment, its services are listed in detail. With `engine: swarm`, a manager is asked for the tasks of all nodes. A host that does not answer is shown as unknown. The registry is not queried.',
  arguments: [environmentsArgument],
  options: [
    {
      flags: '--watch',
      description:
        'Stay until Ctrl-C and keep the table up to date, over one connection for each host: every 10 seconds, every 3 during a deploy. Without a terminal, and with --json, print after each change.',
    },
    {
      flags: '--usage',
      description:
        'With CPU, memory, restarts and health of each container, measured for a second. Not with `engine: swarm`.',
    },
    {
      flags: '--exit-code',
      description:
        'For monitoring: exit with code 1 if a service is unhealthy or drifted, and with code 3 if a host does not answer.',
    },
  ],
  examples: [
    { command: 'dray status', description: 'all environments, one line per host' },
    { command: 'dray status production', description: 'one environment, with services and disks' },
    { command: 'dray status production --usage', description: 'with CPU and memory of each container' },
    { command: 'dray status --watch', description: 'all environments, kept up to date until Ctrl-C' },
    { command: 'dray status production --exit-code --json', description: 'for monitoring' },
  ],
  docs: 'docs/status.md',
  exitCodes: {
    [EXIT.failedOldServing]: 'With --exit-code: a service is unhealthy or drifted.',
    [EXIT.precondition]: 'No host answered. With --exit-code: at least one host did not answer.',
  },
  seeAlso: ['ui', 'diff', 'logs', 'history'],
} as const satisfies CommandSpec
