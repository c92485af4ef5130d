import { expect, test } from 'vitest'
import type { CommandRunner } from '../../src/adapters/host/command-runner.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { OnHost } from '../../src/cli/commands/inspect/ask-status.ts'
import { examineTogether } from '../../src/cli/commands/inspect/ui/answer-on-demand.ts'
import { DrayError } from '../../src/errors/dray-error.ts'

const context = { signal: new AbortController().signal } as unknown as CliContext

test('the hosts that answer are examined in one call, the others have their failure', async () => {
  const onHost: OnHost = async (host, act) => {
    if (host === 'b') throw new DrayError('HOST_UNREACHABLE', 'b does not answer over SSH.')
    if (host === 'a') await new Promise((resolve) => setTimeout(resolve, 5))
    return act({ name: host } as unknown as CommandRunner)
  }
  const calls: string[][] = []
  const examined = await examineTogether(['a', 'b', 'c'], { onHost, context }, async (runners) => {
    calls.push(runners.map(({ name }) => name))
    return runners.map(({ name }) => ({ host: name, checks: [] }))
  })
  expect(calls).toEqual([['a', 'c']])
  expect(examined).toMatchObject([
    { host: 'a', checks: [] },
    { host: 'b', checks: [{ name: 'ssh', failure: { code: 'HOST_UNREACHABLE' } }] },
    { host: 'c', checks: [] },
  ])
})

test('a failure of the examination is that of each host', async () => {
  const onHost: OnHost = (host, act) => act({ name: host } as unknown as CommandRunner)
  const examine = () => Promise.reject(new DrayError('COMPOSE_MISSING', 'There is no compose file.'))
  const examined = await examineTogether(['a', 'b'], { onHost, context }, examine)
  expect(examined.map(({ checks }) => checks)).toMatchObject(
    Array.from({ length: 2 }, () => [{ outcome: 'failed', failure: { code: 'COMPOSE_MISSING' } }]),
  )
})
