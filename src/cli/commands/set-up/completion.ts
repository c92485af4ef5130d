import type { CommandSpec } from '../../command/command.ts'
import { shells } from '../../completion/render-candidates.ts'

export const completionCommand = {
  name: 'completion',
  group: 'set-up',
  summary: 'Print a script by which a shell completes what is typed after `dray`.',
  description:
    'Commands, options and their values, and what the files in the current directory tell: environments, services, hosts, tasks. No server is asked. The script calls dray at every Tab, so it stays right when dray changes.',
  arguments: [
    { name: 'SHELL', description: 'For which shell.', choices: shells },
    {
      name: 'WORD',
      description: 'After `--`: print what the last of these words may become, as the scripts ask it.',
      optional: true,
      variadic: true,
    },
  ],
  options: [],
  examples: [
    { command: 'source <(dray completion bash)', description: 'in ~/.bashrc' },
    { command: 'source <(dray completion zsh)', description: 'in ~/.zshrc, after compinit' },
    {
      command: 'dray completion fish > ~/.config/fish/completions/dray.fish',
      description: 'once',
    },
  ],
  docs: 'docs/completion.md',
  files: [
    { term: 'dray.yml', description: 'Its environments, tasks and hosts; the compose file for services.' },
  ],
} as const satisfies CommandSpec
