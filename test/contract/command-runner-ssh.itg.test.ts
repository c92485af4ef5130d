import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'
import { shellContract } from './command-runner-contract.ts'
import { configureSshd, openSshAccess, type SshAccess } from '../support/hosts/ssh-to-server.ts'

let net: TestNet & AsyncDisposable
let access: SshAccess
beforeAll(async () => {
  net = await startTestNet({ servers: { srv1: {}, srv2: {} } })
  access = await openSshAccess(net)
})
afterAll(async () => {
  await access[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

shellContract('a server over SSH', () => access.shell('deploy', 'srv1'))

describe('a connection that cannot be made', () => {
  test.each([
    ['the host key is not known', 'deploy', ['UserKnownHostsFile /dev/null'], 'HOST_KEY_UNKNOWN'],
    ['no key is accepted', 'deploy', ['IdentityFile /dev/null', 'IdentityAgent none'], 'HOST_AUTH_FAILED'],
    ['nothing listens on the port', 'deploy', ['Port 1'], 'HOST_UNREACHABLE'],
    ['the name does not resolve', 'deploy', ['HostName no-such-host.invalid'], 'HOST_UNREACHABLE'],
  ])('says why: %s', async (_case, user, options, code) => {
    // The real key comes after, so it has to be out of the way where none shall be accepted.
    await using runner = await access.shell(user, 'srv1', options)
    if (code === 'HOST_AUTH_FAILED')
      await net.server('srv1').run(['mv', '/home/deploy/.ssh', '/home/deploy/away'])
    const failure = await runner.connect().catch((error: unknown) => error)
    if (code === 'HOST_AUTH_FAILED')
      await net.server('srv1').run(['mv', '/home/deploy/away', '/home/deploy/.ssh'])
    expect(failure).toMatchObject({ code, message: expect.stringContaining('deploy@srv1') as string })
  })

  test('says that the host key has changed', async () => {
    // The key that is known for it is srv2's.
    const options = [`HostKeyAlias ${net.server('srv2').address}`]
    await using runner = await access.shell('deploy', 'srv1', options)
    await expect(runner.connect()).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
  })

  test('says that the user may run nothing', async () => {
    await net
      .server('srv2')
      .run([
        'sed',
        '-i',
        's#^nodocker:.*#nodocker:x:1501:1501::/home/nodocker:/usr/sbin/nologin#',
        '/etc/passwd',
      ])
    await using runner = await access.shell('nodocker', 'srv2')
    await expect(runner.connect()).rejects.toMatchObject({ code: 'HOST_COMMAND_FAILED' })
  })

  test('can be given up', async () => {
    await using runner = await access.shell('deploy', 'srv1', ['ProxyCommand sleep 1000'])
    const controller = new AbortController()
    const connecting = runner.connect(controller.signal)
    controller.abort('enough')
    await expect(connecting).rejects.toBe('enough')
  })
})

describe('a connection that stands', () => {
  test('serves more commands at once than sshd allows sessions', async () => {
    await using runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    const outputs = await Promise.all(
      Array.from({ length: 14 }, (_, n) => runner.run(['sh', '-c', `sleep 0.3; echo ${n}`])),
    )
    expect(outputs.map(({ stdout }) => Number(stdout))).toEqual(outputs.map((_, n) => n))
  })

  test('forwards more connections at once than ssh has room for in its queue', async () => {
    await using runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    const ask = async (): Promise<string> => {
      const stream = await runner.dialSocket('/var/run/docker.sock')
      stream.write('GET /_ping HTTP/1.0\r\n\r\n')
      const [answer] = (await once(stream, 'data')) as [Buffer]
      stream.destroy()
      return answer.toString().slice(0, 12)
    }
    await ask()
    const signalSsh = (name: string) =>
      execFileSync('pkill', [`-${name}`, '-P', String(process.pid), '-f', 'ControlMaster=yes'])
    signalSsh('STOP')
    const answers = Array.from({ length: 300 }, ask)
    await new Promise((resolve) => setTimeout(resolve, 200))
    signalSsh('CONT')
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.0 200']))
  })

  test('says so when sshd forbids to forward', async () => {
    const server = net.server('srv2')
    await configureSshd(server, 'AllowTcpForwarding no')
    await using runner = await access.shell('deploy', 'srv2')
    await runner.connect()
    const failure = await runner
      .dial('127.0.0.1', 22)
      .then(text)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'HOST_COMMAND_FAILED',
      message: expect.stringContaining('deploy@srv2') as string,
    })
  })

  test('leaves no process behind when it is closed', async () => {
    const runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    const { ended } = runner.open(['sleep', '1234'])
    await runner[Symbol.asyncDispose]()
    await ended
    await expect(runner.run(['true'])).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })

  test('starts no more ssh once it is closed, which would connect on its own', async () => {
    const runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    // The shells of these are not ready yet.
    const running = [1, 2, 3, 4].map(() => runner.run(['true']))
    const settled = Promise.allSettled(running)
    const started = runner.commandsRun
    await runner[Symbol.asyncDispose]()
    expect((await settled).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(runner.commandsRun).toBe(started)
  })

  test('breaks for all commands when the server ends it, and later ones fail', async () => {
    await using runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    const running = runner.run(['sleep', '1000']).catch((error: unknown) => error)
    const { stream, ended } = runner.open(['cat'])
    stream.on('error', () => undefined).write('x')
    await once(stream, 'data')
    await net.server('srv1').run(['sh', '-c', 'for p in $(pgrep -f "sshd: deploy"); do kill -9 $p; done'])
    expect(await running).toMatchObject({ code: 'HOST_UNREACHABLE' })
    await ended
    await expect(runner.run(['true'])).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  })

  test('that is cut is noticed soon', async () => {
    await using runner = await access.shell('deploy', 'srv1')
    await runner.connect()
    await net.server('srv1').cutLine()
    const cutAt = performance.now()
    const failure = await runner.run(['true']).catch((error: unknown) => error)
    const noticedMs = performance.now() - cutAt
    await net.server('srv1').mendLine()
    expect(failure).toMatchObject({ code: 'HOST_UNREACHABLE', temporary: true })
    // It took 12 s on an idle machine; TCP alone would take a quarter of an hour.
    expect(noticedMs).toBeLessThan(120_000)
  })
})
