import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'

export const checkCommand = {
  name: 'check',
  group: 'set-up',
  summary: 'Find mistakes in workflows, compose files, Dockerfiles, nginx and scripts, without a server.',
  description:
    'Reads the chain from the workflow to the server as one, and says for each finding why it hurts and how to mend it. Below the top of a repository the whole of it is checked, with the dray.yml that is nearest. It needs no network, and never reads a `.env`. Exit code 1 when there are errors. A comment `# dray-ignore CODE reason`, on the line or alone above it, leaves a finding out.',
  arguments: [],
  options: [
    { flags: '--fix', description: 'Mend what can be mended without changing anything else.' },
    {
      flags: '--format <FORMAT>',
      choices: ['text', 'json', 'sarif', 'github'],
      description:
        '`text`, `json` (as `--json`), `sarif` for code scanning, or `github`: text and annotations, as always in Actions.',
    },
    { flags: '--explain <CODE>', description: 'Tell all about one code, with a bad and a good example.' },
  ],
  examples: [
    { command: 'dray check', description: 'what is wrong here?' },
    { command: 'dray check --fix', description: 'mend what is safe to mend, and tell the rest' },
    { command: 'dray check --explain CACHE_SCOPE_SHARED', description: 'all about one finding' },
    { command: 'dray check --format sarif > dray.sarif', description: 'for upload to code scanning' },
  ],
  docs: 'docs/checks.md',
  exitCodes: { [EXIT.failedOldServing]: 'There are errors.' },
  seeAlso: ['init', 'doctor'],
} as const satisfies CommandSpec
