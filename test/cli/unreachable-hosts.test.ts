import { expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

test('with no host in reach, no host is proposed to be left out', async () => {
  const hosts = ['deploy@a.invalid', 'deploy@b.invalid']
  const cwd = await makeProject({
    'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
    'dray.yml': `environments:\n  test: { hosts: [${hosts.join(', ')}], path: /srv/shop, tag: version }\n`,
  })
  const { exitCode, stderr } = await runCli(['deploy', 'test', '--tag', 'v1'], { cwd })
  expect(exitCode).toBe(3)
  expect(stderr).toContain('b.invalid')
  expect(stderr).not.toContain('--without')
})
