import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const doctorCommand = {
  name: 'doctor',
  group: 'set-up',
  summary: 'Check the requirements of a deploy, and change nothing.',
  description:
    "Checks all hosts of the environment in parallel: SSH, Docker Engine and Compose, permissions, the app's directory and `.env`, lock, disk, clock, every image in the registry (login, tag, platform), published ports, the host name of the probe URL, and finally the plan. With `engine: swarm`, it also checks the swarm, its nodes and SSH to the `nodes` of dray.yml, and no ports. Each failure comes with a hint. The exit code is 0 if a deploy would succeed, otherwise 3; warnings do not count. Without a tag, and with a tag rule in dray.yml, the newest tag of each image is checked.",
  arguments: [environmentArgument],
  options: [{ flags: '--tag <TAG>', description: 'Tag to check.', takesExtraWord: true }],
  examples: [
    { command: 'dray doctor production', description: 'check the newest images' },
    { command: 'dray doctor production --tag v1.4.0', description: 'check this tag' },
    { command: 'dray doctor test --json', description: 'for a script' },
  ],
  docs: 'docs/doctor.md',
  exitCodes: {
    [EXIT.done]: 'A deploy would succeed.',
    [EXIT.precondition]: 'A deploy would be refused, or a host does not answer.',
  },
  seeAlso: ['setup', 'plan', 'check', 'status'],
} as const satisfies CommandSpec
