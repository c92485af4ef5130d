import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { stepsOf, type DeployResult } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv2')
const service = ['backend', 'app']
const tasks = {
  migrate: { service, run: ['npm', 'run', 'migrate'], when: 'before' },
  'sync-manual': { service, run: ['npm', 'run', 'sync-manual'], when: 'after' },
}
const shapes = [
  { name: 'two-images', taskService: 'backend', compose: 'docker-compose.yml' },
  { name: 'one-image', taskService: 'app', compose: 'docker-compose.production.yml' },
]

describe.each(shapes)('the shape with $name', ({ name, taskService, compose }) => {
  let app: TestApp
  let first: DeployResult

  beforeAll(async () => {
    app = await TestApp.make({ net, server, name, config: { tasks }, environment: { compose } })
    first = await app.mustDeploy('v1')
  })

  afterAll(() => app[Symbol.asyncDispose]())

  test('runs migrate once before traffic and sync-manual once after, each in the new image', async () => {
    expect(await tasksRun()).toEqual(['migrate v1', 'sync-manual v1'])
    expect(stepsOf(first, 'run-task').map((step) => `${step.task} ${step.service}`)).toEqual([
      `migrate ${taskService}`,
      `sync-manual ${taskService}`,
    ])
  })

  test('shows their output', () => {
    expect(first.printed.join('\n')).toContain('migrating the schema to 3')
    expect(first.printed.join('\n')).toContain('"task":"sync-manual"')
  })

  test('does so at the next release, in between the old version serves', async () => {
    const second = await app.mustDeploy('v2')
    expect(await tasksRun()).toEqual(['migrate v1', 'sync-manual v1', 'migrate v2', 'sync-manual v2'])
    const order = (second.plan?.steps ?? []).map((step) => (step.kind === 'run-task' ? step.task : step.kind))
    expect(order.indexOf('migrate')).toBeLessThan(order.indexOf('start-beside'))
    expect(order.indexOf('start-beside')).toBeLessThan(order.indexOf('switch-traffic'))
    expect(order.indexOf('switch-traffic')).toBeLessThan(order.indexOf('sync-manual'))
    expect(await app.version()).toBe('v2')
  })

  test('runs neither when there is nothing to deploy', async () => {
    const again = await app.mustDeploy('v2')
    expect(again.outcome).toBe('unchanged')
    expect(await tasksRun()).toHaveLength(4)
  })

  test('runs migrate by hand in the release in place, and changes nothing else', async () => {
    const before = await app.containerIds()
    const { exitCode, stdout, stderr } = await app.dray(['task', 'migrate', 'test'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('"task":"migrate"')
    expect(stderr).toContain(`Running task migrate in ${taskService} of release r2 (v2)`)
    expect((await tasksRun()).at(-1)).toBe('migrate v2')
    expect(await app.containerIds()).toEqual(before)
  })

  test('changes nothing when migrate fails, and shows its output', async () => {
    const before = await app.containerIds()
    const override = await app.readOnServer('docker-compose.override.yml')
    const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy('v2-migrate-fails'))
    expect(result).toMatchObject({ exitCode: 1, failure: { code: 'TASK_FAILED' } })
    expect(result.failure?.details.logTail?.join('\n')).toContain(
      'column "colour" of table "orders" already exists',
    )
    expect(await app.containerIds()).toEqual(before)
    expect(await app.readOnServer('docker-compose.override.yml')).toBe(override)
    expect(Object.keys(report.versions)).toEqual(['v2'])
    expectNoneFailed(report)
  })

  test('leaves no container of a task behind', async () => {
    const filters = [
      '--filter',
      `label=com.docker.compose.project=${name}`,
      '--filter',
      'label=com.docker.compose.oneoff=True',
    ]
    expect(await server.docker('ps', '-aq', ...filters)).toBe('')
  })

  /** As the tasks themselves wrote it on the app's volume. */
  async function tasksRun(): Promise<string[]> {
    const { stdout } = await app.compose('exec', '-T', taskService, 'cat', '/data/tasks.ndjson')
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { task: string; version: string })
      .map(({ task, version }) => `${task} ${version}`)
  }
})
