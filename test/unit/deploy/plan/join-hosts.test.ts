import { expect, test } from 'vitest'
import { joinHosts } from '../../../../src/deploy/plan/join-warnings.ts'
import { fakeApp, fakeService } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'

test('a warning that holds for several hosts is given once, with their names', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend')]), ['deploy@a', 'deploy@b', 'deploy@c'])
  for (const host of world.hosts.slice(0, 2))
    host.envFile = { ...host.envFile, mode: '644', readableByOthers: true }
  const { warnings } = await world.plan()
  expect(warnings.filter((it) => it.startsWith('.env '))).toEqual([
    '.env on deploy@a, deploy@b is readable by other users (mode 644). Run `chmod 600 .env` there.',
  ])
})

test.each<[string, [string, string[]][], string[]]>([
  [
    'with more than one mention',
    [
      ['a', ['x is not on a. Put it on a first.']],
      ['b', ['x is not on b. Put it on b first.']],
    ],
    ['x is not on a, b. Put it on a, b first.'],
  ],
  [
    'without a name',
    [
      ['a', ['web has none.']],
      ['b', ['web has none.', 'More.']],
    ],
    ['web has none.', 'More.'],
  ],
  [
    'of one host alone',
    [
      ['a', ['Only on a.']],
      ['b', []],
    ],
    ['Only on a.'],
  ],
  [
    'that differ in more',
    [
      ['a', ['/ on a is 91 % full.']],
      ['b', ['/ on b is 92 % full.']],
    ],
    ['/ on a is 91 % full.', '/ on b is 92 % full.'],
  ],
  [
    'with a command for one host',
    [
      ['a', ['Run `dray disk --host a`.']],
      ['b', ['Run `dray disk --host b`.']],
    ],
    ['Run `dray disk --host a`.', 'Run `dray disk --host b`.'],
  ],
  [
    'in which a name is part of a longer one',
    [
      ['a', ['a.example.com on a.']],
      ['b', ['a.example.com on b.']],
    ],
    ['a.example.com on a, b.'],
  ],
])('warnings %s', (_, found, expected) => {
  expect(joinHosts(found.map(([host, texts]) => ({ host, texts })))).toEqual(expected)
})
