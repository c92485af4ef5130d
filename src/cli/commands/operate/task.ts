import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { timeoutOptionSpec } from '../../command/timeout-option.ts'
import { waitOptionSpec } from '../../command/wait-option.ts'

export const taskCommand = {
  name: 'task',
  group: 'operate',
  summary: 'Run a task from dray.yml by hand.',
  description:
    "Runs the task in a one-off container of the current release, with the app's networks and values. It holds the app's lock, so no deploy runs at the same time. The output is printed immediately, the exit code is that of the task, and the journal on the server records the user and the outcome. With `engine: swarm`, the container is a job of the stack. With an environment only, lists the tasks.",
  arguments: [
    {
      name: 'TASK',
      optional: true,
      description: 'A task in dray.yml, regardless of its `when`. Without it, the tasks are listed.',
    },
    { name: 'ENVIRONMENT', description: 'An environment in dray.yml.' },
  ],
  options: [timeoutOptionSpec, waitOptionSpec, hostOptionSpec],
  examples: [
    { command: 'dray task migrate production', description: 'run the migrations' },
    { command: 'dray task production', description: 'list the tasks' },
    { command: 'dray task report test --timeout 10m', description: 'with a time limit' },
  ],
  docs: 'docs/tasks-and-hooks.md',
  exitCodes: 'of what it runs',
  seeAlso: ['run', 'deploy'],
} as const satisfies CommandSpec
