import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { separatePassedWords } from '../../src/cli/command/pass-words.ts'

const separate = (line: string): string => separatePassedWords(line.split(' '), commands).join(' ')

test.each([
  ['exec prod catalog ls -la', 'exec prod catalog -- ls -la'],
  ['exec prod catalog ls --help', 'exec prod catalog -- ls --help'],
  ['exec prod --user app catalog -T ls --json', 'exec prod --user app catalog -T -- ls --json'],
  ['--config a.yml exec prod catalog psql -c x', '--config a.yml exec prod catalog -- psql -c x'],
  [
    '--config=a.yml exec --user=app prod catalog id -u',
    '--config=a.yml exec --user=app prod catalog -- id -u',
  ],
  ['run prod catalog cat -', 'run prod catalog -- cat -'],
  ['compose prod ps --services', 'compose prod -- ps --services'],
  ['compose prod -f other.yml ps', 'compose prod -- -f other.yml ps'],
  ['compose prod --host b.example.com ps -q', 'compose prod --host b.example.com -- ps -q'],
  ['compose --host b.example.com prod ps -q', 'compose --host b.example.com prod -- ps -q'],
])('%s', (line, expected) => {
  expect(separate(line)).toBe(expected)
})

test.each([
  'exec prod catalog',
  'exec prod catalog -- ls -la',
  'exec prod catalog --user app',
  'exec prod catalog --help',
  // docker's, which dray does not have.
  'exec prod catalog -it sh',
  'compose prod --help',
  'compose prod',
  'deploy prod --tag x',
  'help exec',
  '--version',
  'logs prod backend --tail 5',
])('%s stays as it is', (line) => {
  expect(separate(line)).toBe(line)
})
