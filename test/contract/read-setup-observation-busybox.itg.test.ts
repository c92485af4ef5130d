import { expect, test } from 'vitest'
import { readSetupObservation } from '../../src/adapters/server/read-setup-observation.ts'
import { busyBoxShell } from '../support/hosts/busybox-shell.ts'

test('a BusyBox server such as Alpine reports its state before it is refused', async () => {
  await using runner = await busyBoxShell()
  const state = await readSetupObservation(runner, '/srv/not-there', new AbortController().signal)
  expect(state).toMatchObject({
    user: { name: 'root', isRoot: true, canBecomeRoot: true },
    docker: { hasCommand: false },
    dockerRepository: undefined,
    directory: 'missing',
    hasEnvFile: false,
  })
})
