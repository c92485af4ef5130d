import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { expectRefusal, type Refusal } from './support/expect-refusal.ts'
import { addTroubledUsers } from './support/server-users.ts'
import { TrialApp } from './support/trial-app.ts'

const net = attachTestNet()
const app = new TrialApp({ net, server: 'srv2', name: 'host-trouble', port: 8182 })
const sshConfig = '/root/.ssh/config'
let plainSshConfig = ''

beforeAll(async () => {
  await app.prepare()
  await addTroubledUsers(app.server)
  // All users may write there, so that no user fails for lack of write permission.
  const open =
    'cd "$0" && chmod 777 . && chmod 644 .env && mkdir -m 777 .dray && touch .dray/lock && chmod 666 .dray/lock'
  await app.server.run(['sh', '-c', open, app.path])
  await app.server.run(['iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '2298', '-j', 'DROP'])
  await knowOtherKeys()
})

afterAll(async () => {
  await net.client.writeFile(sshConfig, plainSshConfig)
  await app.server.run(['iptables', '-D', 'INPUT', '-p', 'tcp', '--dport', '2298', '-j', 'DROP'])
  await app.remove()
})

/** More names of srv2: another host key is known for one of them, none for the second; the third has a key with a passphrase. */
async function knowOtherKeys(): Promise<void> {
  plainSshConfig = (await net.client.run(['cat', sshConfig])).stdout
  const { stdout } = await net.server('srv1').run(['cat', '/etc/ssh/ssh_host_ed25519_key.pub'])
  await net.client.writeFile('/root/.ssh/known_hosts_changed', `changed ${stdout}`)
  const aliases = ['changed', 'unknown'].map(
    (name) =>
      `Host ${name}\n  HostName srv2\n  HostKeyAlias ${name}\n  UserKnownHostsFile /root/.ssh/known_hosts_changed\n`,
  )
  await net.client.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', 'passphrase', '-f', '/root/.ssh/locked'])
  const locked =
    'Host locked\n  HostName srv2\n  HostKeyAlias srv2\n  IdentityFile /root/.ssh/locked\n  IdentitiesOnly yes\n'
  await net.client.writeFile(sshConfig, aliases.join('') + locked + plainSshConfig)
}

describe('reports an unusable server, and changes nothing:', () => {
  test.each<[string, { host: string } & Omit<Refusal, 'exitCode'>]>([
    [
      'a name that nobody knows',
      {
        host: 'deploy@nowhere.invalid',
        code: 'HOST_UNREACHABLE',
        says: /deploy@nowhere\.invalid does not answer over SSH: .*resolve hostname/,
        hint: '`ssh deploy@nowhere.invalid true`',
      },
    ],
    [
      'a port where nobody listens',
      {
        host: 'deploy@srv2:2299',
        code: 'HOST_UNREACHABLE',
        says: 'Connection refused',
        hint: '`ssh -p 2299 deploy@srv2 true`',
      },
    ],
    [
      'a firewall that answers nothing',
      {
        host: 'deploy@srv2:2298',
        code: 'HOST_UNREACHABLE',
        says: /port 2298: Connection timed out/,
        hint: 'firewall',
      },
    ],
    [
      'another host key',
      {
        host: 'deploy@changed',
        code: 'HOST_KEY_CHANGED',
        says: 'The host key of deploy@changed differs',
        hint: '-R changed`',
      },
    ],
    [
      'an unknown host key',
      {
        host: 'deploy@unknown',
        code: 'HOST_KEY_UNKNOWN',
        says: 'The host key of deploy@unknown is not in known_hosts',
        hint: '`ssh deploy@unknown true` once',
      },
    ],
    [
      'a user with none of our keys',
      {
        host: 'nokey@srv2',
        code: 'HOST_AUTH_FAILED',
        says: 'nokey@srv2 rejected all',
        hint: 'authorized_keys',
      },
    ],
    [
      'a key with a passphrase that no agent has',
      {
        host: 'deploy@locked',
        code: 'HOST_AUTH_FAILED',
        says: /\/root\/\.ssh\/locked was not offered: it has a passphrase, and no agent has the key/,
        hint: '`ssh-add /root/.ssh/locked`',
      },
    ],
    [
      'a user that is not there',
      {
        host: 'nobody-here@srv2',
        code: 'HOST_AUTH_FAILED',
        says: 'nobody-here@srv2',
        hint: '`ssh nobody-here@srv2 true`',
      },
    ],
    [
      'no docker command',
      {
        host: 'bare@srv2',
        code: 'DOCKER_MISSING',
        says: 'no `docker` command on bare@srv2',
        hint: 'Install Docker Engine',
      },
    ],
    [
      'a user who may not use Docker',
      {
        host: 'nodocker@srv2',
        code: 'DOCKER_DENIED',
        says: 'User nodocker is not allowed to use Docker on nodocker@srv2',
        hint: '`sudo usermod -aG docker nodocker`',
      },
    ],
  ])('%s', async (_, { host, ...refusal }) => {
    expectRefusal(await app.deploy({ host }), { ...refusal, exitCode: 3 })
  })
})

describe('reports an unusable Compose, and changes nothing:', () => {
  test.each<[string, { host: string } & Omit<Refusal, 'exitCode'>]>([
    [
      'a Compose of 2.10',
      {
        host: 'oldcompose@srv2',
        code: 'COMPOSE_TOO_OLD',
        says: 'has Docker Compose 2.10.2',
        hint: '2.20 or newer',
      },
    ],
    [
      'a Compose that does not run',
      {
        host: 'nocompose@srv2',
        code: 'COMPOSE_NOT_INSTALLED',
        says: '`docker compose` does not work on nocompose@srv2',
        hint: '`docker-compose-plugin`',
      },
    ],
  ])('%s', async (_, { host, ...refusal }) => {
    expectRefusal(await app.deploy({ host }), { ...refusal, exitCode: 3 })
  })
})

describe('reports an unusable app directory:', () => {
  test.concurrent.each<[string, string, Omit<Refusal, 'exitCode'>]>([
    [
      'not there',
      'true',
      {
        code: 'PATH_NOT_WRITABLE',
        says: /There is no directory \S+ on deploy@srv2/,
        hint: '`sudo install -d -o deploy ',
      },
    ],
    [
      'a file',
      'echo >"$0"',
      {
        code: 'PATH_NOT_WRITABLE',
        says: /There is no directory \S+ on deploy@srv2/,
        hint: 'sudo install -d',
      },
    ],
    [
      'not writable',
      'mkdir "$0" && touch "$0/.env"',
      {
        code: 'PATH_NOT_WRITABLE',
        says: /\S+ on deploy@srv2 cannot be written/,
        hint: '`sudo chown -R deploy ',
      },
    ],
    [
      'closed',
      'mkdir -m 700 "$0" && touch "$0/.env"',
      { code: 'PATH_NOT_WRITABLE', says: 'cannot be written', hint: '`sudo chown -R deploy ' },
    ],
    [
      'without .env',
      'mkdir "$0" && chown deploy: "$0"',
      {
        code: 'ENV_MISSING',
        says: /There is no \.env in \S+ on deploy@srv2/,
        hint: '`install -D -m 600 /dev/null ',
      },
    ],
    [
      'with a directory for .env',
      'mkdir -p "$0/.env" && chown -R deploy: "$0"',
      {
        code: 'ENV_MISSING',
        says: /\/\.env on deploy@srv2 is not a file that deploy can read/,
        hint: '`ls -ld ',
      },
    ],
    [
      "with somebody else's .env",
      'mkdir "$0" && chown deploy: "$0" && install -m 600 /dev/null "$0/.env"',
      {
        code: 'ENV_MISSING',
        says: /\/\.env on deploy@srv2 is not a file that deploy can read/,
        hint: '`ls -ld ',
      },
    ],
  ])('%s', async (name, make, refusal) => {
    const path = `/srv/directory-${name.replaceAll(/\W+/g, '-')}`
    const listing = async () => (await app.server.run(['sh', '-c', 'find "$0" -ls 2>&1', path])).stdout
    try {
      await app.server.run(['sh', '-c', make, path])
      const before = await listing()
      expectRefusal(await app.deploy({ path }), { ...refusal, exitCode: 3 })
      expect(await listing()).toBe(before)
    } finally {
      await app.server.run(['rm', '-rf', path])
    }
  })
})

test('reports a stopped Engine, with the command that starts it', async () => {
  await app.server.stopEngine()
  try {
    expectRefusal(await app.deploy({}), {
      code: 'DOCKER_UNREACHABLE',
      exitCode: 3,
      says: 'Docker Engine on deploy@srv2 does not answer',
      hint: '`sudo systemctl start docker`',
    })
  } finally {
    await app.server.startEngine()
  }
})

test('after all of it there is nothing on the server but its .env', async () => {
  const { stdout } = await app.server.run(['find', app.path, '-type', 'f', '-size', '+0'])
  expect(stdout).toBe(`${app.path}/.env\n`)
  expect(
    await app.server.docker('ps', '-aq', '--filter', 'label=com.docker.compose.project=host-trouble'),
  ).toBe('')
})
