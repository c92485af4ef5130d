import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const doctorCommand = {
  name: 'doctor',
  group: 'set-up',
  summary: 'Check everything that a deploy will need, and change nothing.',
  description:
    "Examines all hosts of the environment side by side: SSH, Docker Engine and Compose, rights, the app's directory and `.env`, lock, disk, clock, every image in the registry (login, tag, platform), published ports, the name in the probe's URL, and at last the plan that a deploy would make. What is missing is told as a deploy would tell it, with the next command. The exit code is 0 when a deploy would go through, 3 when not; warnings do not count. Without a tag, the newest one that the registry has of each image is looked at where dray.yml has a rule for tags.",
  arguments: [environmentArgument],
  options: [{ flags: '--tag <TAG>', description: 'The tag that is to be deployed.' }],
  examples: [
    { command: 'dray doctor production', description: 'would a deploy go through?' },
    { command: 'dray doctor production --tag v1.4.0', description: 'is this tag there, for these servers?' },
    { command: 'dray doctor test --json', description: 'for a program' },
  ],
  docs: 'docs/doctor.md',
  exitCodes: {
    [EXIT.done]: 'A deploy would go through.',
    [EXIT.precondition]: 'A deploy would be refused, or a host does not answer.',
  },
  seeAlso: ['setup', 'plan', 'check', 'status'],
} as const satisfies CommandSpec
