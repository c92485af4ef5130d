import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv2')
const byHand = (run: string) => ({ service: ['app', 'backend'], run, when: 'manual' })
const tasks = {
  check: byHand('echo "here is $HOSTNAME"; echo problem >&2; exit 7'),
  slow: byHand('echo begun; sleep 600'),
}
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({ net, server, name: 'by-hand', config: { tasks } })
  await app.mustDeploy('v1')
})

afterAll(() => app[Symbol.asyncDispose]())

describe('a task that a person runs', () => {
  test('has its exit code and its streams passed on, and leaves nothing but its record', async () => {
    const result = await app.dray(['task', 'check', 'test'], { env: { GITHUB_ACTOR: 'mona' } })
    expect(result).toMatchObject({ exitCode: 7, stdout: expect.stringContaining('here is ') as string })
    expect(result.stderr).toContain('problem\n')
    expect(result.stderr).toContain('Task check exited with code 7 after')
    expect(await oneOffs()).toBe('')
    expect(await taskRecords()).toMatchObject([
      { event: 'task.started', task: 'check', service: 'backend', release: 'r1', by: { user: 'mona' } },
      { event: 'task.finished', task: 'check', outcome: 'failed', exitCode: 7 },
    ])
  })

  test('keeps deploys out while it runs; Ctrl-C ends it and its container', async () => {
    const running = await startUntil(app, { args: ['task', 'slow', 'test'] }, /begun/)
    const deploy = await app.deploy('v2')
    expect(deploy).toMatchObject({ exitCode: 3, failure: { code: 'LOCK_HELD' } })
    expect(deploy.failure?.message).toContain('has been running task slow of this app on')
    running.kill('SIGINT')
    expect((await running.done).exitCode).toBe(130)
    expect(await oneOffs()).toBe('')
    expect((await taskRecords()).at(-1)).toMatchObject({ task: 'slow', outcome: 'cancelled' })
  })

  test('is ended when it takes too long', async () => {
    const result = await app.dray(['task', 'slow', 'test', '--timeout', '5s'])
    expect(result).toMatchObject({ exitCode: 1, stdout: 'begun\n' })
    expect(result.stderr).toContain('[TASK_TIMED_OUT]')
    expect(await oneOffs()).toBe('')
  })

  test('is listed by `dray history`, with who ran it and how it ended', async () => {
    const { stdout } = await app.dray(['history', 'test'])
    expect(stdout).toMatch(/Tasks run by hand:\n.*TASK/)
    expect(stdout).toMatch(/check +r1 .*mona@client.*exit code 7\n/)
    expect(stdout).toMatch(/slow +r1 .*octocat@client.*cancelled\n/)
  })

  test('goes with dray when dray is killed, and the next deploy finds the lock free', async () => {
    const running = await startUntil(app, { args: ['task', 'slow', 'test'] }, /begun/)
    running.kill('SIGKILL')
    await running.done
    const script = `until [ -z "$(docker ps -aq ${oneOffFilters.join(' ')})" ]; do sleep 0.1; done`
    expect((await server.run(['timeout', '60', 'sh', '-c', script])).exitCode).toBe(0)
    expect((await app.deploy('v2', '--wait', '10s')).outcome).toBe('deployed')
  })
})

const oneOffFilters = ['project=by-hand', 'oneoff=True'].flatMap((label) => [
  '--filter',
  `label=com.docker.compose.${label}`,
])

function oneOffs(): Promise<string> {
  return server.docker('ps', '-aq', ...oneOffFilters)
}

/** What the journal says of tasks that people ran. */
async function taskRecords(): Promise<unknown[]> {
  const journal = (await app.readOnServer('.dray/journal.ndjson')) ?? ''
  const lines = journal.trim().split('\n')
  return lines.filter((line) => line.includes('"event":"task.')).map((line) => JSON.parse(line) as unknown)
}
