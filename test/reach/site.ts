import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testToken } from '../support/net/registry.ts'
import type { RunResult } from '../support/net/run-command.ts'
import type { TestServer } from '../support/net/server.ts'
import type { TestNet } from '../support/net/test-net.ts'
import type { MadeApp } from './make-app.ts'
import { edgeNetwork } from './make-service.ts'
import { edgeContainer, edgeProject } from './outside.ts'
import type { Version } from './own-images.ts'
import { pushOwnImages } from './push-images.ts'

/** An app of a shape as its people have it: a directory that they deploy from, and one on a server. */
export type Site = AsyncDisposable & {
  net: TestNet
  server: TestServer
  app: MadeApp
  /** Of the app, its project and its directory under /srv. */
  name: string
  /** On the client. */
  directory: string
  /** Who deploys, and types commands on the server. */
  user: string
  /** Where what dray said and what failed is kept, if anywhere. */
  keep?: string
}

export type SiteOptions = { net: TestNet; server: TestServer; front?: boolean; user?: string; keep?: string }

export type SiteContainer = { id: string; service: string; state: string; image: string }

/** Of the one who types commands on the server, in memory. */
const loginPath = '/run/reach-login'

/** The longest that a run of dray or Compose may take. */
const patienceMs = 300_000

/** Makes both directories, with `front` in dray.yml if so told, and the first version's images; nothing runs yet. */
export async function openSite(
  { net, server, front = false, user = 'deploy', keep }: SiteOptions,
  app: MadeApp,
): Promise<Site> {
  const name = app.shape.id
  const directory = await mkdtemp(join(tmpdir(), `dray-reach-${name}-`))
  const site: Site = {
    net,
    server,
    app,
    name,
    directory,
    user,
    ...(keep !== undefined && { keep }),
    async [Symbol.asyncDispose]() {
      await clearServer(site)
      await rm(directory, { recursive: true, force: true })
    },
  }
  const hasEdge = app.layout.place === 'edge' && !app.shape.proxy.startsWith('traefik')
  const drayFile = {
    app: name,
    registry: 'ghcr.io/acme',
    environments: { test: { host: `${user}@${server.name}`, path: pathOf(site) } },
    ...(front && { front }),
    ...(hasEdge && { proxy: { containers: [edgeContainer] } }),
  }
  await logIn(site)
  await writeFile(join(directory, 'dray.yml'), JSON.stringify(drayFile, undefined, 2))
  return site
}

export function pathOf({ name }: Pick<Site, 'name'>): string {
  return `/srv/${name}`
}

/** Puts a version into the repository that dray deploys from, and its images into the registry. */
export async function publishVersion(site: Site, version: Version): Promise<void> {
  for (const [path, content] of site.app.files(version)) {
    const file = join(site.directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  await pushOwnImages(site.net.registry.pushHost, site.app.images(version), version.tag)
}

/** Puts a version's files on the server with the `.env`, as an owner does. */
export async function copyByHand({ server, app, name, user }: Site, version: Version): Promise<void> {
  const path = pathOf({ name })
  await server.run(['install', '-d', '-o', user, '-g', user, path])
  for (const [file, content] of app.files(version)) await server.writeFile(`${path}/${file}`, content)
  await server.writeFile(`${path}/.env`, app.envFile)
  await server.run(['chown', '-R', `${user}:${user}`, path])
  await server.run(['chmod', '600', `${path}/.env`])
}

/** `docker compose …` typed in the app's directory on the server, by the user that deploys. */
export function composeByHand(
  { server, name, user }: Site,
  command: string,
  tag?: string,
): Promise<RunResult> {
  const variables = [`DOCKER_CONFIG=${loginPath}`, ...(tag === undefined ? [] : [`IMAGE_TAG=${tag}`])]
  const line = `cd ${pathOf({ name })} && ${variables.join(' ')} docker compose ${command}`
  return server.run(['su', user, '-c', line], { timeoutMs: patienceMs })
}

/** dray on the client, in the app's directory there. */
export function runDray({ net, directory }: Site, args: readonly string[]): Promise<RunResult> {
  const env = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' }
  return net.client.run(['dray', ...args], { cwd: directory, env, timeoutMs: patienceMs })
}

/** Containers of the app, running or not, without one-off ones. */
export async function containersOf({ server, name }: Site): Promise<SiteContainer[]> {
  const labels = [`com.docker.compose.project=${name}`, 'com.docker.compose.oneoff=False']
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`])
  const ids = await server.docker('ps', '-aq', '--no-trunc', ...filters)
  if (ids === '') return []
  const format =
    '{{.Id}} {{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} {{.Config.Image}}'
  const lines = (await server.docker('inspect', '--format', format, ...ids.split('\n'))).split('\n')
  return lines.map((line) => {
    const [id = '', service = '', state = '', image = ''] = line.split(' ')
    return { id, service, state, image }
  })
}

/** Lets a user pull by hand; forgotten with all else of the app. */
async function logIn({ server, user }: Site): Promise<void> {
  const login = `echo '${testToken}' | DOCKER_CONFIG=${loginPath} docker login ghcr.io -u octocat --password-stdin`
  await server.run(['sh', '-c', `install -d -o ${user} ${loginPath} && su ${user} -c "${login}"`])
}

/** Takes the app off its server, and what was started for it outside; other apps and third parties' images stay. */
async function clearServer({ server, name }: Site): Promise<void> {
  const script = `
    for file in /run/host-nginx.pid /run/host-caddy.pid; do
      [ ! -s $file ] || kill "$(cat $file)" 2>/dev/null; rm -f $file
    done
    for project in ${name} ${edgeProject}; do
      filter=label=com.docker.compose.project=$project
      docker ps -aq --filter $filter | xargs -r docker rm -fv
      docker volume ls -q --filter $filter | xargs -r docker volume rm -f
      docker network ls -q --filter $filter | xargs -r docker network rm
      rm -rf /srv/$project
    done
    docker network rm ${edgeNetwork}
    list() { docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep -E "$1"; }
    list '/acme/${name}-' | cut -d ' ' -f 2 | sort -u | xargs -r docker rmi -f
    list ':dray-${name}-' | cut -d ' ' -f 1 | xargs -r docker rmi
    rm -rf ${loginPath}`
  await server.run(['sh', '-c', script], { timeoutMs: patienceMs })
}

/** Keeps a text about an app, where the run was started with a directory for it. */
export async function keepText({ keep, name }: Site, what: string, text: string): Promise<void> {
  if (keep !== undefined) await writeFile(join(keep, `${name}-${what}`), text)
}
