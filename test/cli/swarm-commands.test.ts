import { expect, test } from 'vitest'
import { composeText, makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const drayYml = `
registry: ghcr.io/acme
environments:
  test: { host: deploy@m1.example.com, engine: swarm, path: /srv/shop }
  here: { host: local, engine: swarm, path: /srv/no-such-directory/shop }
tasks:
  report: { service: backend, run: npm run report, when: manual }
`

async function run(...argv: string[]) {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'docker-compose.yml': composeText })
  return runCli(argv, { cwd })
}

test.each([
  [['compose', 'test', 'ps'], '`docker stack ps shop`'],
  [['run', 'test', 'backend', 'sh'], '`dray task NAME test`'],
  [['clean', 'test'], 'docs/swarm.md, "Limits"'],
  [['disk', 'test'], '`docker system df`'],
  [['diff', 'test'], '`dray plan test`'],
])('%j is refused with what to type instead', async (argv, instead) => {
  const { exitCode, stdout, stderr } = await run(...argv)
  const said = stderr.replace(/\s+/g, ' ')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  for (const part of ['SWARM_COMMAND', 'Environment test has `engine: swarm`', instead])
    expect(said).toContain(part)
})

test('exec says why it could not find out the node of a container', async () => {
  const { exitCode, stderr } = await run('exec', 'here', 'backend', 'sh')
  const said = stderr.replace(/\s+/g, ' ')
  expect(exitCode).toBe(2)
  expect(said).toContain('SWARM_COMMAND')
  expect(said).toMatch(
    /`docker stack ps` on a manager names the node .* did not name it now: .*no-such-directory/,
  )
})

test('the tasks of a stack are listed without a server', async () => {
  const { exitCode, stdout } = await run('task', 'test')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('npm run report')
})
