import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { timeoutOptionSpec } from '../../command/timeout-option.ts'
import { waitOptionSpec } from '../../command/wait-option.ts'

export const taskCommand = {
  name: 'task',
  group: 'operate',
  summary: 'Run a task of dray.yml by hand, as a deploy would.',
  description:
    "Runs it in a one-off container of the release that is in place, on the app's networks and with its values, under the app's lock: never beside a deploy. What it prints is shown as it comes, the exit code is the task's, and the journal on the server has who ran it and how it ended. With the environment alone: lists the tasks.",
  arguments: [
    {
      name: 'TASK',
      optional: true,
      description: 'A task of dray.yml, whatever its `when`; the tasks are listed without it.',
    },
    { name: 'ENVIRONMENT', description: 'Where: an environment of dray.yml.' },
  ],
  options: [timeoutOptionSpec, waitOptionSpec, hostOptionSpec],
  examples: [
    { command: 'dray task migrate production', description: 'run the migrations' },
    { command: 'dray task production', description: 'which tasks are there?' },
    { command: 'dray task report test --timeout 10m', description: 'but not for longer than that' },
  ],
  docs: 'docs/tasks-and-hooks.md',
  exitCodes: 'of what it runs',
  seeAlso: ['run', 'deploy'],
} as const satisfies CommandSpec
