import { expect, test } from 'vitest'
import type { EnvironmentStatus } from '../../src/operations/status/status.ts'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
  'dray.yml': 'environments:\n  test: { host: deploy@nowhere.invalid, path: /srv/shop }\n',
}

test('a status uses the SSH secrets of CI, and reports an empty one', async () => {
  const cwd = await makeProject(files)
  const { exitCode, stdout } = await runCli(['status', 'test', '--json'], { cwd, env: { DRAY_SSH_KEY: '' } })
  expect(exitCode).toBe(3)
  const status = JSON.parse(stdout) as EnvironmentStatus
  expect(status).toMatchObject({ verdict: 'unknown', failure: { code: 'SSH_SECRET_INVALID' } })
})
