import { isOneShot, type AppModel } from '../../src/deploy/model/app-model.ts'
import type { ComposeMode } from '../../src/deploy/model/compose.ts'
import type { ExecResult } from '../../src/deploy/model/ports.ts'
import type { Container, HealthCheck } from '../../src/deploy/model/container.ts'
import type { DrainCheck } from '../../src/deploy/model/drain-check.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { proxyOfImageName } from '../../src/deploy/plan/proxies/recognise-proxy.ts'
import { shortHash, spellImage } from './fake-app.ts'

/** How a container of an image behaves once it runs. */
export type Behaviour = 'healthy' | 'never-healthy' | 'exits' | 'broken-check' | 'restarts'

type UpRequest = {
  service: string
  scale: number
  mode: ComposeMode
  app: AppModel
  images: Readonly<Record<string, string>>
  /** Health checks of dray, by service. */
  checks: Readonly<Record<string, DrainCheck>>
}

export const fakeHealthCheck: HealthCheck = {
  argv: ['curl', '-f', 'http://localhost:8000/'],
  intervalMs: 10_000,
  timeoutMs: 5_000,
  startPeriodMs: 0,
  retries: 3,
}

/** The containers of a host in memory, and what Compose does with them. Ids are `backend-1`, `backend-2`, …, never again. */
export class FakeContainers {
  all: Container[] = []
  /** By what `spellImage` makes of the image: `backend:v2`. */
  readonly behaviours = new Map<string, Behaviour>()
  /** What containers of a service are started with; by default what an image of its name starts. */
  readonly commands = new Map<string, readonly string[]>()
  /** Services with `read_only: true`. */
  readonly readOnly = new Set<string>()
  readonly #counts = new Map<string, number>()
  readonly #tell: (line: string) => Promise<void>

  constructor(tell: (line: string) => Promise<void>) {
    this.#tell = tell
  }

  get running(): Container[] {
    return this.all.filter((it) => it.state === 'running')
  }

  get(id: string): Container {
    const found = this.all.find((it) => it.id === id || it.name === id)
    if (found === undefined) throw new DrayError('DOCKER_FAILED', `There is no container ${id}.`)
    return { ...found }
  }

  change(id: string, facts: Partial<Container>): void {
    const found = this.get(id)
    this.all = this.all.map((it) => (it.id === found.id ? { ...it, ...facts } : it))
  }

  remove(id: string): void {
    this.all = this.all.filter((it) => it.id !== id && it.name !== id)
  }

  /** What the health check of a container gives when it is run. */
  async check(id: string): Promise<ExecResult> {
    const { imageName, state } = this.get(id)
    const behaviour = this.behaviours.get(spellImage(imageName))
    await this.#tell(`check ${id}`)
    if (state !== 'running') throw new DrayError('DOCKER_FAILED', `Container ${id} is not running.`)
    if (behaviour === 'never-healthy') return { exitCode: 1, output: 'connection refused' }
    if (behaviour === 'broken-check') return { exitCode: 127, output: 'curl: not found' }
    return { exitCode: 0, output: '' }
  }

  up(request: UpRequest): void {
    const { service, scale, mode } = request
    const image = request.images[service] ?? ''
    const hash = configHash(request.app, service, image)
    const there = this.all.filter((it) => it.service === service && !it.oneOff)
    const staying = there.filter(
      (it) =>
        mode === 'beside' ||
        ((mode === 'recreate' || mode === 'create') && it.configHash === hash && it.state === 'running'),
    )
    for (const container of there) if (!staying.includes(container)) this.remove(container.id)
    for (const surplus of staying.slice(scale)) this.remove(surplus.id)
    for (let count = staying.length; count < scale; count += 1) {
      const created = this.create(request.app, service, image)
      this.#addCheck(created, request.checks[service])
      const { id } = created
      if (mode === 'create') this.change(id, { state: 'created' })
      else this.#refuseTakenPort(id)
    }
  }

  start(id: string): void {
    this.#refuseTakenPort(id)
    this.change(id, { state: 'running' })
  }

  /** A port can have one running container only. */
  #refuseTakenPort(id: string): void {
    const { publishedPorts } = this.get(id)
    const holder = this.running.find(
      (it) =>
        it.id !== id &&
        !it.oneOff &&
        it.publishedPorts.some((port) => port > 0 && publishedPorts.includes(port)),
    )
    if (holder === undefined) return
    this.change(id, { state: 'created' })
    throw new DrayError('PORT_TAKEN', `${holder.id} has the port of ${id}.`)
  }

  /** A one-off container with dray's label, as `docker compose run` starts it: no ports, another name. */
  standIn(
    app: AppModel,
    facts: {
      service: string
      image: string
      name: string
      aliases: readonly string[]
      check: DrainCheck | undefined
    },
  ): void {
    const { service, image, name, aliases, check } = facts
    if (this.all.some((it) => it.name === name)) {
      throw new DrayError('DOCKER_FAILED', `The container name "/${name}" is already in use.`)
    }
    const { id, networks } = this.create(app, service, image)
    this.#addCheck(this.get(id), check)
    this.change(id, {
      name,
      oneOff: true,
      standIn: true,
      publishedPorts: [],
      networks: networks.map((it) => ({ ...it, aliases: [service, ...aliases] })),
    })
  }

  /** The override file may give it a health check of dray, which Docker runs at once. */
  #addCheck({ id, imageName }: Container, check: DrainCheck | undefined): void {
    if (check === undefined) return
    const isHealthy = this.behaviours.get(spellImage(imageName)) !== 'never-healthy'
    const health = isHealthy ? ('healthy' as const) : ('starting' as const)
    this.change(id, { healthCheck: { ...fakeHealthCheck, ...check }, health })
  }

  /** Of a range such as `8000-8010`, the first that no running container has. */
  #choosePort(published: string): number {
    const [first = 0, last = first] = published.split('-').map(Number)
    const taken = this.running.flatMap(({ publishedPorts }) => publishedPorts)
    let port = first
    while (port < last && taken.includes(port)) port += 1
    return port
  }

  /** Starts a container as Compose would from the app's files, with an image. */
  create(app: AppModel, serviceName: string, image: string): Container {
    const service = app.services.find((it) => it.name === serviceName)
    if (service === undefined) throw new DrayError('DOCKER_FAILED', `no such service: ${serviceName}`)
    const number = (this.#counts.get(serviceName) ?? 0) + 1
    this.#counts.set(serviceName, number)
    const behaviour = this.behaviours.get(spellImage(image))
    const ends = isOneShot(app, serviceName)
    const named = proxyOfImageName(image)
    const command =
      this.commands.get(serviceName) ??
      (named === undefined ? ['node', 'server.js'] : ['/docker-entrypoint.sh', named])
    const container: Container = {
      id: `${serviceName}-${number}`,
      name: service.containerName ?? `shop-${serviceName}-${number}`,
      service: serviceName,
      oneOff: false,
      imageName: image,
      imageId: `id ${spellImage(image)}`,
      command,
      user: '',
      isReadOnly: this.readOnly.has(serviceName),
      configHash: configHash(app, serviceName, image),
      state: ends || behaviour === 'exits' ? 'exited' : behaviour === 'restarts' ? 'restarting' : 'running',
      exitCode: behaviour === 'exits' ? 1 : 0,
      outOfMemory: false,
      restartCount: behaviour === 'restarts' ? 1 : 0,
      startedAtMs: 1,
      createdAtMs: 1,
      ...(service.healthCheck === 'defined' && !ends ? { healthCheck: fakeHealthCheck } : {}),
      ...(service.traefikLabels && { traefikLabels: service.traefikLabels }),
      health: 'starting',
      healthOutput: '',
      stopGraceMs: 10_000,
      publishedPorts: service.publishedPorts.map((port) => this.#choosePort(port)),
      networks: [
        {
          name: 'shop_default',
          address: `10.${Number.parseInt(shortHash(serviceName).slice(0, 2), 16)}.0.${number}`,
          gateway: '10.0.0.1',
          aliases: [serviceName, `shop-${serviceName}-${number}`],
        },
      ],
    }
    this.all.push(container)
    return container
  }
}

/** Compose's own hash: of the definition with the image, and not of the number of containers. */
const configHash = (app: AppModel, serviceName: string, image: string): string => {
  const service = app.services.find((it) => it.name === serviceName)
  return shortHash(`${service?.definitionHash ?? ''} ${image} ${app.networks['default'] ?? ''}`)
}
