import { expect, test } from 'vitest'
import { makeProject, composeText } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const drayYml = `
registry: ghcr.io/acme
environments:
  test: { hosts: [deploy@a.example.com, deploy@b.example.com:2222] }
`

/** What these refuse before they reach for a host. */
async function refusal(...argv: string[]): Promise<string> {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'docker-compose.yml': composeText })
  const { exitCode, stdout, stderr } = await runCli(argv, { cwd })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  return stderr
}

test.each([
  [['exec'], 'The service is missing.'],
  [['run', 'test'], '`dray run test backend`'],
  [['compose', 'test'], '`dray compose test ps --services`'],
  [['exec', 'test', 'backend', '--index', 'two'], 'The value `two` of --index is not a number.'],
  [
    ['exec', 'test', 'backend', '--env', 'NOT_SET_HERE'],
    'The value `NOT_SET_HERE` of --env is not a variable',
  ],
  [['run', 'test', 'backend', '--env', '=x'], 'The value `=x` of --env is not a variable'],
  [['compose', 'test', '--host', 'c.example.com', '--', 'ps'], 'Its hosts: deploy@a.example.com, deploy@b'],
  [['exec', 'nowhere', 'backend'], 'ENVIRONMENT_UNKNOWN'],
])('%j is refused', async (argv, expected) => {
  expect((await refusal(...argv)).replace(/\s+/g, ' ')).toContain(expected)
})
