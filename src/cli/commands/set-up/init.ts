import type { CommandSpec } from '../../command/command.ts'

export const initCommand = {
  name: 'init',
  group: 'set-up',
  summary: 'Create the configuration, compose file and workflows for deploys in this repository.',
  description:
    'Inspects the Dockerfiles, the compose file and the git remote in the current directory, asks a few questions, and shows the changes before it writes them. Existing files are not replaced without your consent, so it can be run again. The workflows run dray in the way in which you run it: the npm package, or a file that is copied to tools/.',
  arguments: [],
  options: [
    { flags: '-y, --yes', description: 'Do not prompt; guess missing answers. Replaces no file.' },
    { flags: '--dry-run', description: 'Only show the changes.' },
    { flags: '--overwrite', description: 'Replace files that differ from the generated ones.' },
    {
      flags: '--test <HOST>',
      heading: 'Answers',
      description: 'Server of the test environment, such as `user@server`.',
    },
    {
      flags: '--production <HOST>',
      heading: 'Answers',
      description: 'Server of the production environment.',
    },
    {
      flags: '--test-images <FORM>',
      heading: 'Answers',
      choices: ['several', 'single'],
      description: 'Images in test: `several`, or a `single` one with the whole app.',
    },
    {
      flags: '--production-images <FORM>',
      heading: 'Answers',
      choices: ['several', 'single'],
      description: 'Images in production.',
    },
    {
      flags: '--with <WAY>',
      choices: ['npx', 'action', 'file'],
      description:
        'How the workflows run dray: `npx` (the npm package, pinned by its checksum), `action`, or `file` (tools/dray.mjs). Default: the way in which you run it.',
    },
    {
      flags: '--action <REFERENCE>',
      description:
        'Use dray as this action in the workflows: `acme/dray@COMMIT # v1.2.0`. Implies `--with action`.',
    },
  ],
  examples: [
    { command: 'dray init', description: 'with questions' },
    { command: 'dray init --yes --test deploy@test.example.com', description: 'without questions' },
    { command: 'dray init --dry-run', description: 'show the changes only' },
  ],
  docs: 'docs/ci.md',
  files: [
    {
      term: 'dray.yml',
      description: 'Created, with a compose file, workflows and an nginx configuration if they are missing.',
    },
  ],
  seeAlso: ['check', 'deploy'],
} as const satisfies CommandSpec
