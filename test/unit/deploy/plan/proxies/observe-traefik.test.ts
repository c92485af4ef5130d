import { describe, expect, test } from 'vitest'
import { observeTraefik } from '../../../../../src/deploy/plan/proxies/observe-traefik.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'

/** What is observed of a Traefik with flags, whose container prints some lines. */
const observe = (flags: readonly string[], ...printed: readonly string[]) =>
  observeTraefik({ id: 'c', command: ['traefik', ...flags] } as unknown as Container, {
    exec: async (_id, _argv, options) => {
      for (const line of printed) options?.onLine?.(line)
      return { exitCode: 0, output: '' }
    },
  })

const end = 'dray-end'
const labelled = { docker: 'labelled', hasFile: false, hasOthers: false }

describe('Traefik with flags', () => {
  test.each([
    [['--providers.docker.exposedbydefault=false'], labelled],
    [['--providers.docker', '--providers.docker.exposedByDefault=false'], labelled],
    [['--providers.docker=true'], { ...labelled, docker: 'any' }],
    [
      ['--providers.file.directory=/etc/traefik/dynamic', '--providers.providersThrottleDuration=1'],
      { docker: 'none', hasFile: true, hasOthers: false },
    ],
    [
      ['--providers.docker.exposedbydefault=false', '--providers.redis.endpoints=db:6379'],
      { ...labelled, hasOthers: true },
    ],
    [['--api.insecure'], undefined],
  ])('%j', async (flags, expected) => {
    expect(await observe(flags, 'flags', end)).toEqual(expected)
  })
})

test('a file excludes flags', async () => {
  const lines = [
    'file',
    'providers:',
    '  docker:',
    '    exposedByDefault: false',
    '  file: {filename: /x.yml}',
  ]
  expect(await observe(['--providers.redis'], ...lines, '', end)).toEqual({ ...labelled, hasFile: true })
})

test.each([
  ['a file in TOML', ['other', end]],
  ['no shell', []],
  ['a file of which the end is missing', ['file', 'providers:', '  file: {}']],
  ['a file that is no mapping', ['file', '- a', end]],
  ['a file without providers', ['file', 'api: {}', end]],
])('with %s it is not known', async (_what, printed) => {
  expect(await observe([], ...printed)).toBeUndefined()
})
