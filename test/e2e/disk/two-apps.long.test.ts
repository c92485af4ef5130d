import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareImages } from '../../support/images/prepare.ts'
import { pushVersion } from '../../support/images/push-version.ts'
import { startTestNet, type TestNet } from '../../support/net/test-net.ts'
import { expectRefusal } from '../bad-input/support/expect-refusal.ts'
import { TrialApp } from '../bad-input/support/trial-app.ts'
import { readDeployResult, stepsOf } from '../../support/app/deploy-result.ts'
import { cleanedThings, makeUntidy } from './support/untidy-server.ts'

const mebibyte = 1024 ** 2
const images = ['acme/shop:v1', 'acme/shop:v2', 'acme/shop:v3', 'library/nginx:alpine']

let net: TestNet & AsyncDisposable

beforeAll(async () => {
  const diskBytes = 900 * mebibyte
  net = await startTestNet({ servers: { new: { diskBytes }, old: { engine: '20.10', diskBytes } } })
  await prepareImages({ registryPushHost: net.registry.pushHost, only: (name) => images.includes(name) })
  const tool = { pushHost: net.registry.pushHost, repository: 'library/tool', bytes: mebibyte }
  for (const tag of ['unused', 'nameless', 'just-pulled']) {
    await pushVersion({ ...tool, tag, createdAt: '2020-01-01T00:00:00Z' })
  }
  await Promise.all(['new', 'old'].map((server) => makeUntidy(net.server(server))))
})
afterAll(() => net[Symbol.asyncDispose]())

describe.each([['new'], ['old']])('a server with two apps and much else (%s Engine)', (server) => {
  let shop: TrialApp
  let blog: TrialApp

  beforeAll(async () => {
    shop = new TrialApp({ net, server, name: 'shop', port: 8201 })
    blog = new TrialApp({ net, server, name: 'blog', port: 8202 })
    await shop.start()
    await blog.start()
    expect(await blog.deploy({ tag: 'v2' })).toMatchObject({ exitCode: 0 })
    expect((await net.server(server).run(['sh', '-ec', pullByHand])).exitCode).toBe(0)
  })

  test('a dry run lists each item with the reason to delete or keep it, and changes nothing', async () => {
    const before = await everything()
    const { exitCode, stdout } = await shop.deploy({ argv: ['clean', 'test', '--dry-run', '--json'] })
    expect(exitCode).toBe(0)
    expect(await everything()).toBe(before)
    const { removed, retained } = cleanedThings(stdout)
    expect(removed).toEqual(['build cache', 'tool:unused', expect.stringMatching(/^tool@sha256/)])
    expect(retained).toMatchObject({
      'tool:just-pulled': expect.stringMatching(/^pulled, built or tagged/),
      'ghcr.io/acme/shop:dray-blog': expect.stringMatching(/another app \(blog\)|container blog-app/),
      orders: 'named volume, never removed',
      invoices: expect.stringMatching(/^used by container old-db/),
      'old-db': expect.stringMatching(/too recent$/),
    })
  })

  test('cleaning removes that and nothing else, and both apps have all they had', async () => {
    const before = await appsAndVolumes()
    const { exitCode, stdout } = await shop.deploy({ argv: ['clean', 'test'] })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/freed about \d/)
    expect(stdout).toMatch(
      /Removed:[^]*tool:unused +\d.* not used by a container or an archived release[^]*Retained:/,
    )
    expect(await appsAndVolumes()).toBe(before)
    const left = await net.server(server).docker('images', '-a', '--format', '{{.Repository}}:{{.Tag}}')
    expect(left).toContain('tool:just-pulled')
    expect(left).not.toMatch(/tool:unused|<none>/)
    expect(await buildCache()).toBe('0B')
  })

  test('archived releases survive a manual prune: the neighbour rolls back offline', async () => {
    await net.server(server).docker('image', 'prune', '-f')
    const { exitCode, stderr } = await blog.deploy({ argv: ['rollback', 'test', '--plain'] })
    expect(stderr).not.toMatch(/Pull /)
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(await blog.answer()).toContain('"version":"v1"')
  })

  test('`dray disk` shows it, and warns of logs without a limit', async () => {
    const { stdout, stderr, exitCode } = await shop.deploy({ argv: ['disk', 'test'] })
    expect(exitCode).toBe(0)
    expect(stderr).not.toContain('Warning')
    expect(stdout).toMatch(/^ +release r1 \(v1\) +[█▏▎▍▌▋▊▉░]+ +\d.* current$/m)
    expect(stdout).toMatch(/^ +images of blog +[█▏▎▍▌▋▊▉░]+ +\d.* another app$/m)
    expect(stdout).toMatch(/^ +unused volumes .* orders/m)
    expect(stdout).toMatch(
      /Logs of shop-\S+, shop-\S+ and 2 other containers on deploy@\S+ have no size limit/,
    )
  })

  test('a deploy on a disk that is over the limit frees disk space first, and leaves the neighbour alone', async () => {
    const before = await blog.state()
    await net.server(server).run(['sh', '-c', buildSomething])
    await fillTo(90)
    const result = readDeployResult(await shop.deploy({ argv: ['deploy', 'test', '--tag', 'v3', '--json'] }))
    expect(result.failure).toBeUndefined()
    expect(stepsOf(result, 'free-disk').map(({ stage, cause }) => [stage, cause])).toEqual([
      ['build-cache', expect.stringMatching(/^the disk is (90|91) % full, above the limit of 80 %$/)],
    ])
    expect(result.plan?.warnings.join('\n')).toMatch(
      /after removing everything that may be removed\. `dray disk test` shows/,
    )
    expect(await buildCache()).toBe('0B')
    expect(await shop.answer()).toContain('"version":"v3"')
    expect(await blog.state()).toBe(before)
  })

  test('an aggressive sweep is refused for a volume with a name, and takes it once dray.yml names it', async () => {
    const before = await appsAndVolumes()
    const sweep = 'disk: { sweep: aggressive }\n'
    const refused = await shop.deploy({ argv: ['clean', 'test'], config: sweep })
    expectRefusal(refused, {
      code: 'DISK_SWEEP_REFUSED',
      exitCode: 3,
      says: /would delete volume orders, which no container is using now/,
      hint: 'expendable: [orders]',
    })
    expect(await appsAndVolumes()).toBe(before)
    const config = 'disk: { sweep: aggressive, expendable: [orders] }\n'
    expect((await shop.deploy({ argv: ['clean', 'test'], config })).exitCode).toBe(0)
    expect(await appsAndVolumes()).toBe(before.replace('volume orders precious\n', ''))
  })

  const pullByHand = `
    docker pull -q tool:just-pulled
    docker pull -q tool:nameless
    name=$(docker image inspect -f '{{index .RepoDigests 0}}' tool:nameless)
    docker image rm tool:nameless
    docker pull -q "$name"`

  const buildCache = async (): Promise<string> => {
    const printed = await net.server(server).docker('system', 'df', '--format', '{{.Type}} {{.Size}}')
    return /^Build Cache (.*)$/m.exec(printed)?.[1] ?? printed
  }

  const buildSomething = `printf 'FROM nginx:alpine\\nRUN head -c 3000000 /dev/urandom >/made\\n' |
    DOCKER_BUILDKIT=1 docker build -q --no-cache - | xargs docker image rm`

  /** Fills the disk up to this percentage. */
  async function fillTo(percent: number): Promise<void> {
    const script = `df -k --output=size,avail /srv | tail -1 |
      { read size free; fallocate -l $((free - size * (100 - $0) / 100))K /var/lib/docker/filler; }`
    await net.server(server).run(['sh', '-c', script, String(percent)])
  }

  /** Every object of Docker's by its id. */
  async function everything(): Promise<string> {
    const script =
      'docker ps -aq --no-trunc | sort; docker images -aq --no-trunc --digests | sort; docker volume ls -q | sort; docker network ls -q --no-trunc | sort'
    return (await net.server(server).run(['sh', '-c', script])).stdout
  }

  /** What must never change: the apps, their kept images, and the content of all volumes. */
  async function appsAndVolumes(): Promise<string> {
    const script = `docker images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | grep ':dray-' | sort
      docker volume ls -q | sort | while read -r name; do
        echo "volume $name $(cat /var/lib/docker/volumes/$name/_data/content 2>/dev/null)"
      done`
    const { stdout } = await net.server(server).run(['sh', '-c', script])
    return `${await shop.state()}${await blog.state()}${stdout}`
  }
})
