import type { CommandSpec } from '../../command/command.ts'
import { shells } from '../../completion/render-candidates.ts'

export const completionCommand = {
  name: 'completion',
  group: 'set-up',
  summary: 'Print a shell completion script.',
  description:
    'Completes commands, options and their values, and the environments, services, hosts and tasks from the files in the current directory. Servers are not queried. The script calls dray at every Tab, so it remains valid when dray changes.',
  arguments: [
    { name: 'SHELL', description: 'The shell.', choices: shells },
    {
      name: 'WORD',
      description: 'After `--`: print the completions of the last of these words. Used by the scripts.',
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
      description: 'run once',
    },
  ],
  docs: 'docs/completion.md',
  files: [
    {
      term: 'dray.yml',
      description: 'Environments, tasks and hosts. Services are read from the compose file.',
    },
  ],
} as const satisfies CommandSpec
