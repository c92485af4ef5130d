import { expect, test } from 'vitest'
import { limitLogs } from '../../../../src/operations/setup/limit-logs.ts'

function limited(daemonConfig: string | undefined): unknown {
  const limits = limitLogs({ host: 'a', daemonConfig })
  if (limits === undefined) return 'left as it is'
  if ('remaining' in limits) return limits.remaining
  return limits.action.kind === 'write-daemon-config' ? JSON.parse(limits.action.text) : undefined
}

const limits = { 'max-size': '10m', 'max-file': '5' }

test.each<[string, string | undefined, unknown]>([
  ['no file', undefined, { 'log-driver': 'json-file', 'log-opts': limits }],
  ['an empty file', ' \n', { 'log-driver': 'json-file', 'log-opts': limits }],
  [
    'other settings, which stay',
    '{ "registry-mirrors": ["http://m:5000"], "live-restore": true }',
    {
      'registry-mirrors': ['http://m:5000'],
      'live-restore': true,
      'log-driver': 'json-file',
      'log-opts': limits,
    },
  ],
  [
    'other options of the log, which stay',
    '{ "log-driver": "json-file", "log-opts": { "tag": "x", "max-file": "2" } }',
    { 'log-driver': 'json-file', 'log-opts': { 'max-size': '10m', 'max-file': '2', tag: 'x' } },
  ],
  ['a limit that is there', '{ "log-opts": { "max-size": "1g" } }', 'left as it is'],
  ['another driver', '{ "log-driver": "journald" }', 'left as it is'],
  ["Docker's own driver with limits", '{ "log-driver": "local" }', 'left as it is'],
  ['a list', '[]', expect.stringContaining('is not a JSON object. Correct it')],
  ['no JSON', '{', expect.stringContaining('is not a JSON object. Correct it')],
])('%s', (_, text, expected) => {
  expect(limited(text)).toEqual(expected)
})
