import { expect, test } from 'vitest'
import { observeApp } from '../../../../src/adapters/directory/observe-app.ts'
import { examineServer } from '../../../../src/adapters/directory/examine-server.ts'
import type { CommandRunner, RunOptions } from '../../../../src/adapters/host/command-runner.ts'
import { systemClock } from '../../../../src/shared/clock.ts'

test('a script that only reads ends in minutes, whatever the programs of the server do', async () => {
  const limits: (number | undefined)[] = []
  const runner = {
    name: 'server',
    run: (_: readonly string[], { timeoutMs }: RunOptions) => {
      limits.push(timeoutMs)
      return Promise.reject(new Error('over'))
    },
  } as unknown as CommandRunner
  const place = { runner, path: '/srv/app', name: undefined, clock: systemClock }
  await expect(observeApp(place)).rejects.toThrow('over')
  await expect(examineServer(place, new AbortController().signal)).rejects.toThrow('over')
  expect(limits).toEqual([300_000, 300_000])
})
