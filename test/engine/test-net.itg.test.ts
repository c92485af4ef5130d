import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mustRun } from '../support/net/run-command.ts'
import { exampleAccount, testToken } from '../support/net/registry.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'

const mebibyte = 1024 ** 2
const fetchDebs = fileURLToPath(new URL('../../scripts/engine/fetch-debs.mjs', import.meta.url))
const accept =
  'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
let net: TestNet & AsyncDisposable

beforeAll(async () => {
  net = await startTestNet({ servers: { srv1: {}, srv2: { engine: '20.10', diskBytes: 200 * mebibyte } } })
  await pushImages(net.registry.pushHost, ['acme/shop:v1', 'library/busybox:latest'])
})

afterAll(async () => {
  await net[Symbol.asyncDispose]()
})

beforeEach(async () => {
  await net.registry.reset()
})

describe('a server', () => {
  test('lets deploy use Docker and Compose over SSH', async () => {
    const { exitCode, stdout } = await ssh(
      'deploy@srv1',
      'docker version -f {{.Server.Version}}; docker compose version --short',
    )
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+.*\nv?2\.\d+/)
  })

  test('has the Engine that was asked for', async () => {
    expect((await ssh('deploy@srv2', 'docker version -f {{.Server.Version}}')).stdout).toMatch(/^20\.10\./)
  })

  test('refuses Docker to a user who is not in its group', async () => {
    const { exitCode, stderr } = await ssh('nodocker@srv1', 'docker ps')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('permission denied')
  })

  test('serves published ports to the tests', async () => {
    const container = await net
      .server('srv1')
      .docker('run', '-d', '-p', '80:80', 'busybox', 'httpd', '-f', '-p', '80')
    const { status } = await fetch(`http://${net.server('srv1').address}/`)
    expect(status).toBe(404)
    await net.server('srv1').docker('rm', '-f', container)
  })

  test('is unreachable while its connection is cut, and back afterwards', async () => {
    await net.server('srv1').cutLine()
    const cut = await net.client.run(['ssh', '-o', 'ConnectTimeout=1', 'deploy@srv1', 'true'])
    await net.server('srv1').mendLine()
    expect(cut.exitCode).toBe(255)
    expect(cut.stderr).toContain('timed out')
    expect((await ssh('deploy@srv1', 'true')).exitCode).toBe(0)
  })

  test('can be as far away as a round trip of 100 ms', async () => {
    await net.server('srv1').delay(100)
    const start = performance.now()
    expect((await ssh('deploy@srv1', 'true')).exitCode).toBe(0)
    // To and fro six times, until there is a session.
    expect(performance.now() - start).toBeGreaterThan(600)
    await net.server('srv1').delay(0)
    expect((await ssh('deploy@srv1', 'true')).exitCode).toBe(0)
  })

  test('has an Engine that can be killed and started again', async () => {
    await net.server('srv1').killEngine()
    expect((await net.server('srv1').run(['docker', 'ps'])).exitCode).toBe(1)
    await net.server('srv1').startEngine()
    expect(await net.server('srv1').docker('ps', '-q')).toBe('')
  })

  test('has a disk that fills up', async () => {
    const { exitCode, stderr } = await ssh(
      'deploy@srv2',
      'head -c 400M /dev/zero >/srv/big; code=$?; rm /srv/big; exit $code',
    )
    expect(exitCode).toBe(1)
    expect(stderr).toContain('No space left on device')
  })

  test('finds a text on its disk and in its processes', async () => {
    const server = net.server('srv1')
    await ssh('deploy@srv1', 'echo left-behind-1 >/srv/note; echo left-behind-2 >~/.note')
    expect(await server.findOnDisk('left-behind-1')).toEqual(['/.disk/srv/note'])
    expect(await server.findOnDisk('left-behind-2')).toEqual(['/.disk/home/deploy/.note'])
    expect(await server.findOnDisk('left-behind-3')).toEqual([])
    await ssh('deploy@srv1', 'LEFT=left-behind-4 setsid sleep 1000 >/dev/null 2>&1 </dev/null &')
    expect(await server.findInProcesses('left-behind-4')).toHaveLength(1)
    expect(await server.findInProcesses('left-behind-5')).toEqual([])
  })
})

describe('ghcr.io', () => {
  const manifest = 'https://ghcr.io/v2/acme/shop/manifests/v1'
  const scope = 'scope=repository:acme/shop:pull'

  test.each(['srv1', 'srv2'])('lets %s pull a private image after a login', async (name) => {
    const refused = await net.server(name).run(['docker', 'pull', 'ghcr.io/acme/shop:v1'])
    expect(refused.stderr).toContain('unauthorized')
    const login = await net
      .server(name)
      .run(['docker', 'login', 'ghcr.io', '-u', 'anyone', '--password-stdin'], { input: testToken })
    expect(login.stdout).toContain('Login Succeeded')
    await net.server(name).docker('pull', '-q', 'ghcr.io/acme/shop:v1')
    await net.server(name).docker('logout', 'ghcr.io')
    expect((await net.registry.requests()).map(({ authorization }) => authorization)).toContain(
      'basic anyone',
    )
  })

  test('asks for a bearer of its token service, and names the repository', async () => {
    const answer = await curl(manifest)
    expect(answer.status).toBe(401)
    expect(answer.head).toContain(
      'www-authenticate: Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/shop:pull"',
    )
    expect((await curl('https://ghcr.io/v2/')).head).toContain('scope="repository:user/image:pull"')
  })

  test('gives no anonymous token for a private or a missing package', async () => {
    expect((await curl(`https://ghcr.io/token?service=ghcr.io&${scope}`)).status).toBe(401)
    expect((await curl('https://ghcr.io/token?scope=repository:acme/none:pull')).status).toBe(401)
  })

  test('gives an anonymous token for a public package, without an expiry time', async () => {
    await net.registry.makePublic('acme/shop')
    const { body } = await curl(`https://ghcr.io/token?${scope}`)
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['token'])
    expect((await curl(manifest, '-H', `Authorization: Bearer ${tokenIn(body)}`)).status).toBe(200)
  })

  test('denies a wrong token with 403 and no challenge, even for a public package', async () => {
    await net.registry.makePublic('acme/shop')
    const answer = await curl(`https://ghcr.io/token?${scope}`, '-u', 'me:wrong')
    expect(answer.status).toBe(403)
    expect(answer.head).not.toContain('www-authenticate')
    expect(answer.body).toContain('denied')
  })

  test('forgets its bearers with the token they were given for', async () => {
    const authorization = `Authorization: Bearer ${await bearerFor('acme/shop')}`
    await net.registry.setTokens(['another'])
    expect((await curl(manifest, '-H', authorization)).status).toBe(401)
  })

  test('does not know a tag that was never pushed', async () => {
    const authorization = `Authorization: Bearer ${await bearerFor('acme/shop')}`
    const answer = await curl('https://ghcr.io/v2/acme/shop/manifests/v9', '-H', authorization)
    expect(answer.status).toBe(404)
    expect(answer.body).toContain('MANIFEST_UNKNOWN')
  })

  test('lists tags in the order of their pushes, by pages', async () => {
    await retag('acme/order', ['zebra', 'apple', 'mango'])
    const authorization = `Authorization: Bearer ${await bearerFor('acme/order')}`
    const first = await curl('https://ghcr.io/v2/acme/order/tags/list?n=2', '-H', authorization)
    expect(JSON.parse(first.body)).toEqual({ name: 'acme/order', tags: ['zebra', 'apple'] })
    expect(first.head).toContain('link: </v2/acme/order/tags/list?last=apple&n=2>; rel="next"')
    const second = await curl('https://ghcr.io/v2/acme/order/tags/list?last=apple&n=2', '-H', authorization)
    expect(JSON.parse(second.body)).toEqual({ name: 'acme/order', tags: ['mango'] })
    expect(second.head).not.toContain('link:')
  })

  test('deletes nothing and knows no referrers', async () => {
    const authorization = `Authorization: Bearer ${await bearerFor('acme/shop')}`
    expect((await curl(manifest, '-X', 'DELETE', '-H', authorization)).status).toBe(405)
    const referrers = `https://ghcr.io/v2/acme/shop/referrers/sha256:${'0'.repeat(64)}`
    expect((await curl(referrers, '-H', authorization)).status).toBe(404)
  })

  test('fails the given number of times, and then works', async () => {
    await net.registry.setFault({
      match: /GET ghcr\.io\/token/,
      status: 429,
      headers: { 'retry-after': '3' },
      times: 1,
    })
    const limited = await curl(`https://ghcr.io/token?${scope}`, '-u', `me:${testToken}`)
    expect(limited.status).toBe(429)
    expect(limited.head).toContain('retry-after: 3')
    expect((await curl(`https://ghcr.io/token?${scope}`, '-u', `me:${testToken}`)).status).toBe(200)
  })

  test('refuses connections until the fault ends', async () => {
    await net.registry.refuseConnections()
    expect((await net.client.run(['curl', '-s', manifest])).exitCode).toBe(7)
    await net.registry.clearFaults()
    expect((await curl(manifest)).status).toBe(401)
  })

  test('can send blobs with the wrong bytes', async () => {
    await net.registry.makePublic('acme/shop')
    await net.server('srv1').run(['docker', 'image', 'prune', '-af'])
    await net.registry.setFault({ match: /pkg-containers.*blobs/, wrongDigest: true })
    const { exitCode, stderr } = await net.server('srv1').run(['docker', 'pull', 'ghcr.io/acme/shop:v1'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/verification failed|unexpected EOF|invalid|filesystem layer/)
  })

  test('can end a body early, and send one slowly', async () => {
    const authorization = `Authorization: Bearer ${await bearerFor('acme/shop')}`
    await net.registry.setFault({ match: /manifests/, truncateAfterBytes: 100, times: 1 })
    const partial = await net.client.run(['curl', '-s', '-H', authorization, '-H', accept, manifest])
    expect(partial.exitCode).toBe(18)
    expect(partial.stdout).toHaveLength(100)
    await net.registry.setFault({ match: /manifests/, bytesPerSecond: 1000 })
    const start = performance.now()
    const { body } = await curl(manifest, '-H', authorization)
    expect(performance.now() - start).toBeGreaterThan(body.length * 0.8)
  })
})

describe('the other registries', () => {
  test('Docker Hub is a mirror that needs no login', async () => {
    expect(await net.server('srv2').docker('run', '--rm', 'busybox', 'echo', 'hello')).toBe('hello')
  })

  test('registry.example.com has an account of its own', async () => {
    const { user, password } = exampleAccount
    const manifest = 'https://registry.example.com/v2/acme/shop/manifests/v1'
    expect((await curl(manifest)).head).toContain('www-authenticate: Basic realm="registry.example.com"')
    expect((await curl(manifest, '-u', `${user}:${password}`)).status).toBe(200)
  })
})

function ssh(target: string, command: string) {
  return net.client.run(['ssh', '-o', 'BatchMode=yes', target, command])
}

async function curl(
  url: string,
  ...options: string[]
): Promise<{ status: number; head: string; body: string }> {
  const { stdout } = await net.client.run(['curl', '-si', '-H', accept, ...options, url])
  const split = stdout.indexOf('\r\n\r\n')
  const head = stdout.slice(0, split)
  return {
    status: Number(head.split(' ')[1]),
    head: head.toLowerCase().replace('bearer', 'Bearer').replace('basic', 'Basic'),
    body: stdout.slice(split + 4),
  }
}

function tokenIn(body: string): string {
  return (JSON.parse(body) as { token: string }).token
}

async function bearerFor(repository: string): Promise<string> {
  return tokenIn(
    (await curl(`https://ghcr.io/token?scope=repository:${repository}:pull`, '-u', `me:${testToken}`)).body,
  )
}

/** Puts the manifest of acme/shop under other tags, with the blobs that it names. */
async function retag(repository: string, tags: readonly string[]): Promise<void> {
  await pushImages(
    net.registry.pushHost,
    tags.map((tag) => `${repository}:${tag}`),
  )
}

/** A busybox image is all that these tests need. */
async function pushImages(pushHost: string, names: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'dray-busybox-'))
  try {
    await mustRun([process.execPath, fetchDebs, codename(), 'busybox-static', '--unpack', directory])
    copyFileSync(join(directory, 'bin/busybox'), join(directory, 'busybox'))
    const steps = [
      'FROM scratch',
      'COPY busybox /bin/busybox',
      'RUN ["/bin/busybox", "--install", "/bin"]',
      'CMD ["sh"]',
    ]
    writeFileSync(join(directory, 'Dockerfile'), steps.join('\n'))
    for (const name of names) {
      const reference = `${pushHost}/${name}`
      await mustRun(['docker', 'build', '-q', '-t', reference, directory])
      await mustRun(['docker', 'push', '-q', reference])
      await mustRun(['docker', 'rmi', reference])
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function codename(): string {
  return execFileSync('sh', ['-c', '. /etc/os-release; echo $VERSION_CODENAME'], { encoding: 'utf8' }).trim()
}
