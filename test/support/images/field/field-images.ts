import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockImageCache } from '../cache-lock.ts'
import { caddyLayer, type CaddySuite } from './caddy-layer.ts'
import { haproxyLayer } from './haproxy-layer.ts'
import { pushDerivedImage, type ImageSettings } from './derive-image.ts'
import { layerOfFiles, type Layer } from './layer.ts'

/** The sample app's image, which has Node and curl: what programs of ours are added to. */
export const appBase = { repository: 'acme/shop-backend', tag: 'v1' }

/** What stands in front of apps, under the names of Docker Hub; nginx is there already. */
const caddyTags: readonly { tag: string; suite: CaddySuite }[] = [
  { tag: '2', suite: 'sid' },
  { tag: '2.6', suite: 'bookworm' },
]
const traefikTag = 'v3.3'
const haproxyTag = '2.6'

/** Settings of the official image. It uses Go's own resolver; Debian's build does so only with GODEBUG. */
const caddySettings: ImageSettings = {
  Env: [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'XDG_CONFIG_HOME=/config',
    'XDG_DATA_HOME=/data',
    'GODEBUG=netdns=go',
  ],
  ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '443/udp': {}, '2019/tcp': {} },
  WorkingDir: '/srv',
  Cmd: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
}

/** Settings of the official image; its entrypoint adds `-W -db` to the command. */
const haproxySettings: ImageSettings = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  User: 'haproxy',
  StopSignal: 'SIGUSR1',
  WorkingDir: '/var/lib/haproxy',
  Cmd: ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
}

/** Programs of `programs/`, by their names: the contents. */
export function readProgram(name: string): string {
  return readFileSync(join(import.meta.dirname, 'programs', name), 'utf8')
}

/**
 * Pushes Caddy in two versions, HAProxy and a stand-in for Traefik under Docker Hub's names, for the mirror of a test network. The
 * registry has to have the sample app's images.
 */
export async function pushFieldImages(pushHost: string): Promise<void> {
  await using _lock = await lockImageCache()
  for (const { tag, suite } of caddyTags) {
    const layers = [await caddyLayer(suite)]
    await pushDerivedImage({ pushHost, repository: 'library/caddy', tag, layers, settings: caddySettings })
  }
  await pushDerivedImage({
    pushHost,
    repository: 'library/haproxy',
    tag: haproxyTag,
    layers: [await haproxyLayer()],
    settings: haproxySettings,
  })
  await pushDerivedImage({
    pushHost,
    repository: 'library/traefik',
    tag: traefikTag,
    from: appBase,
    layers: [await traefikLayer()],
    settings: {
      User: 'root',
      ExposedPorts: { '80/tcp': {} },
      Entrypoint: ['node', '/traefik/main.js'],
      Cmd: [],
    },
  })
}

async function traefikLayer(): Promise<Layer> {
  const directory = join(import.meta.dirname, 'traefik')
  const files = readdirSync(directory).map((name) => [
    `/traefik/${name}`,
    readFileSync(join(directory, name), 'utf8'),
  ])
  const isModule = ['/traefik/package.json', '{"type":"module"}'] as const
  return layerOfFiles(new Map([...(files as [string, string][]), isModule]))
}
