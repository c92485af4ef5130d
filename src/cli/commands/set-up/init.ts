import type { CommandSpec } from '../../command/command.ts'

export const initCommand = {
  name: 'init',
  group: 'set-up',
  summary: 'Write what a deploy needs into this repository: configuration, compose file, workflows.',
  description:
    'Looks at the Dockerfiles, the compose file and the remote of the repository in the current directory, asks a little, and shows what it would write before it does. What is there already stays unless you say otherwise, so it can be run again. dray itself is put into tools/, where the workflows find it.',
  arguments: [],
  options: [
    { flags: '-y, --yes', description: 'Ask nothing; what is not known is guessed. Replaces no file.' },
    { flags: '--dry-run', description: 'Only show what would be written.' },
    { flags: '--overwrite', description: 'Replace files that differ from what would be written.' },
    {
      flags: '--test <HOST>',
      heading: 'What is asked otherwise',
      description: 'The server of the test environment, as `user@server`.',
    },
    {
      flags: '--production <HOST>',
      heading: 'What is asked otherwise',
      description: 'The server of the production environment.',
    },
    {
      flags: '--test-images <FORM>',
      heading: 'What is asked otherwise',
      choices: ['several', 'single'],
      description: '`several` images in test, or the whole app as a `single` one.',
    },
    {
      flags: '--production-images <FORM>',
      heading: 'What is asked otherwise',
      choices: ['several', 'single'],
      description: 'The same in production.',
    },
    {
      flags: '--action <REFERENCE>',
      description:
        'Let the workflows use dray as an action, such as `acme/dray@COMMIT # v1.2.0`, instead of tools/.',
    },
  ],
  examples: [
    { command: 'dray init', description: 'look, ask, show, write' },
    { command: 'dray init --yes --test deploy@test.example.com', description: 'without a question' },
    { command: 'dray init --dry-run', description: 'what would it write?' },
  ],
  docs: 'docs/ci.md',
  files: [
    {
      term: 'dray.yml',
      description: 'Written, with a compose file, workflows and nginx where there are none.',
    },
  ],
  seeAlso: ['check', 'deploy'],
} as const satisfies CommandSpec
