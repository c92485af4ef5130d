import { describe, expect, test } from 'vitest'
import { makeProject, composeText } from '../support/make-project.ts'
import { runCli, type CliResult } from '../support/run-cli.ts'

const drayYml = `
registry: ghcr.io/acme
environments:
  test: { host: deploy@test.example.com }
  production: { host: deploy@example.com }
tasks:
  migrate: { service: [backend, app], run: [npm, run, migrate], when: before, timeout: 10m }
  report: { service: backend, run: npm run report | tail, when: manual }
`

async function task(args: readonly string[], config = drayYml): Promise<CliResult> {
  const cwd = await makeProject({ 'dray.yml': config, 'docker-compose.yml': composeText })
  return runCli(['task', ...args], { cwd })
}

describe('with the environment alone', () => {
  test('lists the tasks, without asking a server', async () => {
    const { exitCode, stdout } = await task(['production'])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      [
        'TASK     WHEN    SERVICE             TIMEOUT  COMMAND',
        'migrate  before  backend or app  10 min 00 s  npm run migrate',
        'report   manual  backend                      npm run report | tail',
        '',
      ].join('\n'),
    )
  })

  test('lists them for a program', async () => {
    const { stdout } = await task(['test', '--json'])
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { version: 1, type: 'task.listed', task: 'migrate', when: 'before', timeoutMs: 600_000 },
      { type: 'task.listed', task: 'report', argv: ['sh', '-c', 'npm run report | tail'] },
    ])
  })

  test('says that there are no tasks', async () => {
    const { exitCode, stdout } = await task(['test'], 'environments: { test: { host: a } }')
    expect([exitCode, stdout]).toEqual([0, 'dray.yml has no tasks.\n'])
  })
})

test.each([
  [['migrat', 'test'], 'TASK_UNKNOWN', 'Tasks: migrate, report.', 'Did you mean `migrate`?'],
  [['backup', 'test'], 'TASK_UNKNOWN', 'has no task `backup`', '`dray task test` lists them.'],
  [['test', 'migrate'], 'USAGE', 'environment `test` must follow the task', '`dray task migrate test`'],
  [['migrate'], 'USAGE', 'Environments: test, production.', '`dray task migrate test`'],
  [['migrate', 'nowhere'], 'ENVIRONMENT_UNKNOWN', 'no environment `nowhere`', 'Did you mean'],
  [[], 'USAGE', 'The environment is missing. Environments: test, production.', 'after the command'],
  [['migrate', 'test', '--timeout', '10'], 'USAGE', 'The value `10` of --timeout', '--timeout 10m'],
])('%j is refused', async (args, code, message, hint) => {
  const { exitCode, stdout, stderr } = await task(args)
  const said = stderr.replace(/\s+/g, ' ')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  for (const part of [code, message, hint]) expect(said).toContain(part)
})

test('a task is refused where dray.yml has no tasks', async () => {
  const { exitCode, stderr } = await task(['migrate', 'test'], 'environments: { test: { host: a } }')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('dray.yml has no `tasks`')
})
