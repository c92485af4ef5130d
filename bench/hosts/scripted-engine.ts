import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'

/** How long a pull takes: with many real Engines on one machine, it would be the machine that is measured. */
const PULL_MS = 500

type Image = { Id: string; RepoTags: string[]; RepoDigests: string[]; Size: number; Created: number }
type Container = { id: string; name: string; service: string; project: string; image: string; state: string }
type ComposeConfig = { name: string; services: Record<string, { image: string }> }

/**
 * A Docker Engine of one host that runs nothing: it answers what a deploy of an app without ports asks, and remembers images and
 * containers. `POST /scripted/up?service=…&scale=…` is what `docker compose up` would do with the configuration in the body.
 */
export async function startScriptedEngine(socket: string): Promise<AsyncDisposable> {
  const images = new Map<string, Image>()
  const containers = new Map<string, Container>()
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  // An Engine closes no idle connection.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(socket, resolve))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine')
    const path = decodeURIComponent(url.pathname.replace(/^\/v[\d.]+/, ''))
    const key = `${request.method ?? ''} ${path}`
    const say = (body: unknown, status = 200): undefined => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(body === undefined ? '' : JSON.stringify(body))
    }
    const image = /^\/images\/(.+)\/(?:json|tag)$/.exec(path)?.[1]
    const container = containers.get(/^\/containers\/([^/]+)/.exec(path)?.[1] ?? '')
    if (key === 'GET /version') {
      const api = { ApiVersion: '1.51', MinAPIVersion: '1.24' }
      say({ Version: '28.5.2', ...api, Os: 'linux', Arch: 'amd64' })
      return
    }
    if (key === 'GET /info') {
      const time = { SystemTime: new Date().toISOString() }
      const parts = { DockerRootDir: '/var/lib', Driver: 'overlay2', DriverStatus: [], NCPU: 2 }
      say({ ...parts, ...time, Architecture: 'x86_64', RegistryConfig: { Mirrors: [] } })
      return
    }
    if (key === 'GET /networks') {
      say([])
      return
    }
    if (key === 'GET /images/json') {
      say(url.searchParams.has('filters') ? [] : [...images.values()])
      return
    }
    if (key === 'GET /containers/json') {
      say(
        [...containers.values()].map((it) => ({
          ...inspect(it),
          Names: [it.name],
          Labels: labels(it),
          ImageID: it.image,
          Ports: [],
          State: it.state,
        })),
      )
      return
    }
    if (key === 'POST /images/create') {
      const name = `${url.searchParams.get('fromImage') ?? ''}@${url.searchParams.get('tag') ?? ''}`
      await new Promise((resolve) => setTimeout(resolve, PULL_MS))
      images.set(name, { Id: idOf(name), RepoTags: [], RepoDigests: [name], Size: 1_000_000, Created: 1 })
      say({ status: 'Pull complete', id: idOf(name).slice(7, 19) })
      return
    }
    if (image !== undefined) {
      const found = images.get(image) ?? [...images.values()].find(({ Id }) => Id === image)
      if (found === undefined) {
        say({ message: 'No such image' }, 404)
        return
      }
      if (path.endsWith('/json')) {
        say({ Config: { Cmd: ['run'] }, RootFS: { Layers: [found.Id] } })
        return
      }
      found.RepoTags.push(`${url.searchParams.get('repo') ?? ''}:${url.searchParams.get('tag') ?? ''}`)
      say(undefined, 201)
      return
    }
    if (key.startsWith('DELETE /images/')) {
      const name = path.slice('/images/'.length)
      for (const [known, it] of images) {
        it.RepoTags = it.RepoTags.filter((tag) => tag !== name)
        if (known === name || it.RepoTags.length === 0) images.delete(known)
      }
      say([{ Deleted: name }])
      return
    }
    if (key === 'POST /scripted/up') {
      const config = JSON.parse((await buffer(request)).toString()) as ComposeConfig
      const service = url.searchParams.get('service') ?? ''
      up(config, service, Number(url.searchParams.get('scale')))
      say(undefined, 204)
      return
    }
    if (path.endsWith('/exec')) {
      say({ Id: 'exec' }, 201)
      return
    }
    if (key === 'POST /exec/exec/start') {
      say(undefined)
      return
    }
    if (key === 'GET /exec/exec/json') {
      say({ ExitCode: 1, Running: false })
      return
    }
    if (container === undefined) {
      say({ message: `Not scripted: ${key}` }, 404)
      return
    }
    if (key.startsWith('DELETE')) {
      containers.delete(container.id)
      say(undefined, 204)
      return
    }
    if (path.endsWith('/stop')) {
      container.state = 'exited'
      say(undefined, 204)
      return
    }
    if (path.endsWith('/top')) {
      say({ Titles: ['CMD'], Processes: [['run']] })
      return
    }
    say(path.endsWith('/json') ? inspect(container) : undefined)
  }

  function up(config: ComposeConfig, service: string, scale: number): void {
    const image = config.services[service]?.image ?? ''
    for (let missing = scale - [...containers.values()].length; missing > 0; missing -= 1) {
      const name = `${config.name}-${service}-${containers.size + 1}`
      const id = createHash('sha256').update(`${name} ${Math.random()}`).digest('hex')
      containers.set(id, { id, name, service, project: config.name, image, state: 'running' })
    }
  }

  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function labels({ service, project, image }: Container): Record<string, string> {
  const own = { service, project, oneoff: 'False', 'config-hash': idOf(image).slice(7) }
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`com.docker.compose.${name}`, value]))
}

function inspect(container: Container) {
  const { id, name, image, state } = container
  const now = new Date(Date.now() - 10_000).toISOString()
  return {
    Id: id,
    Name: `/${name}`,
    Created: now,
    Image: idOf(image),
    Path: 'run',
    RestartCount: 0,
    State: { Status: state, ExitCode: 0, OOMKilled: false, StartedAt: now },
    Config: { Image: image, Tty: false, Labels: labels(container) },
    NetworkSettings: { Ports: {}, Networks: {} },
  }
}

function idOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`
}
