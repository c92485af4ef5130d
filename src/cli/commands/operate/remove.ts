import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { waitOptionSpec } from '../../command/wait-option.ts'

export const removeCommand = {
  name: 'remove',
  group: 'operate',
  summary: 'Remove the app from the server: containers, networks, files and records.',
  description:
    'Removes what dray put on the server for an environment: its containers and networks, the tags of its releases (and the images that nothing else uses), the files of the current release, and `.dray`. Lists all of it first, and asks for the name of the environment. Volumes stay unless `--volumes` is given, and `.env` stays unless `--env` is given. Files that were changed by hand, other files in the directory, external networks and volumes, and containers from other directories stay. Afterwards the app is down, and there is no release to roll back to. With `engine: swarm`, it removes the stack from its swarm, and its images, ended containers and (with `--volumes`) volumes from the manager and the `nodes` of dray.yml.',
  arguments: [environmentArgument],
  options: [
    { flags: '--volumes', description: "Also remove the app's volumes, with their data." },
    { flags: '--env', description: 'Also remove `.env` and its copies.' },
    { flags: '--dry-run', description: 'Only list what would be removed and what would stay.' },
    { flags: '--yes', description: 'Do not ask for the name of the environment.' },
    { ...hostOptionSpec, description: 'Only this host (default: all hosts of the environment).' },
    waitOptionSpec,
  ],
  examples: [
    { command: 'dray remove test --dry-run', description: 'list only' },
    { command: 'dray remove test', description: 'keep the volumes and `.env`' },
    { command: 'dray remove review-17 --volumes --env --yes', description: 'everything, in a script' },
  ],
  docs: 'docs/remove.md',
  exitCodes: {
    [EXIT.failedOldServing]: 'Another name was typed than that of the environment; nothing was removed.',
    [EXIT.needsPerson]: 'The app was only partly removed; the same command removes the rest.',
  },
  files: [
    {
      term: 'PATH/',
      description: 'On the server: the files of the current release. The directory itself stays.',
    },
    { term: 'PATH/.dray/', description: 'On the server: removed, except copies of your files (`adopted/`).' },
  ],
  seeAlso: ['status', 'clean', 'env'],
} as const satisfies CommandSpec
