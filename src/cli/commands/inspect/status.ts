import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentsArgument } from '../../command/environment-argument.ts'

export const statusCommand = {
  name: 'status',
  group: 'inspect',
  summary: 'Show what runs, how it is doing, and what differs from what was released.',
  description:
    'Asks the hosts of all environments of dray.yml side by side, and no registry: release, tag, age, by whom, services, disk, who deploys at the moment. Drift is what no longer is as it was released: another image, replica or configuration, a container or a file changed by hand, a variable gone from `.env`; each with the command that mends it. With one environment, its services in full. A host that does not answer is a line of the table.',
  arguments: [environmentsArgument],
  options: [
    {
      flags: '--exit-code',
      description:
        'For monitoring: exit with 1 where something is unhealthy or has drifted, with 3 where a host does not answer.',
    },
  ],
  examples: [
    { command: 'dray status', description: 'every environment, a line for each host' },
    { command: 'dray status production', description: 'with its services and disks' },
    { command: 'dray status production --exit-code --json', description: 'for a monitor' },
  ],
  docs: 'docs/status.md',
  exitCodes: {
    [EXIT.failedOldServing]: 'With --exit-code: something is unhealthy or has drifted.',
    [EXIT.precondition]: 'No host answered; with --exit-code: some host did not.',
  },
  seeAlso: ['diff', 'logs', 'history'],
} as const satisfies CommandSpec
