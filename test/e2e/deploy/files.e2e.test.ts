import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { stepsOf } from '../../support/app/deploy-result.ts'
import { composeWith, nginxConf } from '../support/compose-parts.ts'
import { TestApp } from '../../support/app/test-app.ts'
import { expectNoneFailed, underLoad } from '../../support/app/under-load.ts'

const net = attachTestNet()
const server = net.server('srv2')

describe('files beside the compose file', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await TestApp.make({
      net,
      server,
      name: 'files',
      port: 8101,
      files: {
        'docker-compose.yml': composeWith({ port: 8101 }),
        'nginx/conf.d/default.conf': nginxConf('first'),
        'nginx/conf.d/maps.inc': '# nothing yet\n',
      },
    })
    await app.mustDeploy('v1')
  })

  afterAll(() => app[Symbol.asyncDispose]())

  test('travel only when they changed, and the others are not touched', async () => {
    const before = await facts()
    const ids = await app.containerIds()
    await app.writeSource({ 'nginx/conf.d/maps.inc': '# one line\n' })
    const result = await app.mustDeploy('v1')
    expect(stepsOf(result, 'place-files').map(({ changed }) => changed)).toEqual([['nginx/conf.d/maps.inc']])
    const after = await facts()
    expect(changedBetween(before, after)).toEqual(['nginx/conf.d/maps.inc'])
    expect(await app.containerIds()).toEqual(ids)
  })

  test('a changed nginx configuration is loaded by the same container, and no request fails', async () => {
    const [before] = await app.containers('nginx')
    const startedAt = await server.docker('inspect', '-f', '{{.State.StartedAt}}', before?.id ?? '')
    await app.writeSource({ 'nginx/conf.d/default.conf': nginxConf('second') })
    const { result, report } = await underLoad(app, { connections: 0 }, () => app.mustDeploy('v1'))
    expect(stepsOf(result, 'switch-traffic')).toHaveLength(1)
    expect(await configuration()).toBe('second')
    expect(await app.containerIds('nginx')).toEqual([before?.id])
    expect(await server.docker('inspect', '-f', '{{.State.StartedAt}}', before?.id ?? '')).toBe(startedAt)
    expectNoneFailed(report)
  })

  test('a bad nginx configuration fails the deploy; the old one is put back and serves', async () => {
    const before = await contents()
    const ids = await app.containerIds()
    await app.writeSource({ 'nginx/conf.d/default.conf': `${nginxConf('third')}\nsevrer { }\n` })
    const { result, report } = await underLoad(app, { connections: 0 }, () => app.deploy('v2'))
    expect(result).toMatchObject({ exitCode: 1, failure: { code: 'PROXY_CONFIG_INVALID' } })
    expect(result.failure?.details.logTail?.join('\n')).toContain('sevrer')
    expect(result.failure?.undone).toContain('files restored')
    expect(await contents()).toBe(before)
    expect(await app.containerIds()).toEqual(ids)
    expect(await configuration()).toBe('second')
    expect((await app.compose('exec', '-T', 'nginx', 'nginx', '-t')).exitCode).toBe(0)
    expectNoneFailed(report)
    expect(Object.keys(report.versions)).toEqual(['v1'])
    await app.writeSource({ 'nginx/conf.d/default.conf': nginxConf('second') })
  })

  test('a dropped file is removed from the server; foreign files stay', async () => {
    await app.writeOnServer('nginx/conf.d/by-hand.inc', '# by hand\n')
    await app.writeOnServer('notes.txt', 'ours\n')
    await app.removeSource('nginx/conf.d/maps.inc')
    await app.mustDeploy('v1')
    expect(await app.readOnServer('nginx/conf.d/maps.inc')).toBeUndefined()
    expect(await app.readOnServer('nginx/conf.d/by-hand.inc')).toBe('# by hand\n')
    expect(await app.readOnServer('notes.txt')).toBe('ours\n')
  })

  test('one that dray did not ship is not overwritten, until --adopt, which keeps a copy', async () => {
    await app.writeSource({ 'nginx/conf.d/by-hand.inc': '# from the repository\n' })
    const refused = await app.deploy('v1')
    expect(refused).toMatchObject({ exitCode: 3, failure: { code: 'FILE_NOT_OURS' } })
    expect(refused.failure?.message).toContain('nginx/conf.d/by-hand.inc')
    expect(await app.readOnServer('nginx/conf.d/by-hand.inc')).toBe('# by hand\n')
    await app.mustDeploy('v1', '--adopt')
    expect(await app.readOnServer('nginx/conf.d/by-hand.inc')).toBe('# from the repository\n')
    expect(await app.readOnServer('.dray/adopted/nginx/conf.d/by-hand.inc')).toBe('# by hand\n')
  })

  async function configuration(): Promise<string | null> {
    return (await fetch(`${app.url}/api/version`)).headers.get('x-configuration')
  }

  async function contents(): Promise<string> {
    const script = 'cd "$0" && find . -path ./.dray -prune -o -type f -exec sha256sum {} + | sort -k 2'
    return (await server.run(['sh', '-c', script, app.path])).stdout
  }

  /** Content, inode and time of every file that was shipped, by path. */
  async function facts(): Promise<Map<string, string>> {
    const script =
      'cd "$0" && find . -path ./.dray -prune -o -type f -print | while read -r f; do echo "${f#./} $(stat -c "%i %Y" "$f") $(sha256sum <"$f")"; done'
    const { stdout } = await server.run(['sh', '-c', script, app.path])
    return new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.split(' ')[0] ?? '', line]),
    )
  }

  /** Paths whose content differs, or whose content is the same but was written again. */
  function changedBetween(before: Map<string, string>, after: Map<string, string>): string[] {
    const paths = new Set([...before.keys(), ...after.keys()])
    const same = (path: string) => before.get(path) === after.get(path)
    return [...paths].filter((path) => !same(path)).sort()
  }
})

describe('a directory with a compose file that dray did not put there', () => {
  test('is refused with everything as it was, and taken over with --adopt', async () => {
    await using app = await TestApp.make({
      net,
      server,
      name: 'by-hand',
      port: 8102,
      files: { 'docker-compose.yml': composeWith({ port: 8102 }) },
    })
    await app.writeOnServer('docker-compose.yml', '# written by hand\nservices: {}\n')
    const refused = await app.deploy('v1')
    expect(refused).toMatchObject({ exitCode: 3, failure: { code: 'FILE_NOT_OURS' } })
    expect(refused.failure?.hint).toContain('--adopt')
    const show = `ssh ${server.sshTarget} cat ${app.path}/docker-compose.yml | diff - docker-compose.yml`
    expect(refused.failure?.hint).toContain(`\`${show}\` shows what differs.`)
    expect(await app.readOnServer('docker-compose.yml')).toBe('# written by hand\nservices: {}\n')
    expect(await app.containers()).toEqual([])
    await app.mustDeploy('v1', '--adopt')
    expect(await app.version()).toBe('v1')
    expect(await app.readOnServer('.dray/adopted/docker-compose.yml')).toContain('# written by hand')
  })
})

describe('a single file that is mounted into a container', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await TestApp.make({
      net,
      server,
      name: 'single-file',
      port: 8103,
      files: {
        'docker-compose.yml': composeWith({
          port: 8103,
          proxyMount: './nginx.conf:/etc/nginx/conf.d/default.conf:ro',
          backend: '    volumes: ["./settings.json:/settings.json:ro"]\n',
        }),
        'nginx.conf': nginxConf('first'),
        'settings.json': '{"colour":"red"}',
      },
    })
    await app.mustDeploy('v1')
  })

  afterAll(() => app[Symbol.asyncDispose]())

  test('of the proxy: the same container sees and serves the new version', async () => {
    const before = await app.containerIds()
    await app.writeSource({ 'nginx.conf': nginxConf('second') })
    await app.mustDeploy('v1')
    expect(await app.containerIds()).toEqual(before)
    expect((await fetch(`${app.url}/api/version`)).headers.get('x-configuration')).toBe('second')
  })

  test('of the proxy, when bad: the old version is back in the container', async () => {
    await app.writeSource({ 'nginx.conf': 'sevrer { }\n' })
    expect((await app.deploy('v1')).failure).toMatchObject({ code: 'PROXY_CONFIG_INVALID' })
    const { stdout } = await app.compose('exec', '-T', 'nginx', 'cat', '/etc/nginx/conf.d/default.conf')
    expect(stdout).toBe(nginxConf('second'))
    expect((await app.compose('restart', 'nginx')).exitCode).toBe(0)
    await app.writeSource({ 'nginx.conf': nginxConf('second') })
    await app.mustDeploy('v1')
    expect((await fetch(`${app.url}/api/version`)).headers.get('x-configuration')).toBe('second')
  })

  test('of another service: it is rolled and sees the new version, and no request fails', async () => {
    const before = await app.containerIds()
    await app.writeSource({ 'settings.json': '{"colour":"blue"}' })
    const { report } = await underLoad(app, { connections: 0 }, () => app.mustDeploy('v1'))
    expectNoneFailed(report)
    const after = await app.containerIds()
    expect(after.filter((id) => !before.includes(id))).toHaveLength(1)
    const { stdout } = await app.compose('exec', '-T', 'backend', 'cat', '/settings.json')
    expect(stdout).toBe('{"colour":"blue"}')
  })
})
