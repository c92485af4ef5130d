import type { ImageShape } from './app-shape.ts'
import { readDockerfile, type DockerfileFacts } from './read-dockerfile.ts'
import { directoryOf, isDockerfile, isIn, isSource, type Repository } from './repository.ts'

/** The images that a repository can be built into. */
export type FoundImages = {
  /** One for each part of the app with its own Dockerfile: `backend`, `frontend`. */
  parts: readonly ImageShape[]
  /** The whole app as one image, if a Dockerfile builds it. */
  whole: ImageShape | undefined
}

type Place = { dockerfile: string; context: string; name: string | undefined; facts: DockerfileFacts }

/** Directories whose Dockerfile builds the whole app from the directory above. */
const wholeNames = /^(?:production|prod|docker|deploy|build|\.docker)$/

/** Finds them by the Dockerfiles; `imageBase` is `ghcr.io/acme/shop`. */
export function findImages(repository: Repository, imageBase: string): FoundImages {
  const places = [...repository.texts.keys()]
    .filter((path) => isDockerfile(path) && isDeployed(path))
    .map((path) => readPlace(path, repository))
  const parts = uniqueByName(places.filter(({ name }) => name !== undefined))
  const names = parts.map(({ name }) => name ?? 'app')
  const [whole] = places.filter(({ name }) => name === undefined)
  return {
    parts: parts.map((place) => {
      const service = place.name ?? 'app'
      return describeImage(place, {
        repository,
        service,
        imageName: `${imageBase}-${service}`,
        route: routeOf(service, names),
      })
    }),
    whole: whole && describeImage(whole, { repository, service: 'app', imageName: imageBase, route: '/' }),
  }
}

function isDeployed(path: string): boolean {
  if (path.split('/').length > 4) return false
  return !/(?:^|\/)(?:\.devcontainer|tests?|e2e|examples?|node_modules|vendor)\/|Dockerfile\.(?:dev|local|test|ci)\w*$/.test(
    path,
  )
}

function readPlace(dockerfile: string, { texts }: Repository): Place {
  const directory = directoryOf(dockerfile)
  const facts = readDockerfile(texts.get(dockerfile) ?? '')
  const file = dockerfile.slice(directory === '.' ? 0 : directory.length + 1)
  // `Dockerfile.api` and `api.Dockerfile` are named after their service.
  const [, after, before] = /^Dockerfile\.(\w+)$|^([\w-]+)\.Dockerfile$/.exec(file) ?? []
  const own = after ?? before
  const last = directory.split('/').at(-1) ?? ''
  const ofWhole = directory === '.' || wholeNames.test(last)
  const named = own !== undefined && !wholeNames.test(own) ? own : ofWhole ? undefined : last
  const fromAbove = ofWhole || facts.copiesFrom(directory) || hasMore(facts.sources, { directory, texts })
  return { dockerfile, context: fromAbove ? '.' : directory, name: named && serviceName(named), facts }
}

/** Whether more of what a Dockerfile copies is at the root than in its own directory. */
function hasMore(
  sources: readonly string[],
  { directory, texts }: { directory: string; texts: Repository['texts'] },
): boolean {
  const paths = [...texts.keys()]
  const isThere = (path: string): boolean => paths.some((it) => it === path || it.startsWith(`${path}/`))
  const names = sources
    .map((source) => source.replace(/^\.?\//, '').replace(/\/+$/, ''))
    .filter((it) => it !== '' && it !== '.')
  const count = (prefix: string): number => names.filter((name) => isThere(`${prefix}${name}`)).length
  return count('') > count(`${directory}/`)
}

function serviceName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}

function uniqueByName(places: readonly Place[]): Place[] {
  return places.filter(({ name }, index) => places.findIndex((other) => other.name === name) === index)
}

/** The frontend is at `/`, the backend at `/api`; workers have no route. */
function routeOf(service: string, all: readonly string[]): string | undefined {
  const isWorker = (name: string): boolean => /worker|cron|queue|schedul|job|migrat/.test(name)
  if (isWorker(service)) return undefined
  const served = all.filter((name) => !isWorker(name))
  const front = served.find((name) => /front|web|client|ui|site|www/.test(name)) ?? served[0]
  if (service === front) return '/'
  return /back|api|server/.test(service) ? '/api' : `/${service}`
}

type Naming = { repository: Repository; service: string; imageName: string; route: string | undefined }

function describeImage({ dockerfile, context, facts }: Place, naming: Naming): ImageShape {
  const { repository, service, imageName, route } = naming
  const directory = context === '.' && service !== 'app' ? directoryOf(dockerfile) : context
  const found = facts.port ?? { port: 8080, isGuess: true }
  const port = route === undefined ? undefined : found.port
  const path = route === undefined ? undefined : findHealthPath(repository, directory)
  return {
    service,
    repository: imageName,
    context,
    dockerfile,
    port,
    ...(port !== undefined && found.isGuess ? { isPortGuessed: true as const } : {}),
    route,
    healthTest:
      facts.hasHealthCheck || path === undefined || port === undefined
        ? undefined
        : healthTestFor(facts, `http://localhost:${port}${path}`),
    healthPath: route !== undefined && path?.startsWith(route === '/' ? '/' : `${route}/`) ? path : undefined,
    versionArgument: facts.versionArgument,
  }
}

/** A path of the app's health check, found in the sources. */
function findHealthPath({ texts }: Repository, directory: string): string | undefined {
  const sources = [...texts].filter(([path]) => isSource(path) && isIn(path, directory))
  const text = sources.map(([, source]) => source).join('\n')
  return ['/api/health', '/api/healthz', '/health', '/healthz', '/up', '/ping'].find((path) =>
    new RegExp(`(?<![\\w/])${path}(?![\\w/-])`).test(text),
  )
}

function healthTestFor({ clients }: DockerfileFacts, url: string): readonly string[] | undefined {
  switch (clients[0]) {
    case 'curl':
      return ['CMD', 'curl', '-f', url]
    case 'wget':
      // BusyBox's wget tries ::1 first for `localhost`, and then no other address.
      return ['CMD', 'wget', '-q', '-O', '/dev/null', url.replace('localhost', '127.0.0.1')]
    case 'node':
      return [
        'CMD',
        'node',
        '-e',
        `fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
      ]
    case 'python':
      return ['CMD', 'python', '-c', `import urllib.request; urllib.request.urlopen('${url}')`]
    case undefined:
      return undefined
  }
}
