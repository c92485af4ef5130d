import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'

export const checkCommand = {
  name: 'check',
  group: 'set-up',
  summary: 'Find mistakes in workflows, compose files, Dockerfiles, nginx and scripts, without a server.',
  description:
    'Checks the complete path from the workflow to the server, and shows for each finding its consequence and a hint. In a subdirectory of a repository, the whole repository is checked, with the nearest dray.yml. Needs no network and never reads a `.env`. A comment `# dray-ignore CODE reason` on the line, or alone on the line above, suppresses a finding.',
  arguments: [],
  options: [
    { flags: '--fix', description: 'Fix findings that can be fixed without side effects.' },
    {
      flags: '--format <FORMAT>',
      choices: ['text', 'json', 'sarif', 'github'],
      description:
        '`text`, `json` (like `--json`), `sarif` for code scanning, or `github` for text and annotations (default in Actions).',
    },
    { flags: '--explain <CODE>', description: 'Explain a code, with a bad and a good example.' },
  ],
  examples: [
    { command: 'dray check', description: 'list all findings' },
    { command: 'dray check --fix', description: 'fix safe findings, and list the rest' },
    { command: 'dray check --explain CACHE_SCOPE_SHARED', description: 'explain a code' },
    { command: 'dray check --format sarif > dray.sarif', description: 'for upload to code scanning' },
  ],
  docs: 'docs/checks.md',
  exitCodes: { [EXIT.failedOldServing]: 'There are errors.' },
  seeAlso: ['init', 'doctor'],
} as const satisfies CommandSpec
