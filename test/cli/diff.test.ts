import { expect, test } from 'vitest'
import { composeText, makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const drayYml = 'registry: ghcr.io/acme\nenvironments:\n  test: { host: deploy@a.example.com }\n'

test('a tag beside releases is refused: it would be compared with nothing', async () => {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'docker-compose.yml': composeText })
  const { exitCode, stdout, stderr } = await runCli(['diff', 'test', 'r1', '--tag', 'v2'], { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain('`--tag` applies only to the working tree')
})
