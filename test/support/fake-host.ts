import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { expect, onTestFinished } from 'vitest'
import type { ProxyStart } from '../../src/deploy/model/proxies/proxy-start.ts'
import type { AppModel } from '../../src/deploy/model/app-model.ts'
import { changePinScript, holdPinScript, PINNED } from '../../src/deploy/execute/proxies/pin-script.ts'
import { caddyScript } from '../../src/deploy/execute/proxies/switch-caddy-script.ts'
import { dumpNginx } from '../../src/deploy/model/proxies/nginx-configuration.ts'
import { examineCaddyScript } from '../../src/deploy/plan/proxies/observe-caddy.ts'
import { haproxyScript } from '../../src/deploy/execute/proxies/switch-haproxy-script.ts'
import { examineNginxScript } from '../../src/deploy/plan/proxies/observe-nginx.ts'
import { examineTraefikScript } from '../../src/deploy/plan/proxies/observe-traefik.ts'
import { examineHaproxyScript } from '../../src/deploy/plan/proxies/observe-haproxy.ts'
import { proxyScript } from '../../src/deploy/execute/proxies/switch-nginx-script.ts'
import { quietScript } from '../../src/deploy/execute/proxies/quiet-script.ts'
import { composeCheck } from '../../src/adapters/compose/pins.ts'
import {
  drainableShell,
  endDraining,
  startDraining,
  type DrainCheck,
} from '../../src/deploy/model/drain-check.ts'
import type { Compose } from '../../src/deploy/model/compose.ts'
import type {
  AppDirectory,
  BundleFile,
  DirectoryObservation,
  Engine,
  EnvFileObservation,
  ExecResult,
  LocalImage,
  PlaceRequest,
  TargetHost,
} from '../../src/deploy/model/ports.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import type { JournalEntry, Lock, LockHolder } from '../../src/deploy/model/lock.ts'
import type { PortForwarder } from '../../src/deploy/model/port-forwarder.ts'
import type { ProbeAnswer, Prober } from '../../src/deploy/model/prober.ts'
import type { ReleaseArchive } from '../../src/deploy/releases/release-archive.ts'
import type { Capacity, HostNetwork } from '../../src/deploy/model/host-needs.ts'
import type { OtherContainer } from '../../src/deploy/model/surroundings.ts'
import type { Release } from '../../src/deploy/model/release.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { fakeDigest, plainImage, spellImage } from './fake-app.ts'
import { FakeContainers } from './fake-containers.ts'
import { FakeDisk } from './fake-disk.ts'

/** The one file that stands for all compose files: the model as JSON. */
export const composeFileName = 'docker-compose.yml'
/** Images by service as JSON, and health checks of dray as an override file has them. */
export const overrideFileName = 'docker-compose.override.yml'

type Rule = { begins: string; act: () => void | Promise<void> }

/**
 * A host in memory with what a deploy can see and do there. It behaves: Compose starts what the files in place say, tags
 * keep images, records are kept. `log` lists what was done to it, in order; `when` lets an action fail or have company.
 */
export class FakeHost implements TargetHost {
  readonly name: string
  services?: readonly string[]
  readonly platform = { os: 'linux', architecture: 'amd64' }
  /** A Caddy of the host keeps connections to published ports. */
  keepsConnections = false
  /** So many that no plan splits what starts together. */
  cpus = 64
  readonly imageStore = { roots: ['/var/lib/docker'], keepsPacked: false }
  readonly disk = new FakeDisk((line) => this.#did(line))
  readonly log: string[] = []
  readonly journal: JournalEntry[] = []
  readonly files = new Map<string, string>()
  readonly containers: FakeContainers
  releases: Release[] = []
  images: LocalImage[] = []
  envFile: EnvFileObservation = {
    mode: '600',
    variables: ['DATABASE_URL'],
    readableByOthers: false,
    valueHashes: { DATABASE_URL: 'hash' },
  }
  /** Containers of other projects on the app's networks. */
  neighbours: { project: string; container: Container }[] = []
  /** Containers that are not of the app. */
  others: OtherContainer[] = []
  /** Every network on the host. */
  networks: HostNetwork[] = []
  /** Unpacked layers of images, by id. */
  readonly imageLayers = new Map<string, readonly string[]>()
  capacity: Capacity = { cpus: 2, runtimes: ['runc'] }
  /** Paths of the host that do not exist. */
  missingPaths: string[] = []
  /** Networks and volumes that Compose did not create: `network shared`. */
  existing: string[] = []
  /** `/proc/net/tcp` of a container. */
  connections: (id: string) => string = () => ''
  /** What the host shows of a container. Nothing, as with Docker in a virtual machine: tables are read in the container then. */
  networkTable: (id: string) => string | undefined = () => undefined
  /** `/proc/net/tcp` of the host. */
  hostConnections: (addresses: readonly string[]) => string = () => ''
  /** `/proc/net/unix` of every container. */
  sockets = ''
  /** What the app answers to a probe. */
  answer: (url: string) => ProbeAnswer | Promise<ProbeAnswer> = () => ({ status: 200 })
  /** Where every name leads. */
  addresses: readonly string[] = ['203.0.113.1']
  /** Ports of the host that something else listens on. */
  foreignPorts: number[] = [22]
  /** Where containers were started, by service, if not in the app's directory. */
  startedIn: Readonly<Record<string, string>> = {}
  goneDirectories: readonly string[] = []
  composeHashes: DirectoryObservation['composeHashes'] = new Map()
  listensOn: (address: string, port: number) => 'yes' | 'no' | 'unknown' = () => 'yes'
  /** Why ports of the host cannot be forwarded. */
  forwardObstacle: string | undefined = 'no root'
  ipv6Obstacle: string | undefined
  /** Ids of the containers that ports are forwarded to, by owner. */
  readonly forwards = new Map<string, readonly string[]>()
  /** Command lines of the processes in the containers of a service, by its name. */
  readonly processes = new Map<string, readonly string[]>()
  /** What a running Caddy says of itself: its version, then a word for each thing in the way of a switch. */
  caddy = 'v2.11.4'
  /** What the examination of a running HAProxy prints. */
  haproxy = 'master'
  /** What `nginx -T` prints in a running nginx. */
  nginx = ''
  /** A file of its configuration that dray can extend. */
  /** Where Traefik's static configuration is, and what the file says. */
  traefik = 'flags'
  pinFile: string | undefined = '/etc/nginx/mime.types'
  /** Whether the images have a shell. */
  hasShell = true
  taskExitCode = 0
  /** What a test of a proxy's configuration ends with. */
  tried: { exitCode: number; output: string[] } | undefined = { exitCode: 0, output: [] }
  /** How the container of the last test was started. */
  triedStart: ProxyStart | undefined
  /** Whether the container of a task starts. */
  taskStarts = true
  /** A value of `.env` that commands of containers quote. */
  secretValue = ''
  /** Exit code of the script that switches traffic in the proxy. */
  proxyExitCode = 0
  holder: LockHolder | undefined
  #lost = new AbortController()
  #undo: { files: Map<string, string | undefined> } | undefined
  readonly #rules: Rule[] = []
  readonly #bundles = new Map<string, readonly BundleFile[]>()

  constructor(name = 'srv') {
    this.name = name
    this.containers = new FakeContainers((line) => this.#did(line))
  }

  /**
   * Before an action whose line in the log begins so is done, `act` is; what it throws is what the action throws. The test
   * fails when there is no such action: what it arranged would have changed nothing.
   */
  when(begins: string, act: () => void | Promise<void>): void {
    let isMet = false
    this.#rules.push({
      begins,
      act: () => {
        isMet = true
        return act()
      },
    })
    onTestFinished(() => expect(isMet, `an action that begins with \`${begins}\``).toBe(true))
  }

  failWhen(begins: string, error: Error = new DrayError('DOCKER_FAILED', `No ${begins} today.`)): void {
    this.when(begins, () => {
      throw error
    })
  }

  loseLock(): void {
    this.#lost.abort(new DrayError('LOCK_LOST', 'The connection that held the lock broke.'))
  }

  /** `backend:v1, backend:v2` of what runs. */
  get running(): string {
    return this.containers.running.map((it) => `${spellImage(it.imageName)}#${it.id}`).join(', ')
  }

  async #did(line: string): Promise<void> {
    this.log.push(line)
    for (const rule of this.#rules) if (line.startsWith(rule.begins)) await rule.act()
  }

  readonly engine: Engine = {
    disk: this.disk,
    containers: async (_, except) =>
      this.containers.all
        .filter(({ id }) => except?.has(id) !== true)
        .map((it) => ({ ...it, directory: this.startedIn[it.service] ?? '/srv/shop' })),
    neighbours: async () => this.neighbours,
    container: async (id) => this.containers.get(id),
    others: async () => this.others,
    networks: async () => this.networks,
    capacity: async () => this.capacity,
    exists: async (kind, name) => this.existing.includes(`${kind} ${name}`),
    processes: async (id) => this.processes.get(this.containers.get(id).service),
    images: async () => this.images,
    usedImageIds: async () => new Set(this.containers.all.map((it) => it.imageId)),
    pull: async (name, { onProgress, signal }) => {
      await this.#did(`pull ${spellImage(name)}`)
      signal?.throwIfAborted()
      onProgress?.({ doneBytes: 1_000_000, totalBytes: 1_000_000 })
      this.addImage(name)
    },
    tag: async (name, tag) => {
      await this.#did(`tag ${spellImage(name)}`)
      this.images = this.images.map((it) =>
        it.digests.includes(name) ? { ...it, tags: [...it.tags, tag] } : it,
      )
    },
    imageConfig: async (name) =>
      this.images.some((it) => it.digests.includes(name)) ? plainImage : undefined,
    imageLayers: async (id) => this.imageLayers.get(id) ?? [],
    removeImage: async (name) => {
      await this.#did(`remove-image ${name}`)
      this.images = this.images
        .map((it) => ({
          ...it,
          tags: it.tags.filter((tag) => tag !== name),
          digests: it.digests.filter((digest) => digest !== name),
        }))
        .filter((it) => it.tags.length + it.digests.length > 0)
      return true
    },
    pruneDanglingImages: async () => {
      await this.#did('prune')
      this.images = this.images.filter((it) => it.tags.length > 0)
      return { count: 0, freedBytes: 0 }
    },
    exec: async (id, argv, options) => {
      if (argv[0] === 'cat' && argv[1] === '/proc/net/tcp') {
        const unix = argv.includes('/proc/net/unix') ? this.sockets : ''
        for (const line of `${this.connections(id)}\n${unix}`.split('\n')) options?.onLine?.(line)
        return { exitCode: 0, output: '' }
      }
      const neighbour = this.neighbours.find((it) => it.container.id === id)
      const container = neighbour?.container ?? this.containers.get(id)
      const caddy = await this.#execForCaddy(container, argv, options?.onLine)
      if (caddy !== undefined) return caddy
      const nginx = await this.#execForNginx(container, argv, options?.onLine)
      if (nginx !== undefined) return nginx
      if (argv.includes(examineTraefikScript)) {
        for (const line of `${this.traefik}\ndray-end`.split('\n')) options?.onLine?.(line)
        return { exitCode: 0, output: '' }
      }
      const traefik = await this.#execForTraefik(container, argv)
      if (traefik !== undefined) return traefik
      if (argv.includes(examineHaproxyScript)) return { exitCode: 0, output: this.haproxy }
      if (argv.includes(proxyScript) || argv.includes(haproxyScript)) {
        const words = argv.slice(argv.indexOf('dray') + 3)
        const [file, , , ...lines] = argv.includes(proxyScript) ? words : ['', '', '', ...words]
        const to = this.#at(lines) || 'nothing new'
        await this.#did(`turn ${container.service} to ${file ? 'what is pinned' : to}`)
        return { exitCode: this.proxyExitCode, output: this.proxyExitCode === 3 ? 'nginx: [emerg] no' : '' }
      }
      return this.containers.check(id)
    },
    start: async (id) => {
      await this.#did(`start ${id}`)
      this.containers.start(id)
    },
    stop: async (id) => {
      await this.#did(`stop ${id}`)
      this.containers.change(id, { state: 'exited' })
    },
    remove: async (id) => {
      await this.#did(`remove ${id}`)
      this.containers.remove(id)
    },
    logTail: async (id) => [`last words of ${id}`],
    hideValues: async (text) =>
      this.secretValue === '' ? text : text.replaceAll(this.secretValue, '[value of KEY]'),
  }

  /** What is run in a container behind Traefik. Docker has the result of the health check at once. */
  async #execForTraefik({ id, health }: Container, argv: readonly string[]): Promise<ExecResult | undefined> {
    const done = { exitCode: 0, output: '' }
    if (argv === drainableShell) return { exitCode: this.hasShell ? 0 : 127, output: '' }
    if (argv.includes(quietScript)) return done
    const drains = argv === startDraining
    if (!drains && argv !== endDraining) return undefined
    if (drains || health === 'unhealthy') {
      await this.#did(`${drains ? 'drain' : 'undrain'} ${id}`)
      this.containers.change(id, { health: drains ? 'unhealthy' : 'healthy' })
    }
    return done
  }

  /** What is run in nginx besides the script that switches its traffic. */
  async #execForNginx(
    { service }: Container,
    argv: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ): Promise<ExecResult | undefined> {
    if (argv === dumpNginx) {
      this.nginx.split('\n').forEach((line) => onLine(line))
      return { exitCode: 0, output: '' }
    }
    if (argv.includes(examineNginxScript)) {
      return { exitCode: this.pinFile === undefined ? 4 : 0, output: `${this.pinFile ?? ''}\n` }
    }
    if (argv.join(' ') !== 'nginx -s reload') return undefined
    await this.#did(`reload ${service}`)
    return { exitCode: 0, output: '' }
  }

  /** The scripts for a proxy that looks names up while it runs. */
  async #execForCaddy(
    { service }: Container,
    argv: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ): Promise<ExecResult | undefined> {
    const [, , script, , action = '', ...rest] = argv
    if (script === examineCaddyScript) return { exitCode: 0, output: this.caddy }
    if (script === holdPinScript) {
      await this.#did(`pin ${service} to ${this.#at(rest.slice(2))}`)
      onLine(PINNED)
      return new Promise(() => undefined)
    }
    if (script === changePinScript) {
      const [what, ...lines] = rest
      if (what === 'change') await this.#did(`pin ${service} to ${this.#at(lines)}`)
      if (what === 'end') await this.#did(`unpin ${service}`)
      return { exitCode: 0, output: '' }
    }
    if (script !== caddyScript) return undefined
    await this.#did(`${action} ${service}`)
    return { exitCode: this.proxyExitCode, output: this.proxyExitCode === 3 ? 'Error: adapting' : '' }
  }

  readonly directory: AppDirectory = {
    path: '/srv/shop',
    inspect: async (files) => {
      const compose = files.find((file) => file.path === composeFileName)
      return {
        envFile: this.envFile,
        releases: this.releases.map((it) => (it === this.releases.at(-1) ? it : { ...it, files: {} })),
        journalBytes: this.journal.length,
        ...(this.journal.findLast(({ event }) => /^host\.(left|joined)$/.test(event))?.event ===
          'host.left' && {
          isOut: true,
        }),
        listeningPorts: [
          ...this.foreignPorts,
          ...this.containers.all.flatMap((container) => container.publishedPorts),
        ],
        usedReleaseIds: [...this.releases.map((it) => it.id), ...this.journal.map((it) => it.release)],
        composeHashes: this.composeHashes,
        app: withImages(
          JSON.parse(Buffer.from(compose?.content ?? '').toString()) as AppModel,
          textOf(files.find((file) => file.path === overrideFileName)),
        ),
      }
    },
    survey: async ({ files, sources = [], directories = [] }) => ({
      directories: new Map(
        directories.map((it) => [it, this.goneDirectories.includes(it) ? 'gone' : 'there']),
      ),
      missing: sources.filter((path) => this.missingPaths.includes(path)),
      fileSystems: this.disk.fileSystems,
      hashes: new Map(
        files.flatMap((path): [string, string][] => {
          const content = this.files.get(path)
          return content === undefined ? [] : [[path, fileHash(content)]]
        }),
      ),
    }),
    place: (request) => this.#place(request),
    restore: async () => {
      await this.#did('restore')
      for (const [path, content] of this.#undo?.files ?? []) {
        if (content === undefined) this.files.delete(path)
        else this.files.set(path, content)
      }
      this.#undo = undefined
    },
    record: async (release, { drop }) => {
      await this.#did([`record ${release.id}`, ...drop.map((id) => `-${id}`)].join(' '))
      this.#undo = undefined
      const others = this.releases.filter(({ id }) => id !== release.id && !drop.includes(id))
      this.releases = [...others, release]
      const files = Object.keys(release.files)
      this.#bundles.set(
        release.id,
        files.map((path) => ({ path, content: Buffer.from(this.files.get(path) ?? ''), mode: 0o644 })),
      )
    },
  }

  readonly archive: ReleaseArchive = {
    read: async () => ({ releases: this.releases, journal: this.journal, journalBytes: this.journal.length }),
    files: async ({ id }) => this.#bundles.get(id) ?? [],
  }

  async #place({ files, remove }: PlaceRequest): Promise<void> {
    const paths = [...files.map((file) => file.path), ...remove]
    this.#undo = { files: new Map(paths.map((path) => [path, this.files.get(path)])) }
    await this.#did(`place ${[...files.map((file) => file.path), ...remove.map((it) => `-${it}`)].join(' ')}`)
    for (const { path, content } of files) this.files.set(path, Buffer.from(content).toString())
    for (const path of remove) this.files.delete(path)
  }

  readonly compose: Compose = {
    up: async ({ services, mode, images, signal }) => {
      await this.#did(`up ${mode} ${services.map(({ service, scale }) => `${service}=${scale}`).join(' ')}`)
      signal?.throwIfAborted()
      const app = JSON.parse(this.files.get(composeFileName) ?? '{}') as AppModel
      const { images: pinned, checks } = readFakeOverride(this.files.get(overrideFileName))
      for (const wanted of services)
        this.containers.up({ ...wanted, mode, app, checks, images: { ...pinned, ...images } })
    },
    startStandIn: async ({ service, containerName, aliases, networks, labels = {}, signal }) => {
      const added = Object.keys(labels).length
      await this.#did(`stand-in ${containerName}${added === 0 ? '' : ` with ${added} labels`}`)
      signal?.throwIfAborted()
      const app = JSON.parse(this.files.get(composeFileName) ?? '{}') as AppModel
      const { images, checks } = readFakeOverride(this.files.get(overrideFileName))
      this.containers.standIn(app, {
        check: checks[service],
        service,
        image: images[service] ?? '',
        name: containerName,
        aliases: networks.length === 0 ? [] : aliases,
      })
    },
    tryOut: async ({ service, argv, start }) => {
      this.triedStart = start
      await this.#did(`test ${service}: ${argv.join(' ')}`)
      return this.tried
    },
    runTask: async ({ service, argv, onLine, onStarted, signal }) => {
      await this.#did(`task ${service} ${argv.join(' ')}`)
      signal?.throwIfAborted()
      if (this.taskStarts) onStarted?.()
      onLine('doing it', 'stdout')
      return this.taskExitCode
    },
  }

  readonly prober: Prober = {
    get: async (url) => this.answer(url),
    lookUp: async () => this.addresses,
    listens: async (address, port) => this.listensOn(address, port),
    connections: async (addresses) => this.hostConnections(addresses),
    networkTables: async (asked) =>
      new Map(asked.flatMap(({ id }) => [[id, this.networkTable(id)] as const]).filter(isKnown)),
  }

  readonly forwarder: PortForwarder = {
    findObstacle: async (tool = 'iptables') =>
      tool === 'iptables' ? this.forwardObstacle : this.ipv6Obstacle,
    start: async (owner, targets) => {
      for (const { id, ports } of targets) {
        await this.#did(`forward ${ports.map(({ published }) => published).join(' ')} to ${id}`)
      }
      this.forwards.set(
        owner,
        targets.map(({ id }) => id),
      )
    },
    end: async (owner) => {
      await this.#did(`end forward ${owner}`)
      this.forwards.delete(owner)
    },
    renew: async (ports) => {
      if (this.keepsConnections) await this.#did(`renew connections to ${ports.join(' ')}`)
      return this.keepsConnections
    },
    clear: async (owner) => {
      await this.#did(`clear forward ${owner}`)
      this.forwards.delete(owner)
    },
    drain: async (containers) => {
      for (const { id } of containers) await this.#did(`drain ${id}`)
      return true
    },
  }

  async lock(holder: LockHolder): Promise<Lock> {
    if (this.holder !== undefined) throw new DrayError('LOCK_HELD', `${this.holder.user} has it.`)
    this.holder = holder
    this.#lost = new AbortController()
    return {
      journalBytes: this.journal.length,
      lost: this.#lost.signal,
      journal: (entry) => this.journal.push(entry),
      settled: async () => {
        await this.#did('settled')
      },
      [Symbol.asyncDispose]: async () => {
        this.holder = undefined
      },
    }
  }

  addImage(name: string): void {
    if (this.images.some((it) => it.digests.includes(name))) return
    this.images = [
      ...this.images,
      { id: `id ${spellImage(name)}`, tags: [], digests: [name], sizeBytes: 1, createdAtMs: 0 },
    ]
  }

  #at(lines: readonly string[]): string {
    const found = lines.map((line) => {
      const address = line.split(' ')[0]
      return this.containers.all.find((it) => it.networks[0]?.address === address)?.id ?? line
    })
    return [...new Set(found)].join(', ')
  }
}

const textOf = (file: BundleFile | undefined): string => Buffer.from(file?.content ?? '{}').toString()

/** The override file as `readFakeOverride` reads it. */
export function renderFakeOverride(
  images: Readonly<Record<string, string>>,
  checks: Readonly<Record<string, DrainCheck>>,
): string {
  const services = Object.entries(checks).map(([name, it]) => [name, { healthcheck: composeCheck(it) }])
  return JSON.stringify(
    services.length === 0 ? images : { ...images, services: Object.fromEntries(services) },
  )
}

type FakeOverride = { images: Record<string, string>; checks: Record<string, DrainCheck> }

function readFakeOverride(text = '{}'): FakeOverride {
  const { services = {}, ...images } = parse(text) as Record<string, string> & {
    services?: Record<string, { healthcheck?: ReturnType<typeof composeCheck> }>
  }
  const checks = Object.entries(services).flatMap(([name, { healthcheck }]): [string, DrainCheck][] => {
    if (healthcheck === undefined) return []
    const { test, interval, start_period: startPeriod, retries } = healthcheck
    const argv = test.slice(1).map((word) => word.replaceAll('$$', '$'))
    const [intervalMs, startPeriodMs] = [interval, startPeriod].map((text) => Number.parseInt(text, 10))
    return [[name, { argv, intervalMs: intervalMs ?? 0, startPeriodMs: startPeriodMs ?? 0, retries }]]
  })
  return { images, checks: Object.fromEntries(checks) }
}

/** As Compose merges an override file that pins images. */
function withImages(app: AppModel, override: string): AppModel {
  const { images } = readFakeOverride(override)
  return { ...app, services: app.services.map((it) => ({ ...it, image: images[it.name] ?? it.image })) }
}

export const fileHash = (content: string): string => createHash('sha256').update(content).digest('hex')

export const pinned = (name: string, tag: string): string => `ghcr.io/acme/${name}@${fakeDigest(tag)}`

function isKnown(entry: readonly [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}
