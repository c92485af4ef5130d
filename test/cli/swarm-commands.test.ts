import { expect, test } from 'vitest'
import { composeText, makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const drayYml = `
registry: ghcr.io/acme
environments:
  test: { host: deploy@m1.example.com, engine: swarm, nodes: [deploy@w1.example.com], path: /srv/shop }
tasks:
  report: { service: backend, run: npm run report, when: manual }
`

async function run(...argv: string[]) {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'docker-compose.yml': composeText })
  return runCli(argv, { cwd })
}

test.each([
  [['compose', 'test', 'ps'], '`docker stack services shop`, `docker stack ps shop`'],
  [['compose', 'test'], '`docker service inspect shop_SERVICE`'],
  [['compose', 'test', 'up', '-d'], '`dray deploy test`'],
  [['compose', 'test', 'down'], '`dray remove test`'],
  [['compose', 'test', 'restart', 'backend'], '`docker service update --force shop_backend`'],
  [['compose', 'test', 'scale', 'backend=3'], '`docker service scale shop_SERVICE=N`'],
  [['compose', 'test', 'stop', 'backend'], '`docker service scale shop_backend=0`'],
  [['compose', 'test', 'logs', '--tail', '9', 'backend'], '`dray logs test backend`'],
  [['compose', 'test', 'exec', 'backend', 'sh'], '`dray exec test backend COMMAND`'],
  [['compose', 'test', 'run', 'backend', 'sh'], '`dray task NAME test`'],
  [['run', 'test', 'backend', 'npm', 'run', 'x'], '`dray task NAME test`'],
  [['run', 'test', 'backend', 'npm', 'run', 'x'], '`dray exec test backend COMMAND`'],
  [['run', 'test', 'backend'], '`dray exec test backend sh`'],
])('%j is refused with what to type instead', async (argv, instead) => {
  const { exitCode, stdout, stderr } = await run(...argv)
  const said = stderr.replace(/\s+/g, ' ')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  for (const part of ['SWARM_COMMAND', 'Environment test has `engine: swarm`', instead])
    expect(said).toContain(part)
})

test.each(['clean', 'disk'])(
  '%s knows the manager and the listed nodes, and no other host',
  async (command) => {
    const { exitCode, stderr } = await run(command, 'test', '--host', 'w2')
    const said = stderr.replace(/\s+/g, ' ')
    expect([exitCode, said]).toEqual([2, expect.stringContaining('Environment test has no host `w2`')])
    expect(said).toContain('Its hosts: deploy@m1.example.com, deploy@w1.example.com.')
  },
)

test('the tasks of a stack are listed without a server', async () => {
  const { exitCode, stdout } = await run('task', 'test')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('npm run report')
})
