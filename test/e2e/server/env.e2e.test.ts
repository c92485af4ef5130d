import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
const secret = `it's "a" $ecret # of two\nlines \\`
let app: TestApp

beforeAll(async () => {
  app = await TestApp.make({
    net,
    server,
    name: 'env-command',
    port: 8461,
    files: {
      'docker-compose.yml': composeWith({ port: 8461 }),
      '.env.example': 'SHOP_START_MS=\nAPI_KEY=\n',
    },
    envFile: undefined,
  })
})

afterAll(() => app[Symbol.asyncDispose]())

/** Of the one container of a service, as Docker gave it. */
async function environmentOf(service: string): Promise<string[]> {
  const [id = ''] = await app.containerIds(service)
  return JSON.parse(await server.docker('inspect', '--format', '{{json .Config.Env}}', id)) as string[]
}

const set = (key: string, input: string) => app.dray(['env', 'test', 'set', key], { input })

test('makes the .env of a new app, for its owner alone, and a deploy takes it', async () => {
  expect((await app.dray(['env', 'test'])).stdout).toMatch(
    /does not exist, 2 missing[^]*API_KEY[^]*\.env\.example/,
  )
  expect(await set('SHOP_START_MS', '300\n')).toMatchObject({ exitCode: 0 })
  const { stdout } = await server.run(['stat', '-c', '%a %U', `${app.path}/.env`])
  expect(stdout).toBe('600 deploy\n')
  expect((await app.mustDeploy('v1')).outcome).toBe('deployed')
})

test('a value is in no argument list and no environment on the server, and in no file but .env', async () => {
  // The command stops at its comparison of the old file and the new, with the value under way.
  const pause =
    '#!/bin/sh\ntouch /run/comparing\nwhile [ ! -e /run/go-on ]; do sleep 0.05; done\nexec /usr/bin/cmp "$@"\n'
  await server.writeFile('/usr/local/bin/cmp', pause)
  await server.run(['sh', '-c', 'chmod 755 /usr/local/bin/cmp; mkdir -p -m 777 /run; chmod 777 /run'])
  try {
    const running = app.startDray(['env', 'test', 'set', 'API_KEY'], { input: secret })
    await server.run(['timeout', '60', 'sh', '-c', 'until [ -e /run/comparing ]; do sleep 0.05; done'])
    expect(await server.findInProcesses('$ecret')).toEqual([])
    await server.run(['touch', '/run/go-on'])
    const { exitCode, stdout, stderr } = await running.done
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(stdout + stderr).not.toContain('ecret')
  } finally {
    await server.run(['sh', '-c', 'rm -f /usr/local/bin/cmp /run/comparing /run/go-on; chmod 755 /run'])
  }
  const files = await server.findOnDisk('ecret # of two')
  expect(files).toEqual([`/.disk/srv/${app.name}/.env`])
})

test('running containers keep their values until the next deploy', async () => {
  expect(await environmentOf('backend')).not.toContainEqual(expect.stringMatching(/^API_KEY=/))
  expect((await app.mustDeploy('v1')).outcome).toBe('deployed')
  expect(await environmentOf('backend')).toContain(`API_KEY=${secret}`)
})

test('the matrix of secrets has its names, and never a value', async () => {
  const { exitCode, stdout, stderr } = await app.dray(['secrets', 'test'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/✓ +API_KEY +set +test on deploy@srv1 +service backend/)
  expect(stdout + stderr).not.toContain('ecret # of two')
})

test('is refused while a deploy is under way, and says whose', async () => {
  const holder = JSON.stringify({ user: 'bo', machine: 'ci', sinceMs: Date.now() })
  const hold = `exec 9>>"$0/.dray/lock"; flock -n 9 && echo '${holder}' >"$0/.dray/lock" && echo $$ >/run/held && exec sleep 60`
  const holding = server.run(['sh', '-c', hold, app.path])
  try {
    await server.run(['timeout', '60', 'sh', '-c', 'until [ -s /run/held ]; do sleep 0.05; done'])
    const { exitCode, stderr } = await set('API_KEY', 'other')
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/\[LOCK_HELD\][^]*bo on ci/)
  } finally {
    await server.run(['sh', '-c', 'kill "$(cat /run/held)"; rm /run/held'])
    await holding
  }
  expect(await app.readOnServer('.env')).not.toContain('other')
})
