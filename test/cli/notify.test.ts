import { expect, test } from 'vitest'
import { DrayError } from '../../src/errors/dray-error.ts'
import { WebhookServer } from '../support/webhook-server.ts'
import { shopAtV1 } from '../support/shop-world.ts'
import { release } from './support/run-release.ts'

const notify = [{ webhook: '$HOOK_URL' }]

test('sends the finished deploy to a webhook as JSON', async () => {
  await using server = await WebhookServer.start()
  const world = await shopAtV1()
  const { exitCode, stderr } = await release(world, {
    config: { notify },
    env: { HOOK_URL: server.url, GITHUB_ACTOR: 'mona' },
    options: { tag: 'v2' },
  })
  expect(exitCode).toBe(0)
  expect(stderr).not.toContain('Warning')
  expect(server.received.map(({ body }) => body)).toEqual([
    {
      version: 1,
      event: 'success',
      kind: 'deploy',
      outcome: 'deployed',
      app: 'shop',
      environment: 'test',
      hosts: ['deploy@srv'],
      tag: 'v2',
      release: 'r2',
      serving: 'r2',
      by: { user: 'mona', machine: expect.any(String) as string },
      url: 'https://test.example.com',
      durationMs: expect.any(Number) as number,
      probe: { requests: expect.any(Number) as number, failures: 0 },
      text: expect.stringContaining('shop on test: deployed release r2 (v2).') as string,
    },
  ])
})

test('sends a failure to Slack with the serving release, secrets masked', async () => {
  await using server = await WebhookServer.start()
  const world = await shopAtV1()
  world.host.failWhen('up', new DrayError('PORT_TAKEN', 'Port 80 is taken by a-token-of-ours.'))
  const { exitCode } = await release(world, {
    config: { notify: [{ slack: '${SLACK_URL}', on: ['failure'] }] },
    env: { SLACK_URL: server.url, GITHUB_TOKEN: 'a-token-of-ours' },
  })
  expect(exitCode).toBe(1)
  const said = JSON.stringify(server.received[0]?.body)
  expect(said).toContain('*shop* on *test*: deploy FAILED.')
  expect(said).toContain('Port 80 is taken by [redacted].\\n`PORT_TAKEN`')
  expect(said).toContain('Release r1 is serving, as before.')
})

test('reports a refused deploy and a cancelled one as failures', async () => {
  await using server = await WebhookServer.start()
  const config = { notify: [{ webhook: '$HOOK_URL', on: ['failure'] }] }
  const env = { HOOK_URL: server.url }
  const world = await shopAtV1()
  world.registryDown = true
  await release(world, { config, env })
  world.registryDown = false
  const cancel = new AbortController()
  world.host.when('up', () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.')))
  await release(world, { config, env, signal: cancel.signal })
  expect(server.received.map(({ body }) => body)).toMatchObject([
    { event: 'failure', outcome: 'failed', failure: { code: 'REGISTRY_UNREACHABLE', exitCode: 3 } },
    { event: 'failure', outcome: 'cancelled', serving: 'r1', failure: { code: 'CANCELLED' } },
  ])
})

test('a rollback is an event of its own', async () => {
  await using server = await WebhookServer.start()
  const world = await shopAtV1()
  await world.deploy()
  const config = { notify: [{ webhook: '$HOOK_URL', on: ['rollback'] }] }
  await release(world, { config, env: { HOOK_URL: server.url }, kind: 'rollback' })
  expect(server.received.map(({ body }) => body)).toMatchObject([
    { event: 'rollback', kind: 'rollback', release: 'r3', restores: { release: 'r1' }, serving: 'r3' },
  ])
})

test('sends no notification for a plan, an unchanged deploy, or an event that is not configured', async () => {
  await using server = await WebhookServer.start()
  const env = { HOOK_URL: server.url }
  const world = await shopAtV1()
  await release(world, { config: { notify }, env, options: { dryRun: true } })
  await release(world, { config: { notify: [{ webhook: '$HOOK_URL', on: ['failure'] }] }, env })
  const { stdout } = await release(world, { config: { notify }, env })
  expect(stdout).toContain('Nothing to do')
  expect(server.received).toEqual([])
})

test('one that cannot be sent is a warning with the host alone, and the deploy counts', async () => {
  await using server = await WebhookServer.start({ status: 404, body: 'no_service' })
  const world = await shopAtV1()
  const { exitCode, stdout, stderr } = await release(world, {
    config: { notify: [{ slack: '$SLACK_URL' }, { webhook: '$NOT_SET' }] },
    env: { SLACK_URL: server.url },
  })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Deployed shop to test')
  expect(stderr).toContain(
    `Warning: Cannot send a notification: ${server.host} answered 404 (no_service). (SLACK_URL)`,
  )
  expect(stderr).toContain('NOT_SET, the variable with the URL for webhook, is not set.')
  expect(stderr + stdout).not.toContain('the-secret-part')
})

test('the address is masked wherever it turns up', async () => {
  await using server = await WebhookServer.start()
  const world = await shopAtV1()
  const { stderr } = await release(world, {
    config: { notify, hooks: { after: `echo ${server.url}` } },
    env: { HOOK_URL: server.url },
  })
  expect(stderr).toContain('after │ [redacted]')
  expect(stderr).not.toContain(`│ ${server.url}`)
})
