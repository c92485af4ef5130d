import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { composeWith } from '../support/compose-parts.ts'
import { readDeployResult } from '../../support/app/deploy-result.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv2')
const port = 8147
const path = '/srv/shared'
let app: TestApp

/**
 * People who deploy one app from a directory that belongs to none of them; none may become root. `ann` has a bash that talks
 * and makes private files only, `bob` a dash, `finn` a fish; their homes are elsewhere. `stranger` may use Docker alone.
 */
const people = `
fish=/usr/local/bin/test-fish
cat >$fish <<'FISH'
#!/bin/sh
root=$CLONE/.cache/shells/root
LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu) exec "$root/usr/bin/fish" "$@"
FISH
sed -i "s|\\$CLONE|$CLONE|" $fish
chmod 755 $fish
grep -q '^crew:' /etc/group || echo 'crew:x:1620:ann,bob,finn' >>/etc/group
sed -i '/^docker:/s/$/,ann,bob,finn,stranger/' /etc/group
add() {
  echo "$1:x:$2:$2::/opt/people/$1:$3" >>/etc/passwd
  echo "$1:x:$2:" >>/etc/group
  echo "$1:*:20000:0:99999:7:::" >>/etc/shadow
  install -d -m 700 "/opt/people/$1" "/opt/people/$1/.ssh"
  cp /home/deploy/.ssh/authorized_keys "/opt/people/$1/.ssh/"
  chown -R "$1:$1" "/opt/people/$1"
}
add ann 1621 /bin/bash
add bob 1622 /bin/dash
add finn 1623 $fish
add stranger 1624 /bin/sh
echo 'umask 077; echo "Welcome to the server, ann"; echo "You have mail" >&2' >/opt/people/ann/.bashrc
chown root:root ${path}/.env ${path}
chgrp -R crew ${path}
chmod 2775 ${path}
chmod 660 ${path}/.env
`

beforeAll(async () => {
  const environments = Object.fromEntries(
    ['ann', 'bob', 'finn', 'stranger'].map((user) => [user, { host: `${user}@${server.name}`, path }]),
  )
  app = await TestApp.make({
    net,
    server,
    name: 'shared',
    port,
    files: { 'docker-compose.yml': composeWith({ port }) },
    config: {
      environments,
      tasks: { check: { service: 'backend', run: 'echo checked', when: 'manual' } },
    },
  })
  const made = await server.run(['sh', '-ec', people], { env: { CLONE: cloneDirectory } })
  if (made.exitCode !== 0) throw new Error(made.stderr)
})

afterAll(async () => {
  const names = 'ann bob finn stranger'
  const script = `for user in ${names}; do sed -i "/^$user:/d" /etc/passwd /etc/shadow /etc/group; done
    sed -i -e '/^crew:/d' -e 's/,ann,bob,finn,stranger//' /etc/group; rm -rf /opt/people /usr/local/bin/test-fish`
  await server.run(['sh', '-c', script])
  await app[Symbol.asyncDispose]()
})

describe('users who are not root, in a directory of their group', () => {
  test('deploy one after the other, whatever their shell, umask and greeting', async () => {
    expect(await deployAs('ann', 'v1')).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    const { result, report } = await underLoad(app, { connections: 0 }, () => deployAs('bob', 'v2'))
    expect(result).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expectNoneFailed(report)
    expect(await deployAs('finn', 'v3')).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(await app.version()).toBe('v3')
    const { stdout } = await server.run(['stat', '-c', '%a', `${path}/nginx/conf.d/default.conf`])
    expect(stdout).toBe('664\n')
  })

  test("roll back another person's deploy", async () => {
    const result = readDeployResult(await app.dray(['rollback', 'ann', '--json']))
    expect(result).toMatchObject({ exitCode: 0, outcome: 'deployed' })
    expect(await app.version()).toBe('v2')
  })

  test.each(['ann', 'finn'])('look and clean as %s', async (user) => {
    const commands = [
      ['status', user],
      ['doctor', user],
      ['history', user],
      ['logs', user, '--tail', '1'],
      ['env', user],
      ['disk', user],
      ['clean', user, '--dry-run'],
      ['task', 'check', user],
      ['exec', user, 'backend', '--', 'true'],
    ]
    for (const args of commands) {
      const { exitCode, stdout, stderr } = await app.dray(args)
      expect({ args, exitCode, stderr: exitCode === 0 ? '' : stderr + stdout }).toMatchObject({ exitCode: 0 })
    }
  })

  test('are refused before anything is touched where the directory is not for them', async () => {
    const before = await listing()
    const result = await deployAs('stranger', 'v3')
    expect(result).toMatchObject({ exitCode: 3 })
    expect(result.failure).toMatchObject({ code: 'ENV_MISSING' })
    await server.run(['chmod', '644', join(path, '.env')])
    const readable = await deployAs('stranger', 'v3')
    await server.run(['chmod', '660', join(path, '.env')])
    expect(readable.failure).toMatchObject({
      code: 'PATH_NOT_WRITABLE',
      hint: expect.stringContaining('sudo usermod -aG crew stranger') as string,
    })
    expect(await listing()).toBe(before)
    expect(await app.version()).toBe('v2')
  })
})

async function deployAs(user: string, tag: string) {
  return readDeployResult(await app.dray(['deploy', user, '--tag', tag, '--json']))
}

async function listing(): Promise<string> {
  return (await server.run(['sh', '-c', `find ${path} -type f ! -name lock -ls`])).stdout
}
