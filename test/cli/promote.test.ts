import { expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const config =
  'environments: { test: { host: a@test.invalid }, production: { host: a@production.invalid } }\n'
const compose = 'services: { web: { image: ghcr.io/acme/web } }\n'

test.each([
  [[], /Name two environments[^]*`dray promote test production --tag v1\.4\.0`/, 2],
  [['test'], /Name two environments/, 2],
  [['test', 'produktion'], /\[ENVIRONMENT_UNKNOWN\][^]*Did you mean `production`/, 2],
  [['test', 'production'], /\[TAG_UNKNOWN\][^]*No tag is set for the images of production/, 2],
])('dray promote %j is refused before any request', async (args, message, exitCode) => {
  const cwd = await makeProject({ 'dray.yml': config, 'docker-compose.yml': compose })
  const result = await runCli(['promote', ...args], { cwd })
  expect(result.stderr).toMatch(message)
  expect(result).toMatchObject({ exitCode, stdout: '' })
})
