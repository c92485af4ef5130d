import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shopDirectory } from '../test/support/images/app-images.ts'

/** How the sample app differs from what `examples/shop` has. */
export type AppForm = {
  /** Interval of the backend's health check. */
  intervalSeconds: number
  /** Containers of the backend; 1 unless told. */
  replicas?: number
  /** Services beside them, each the backend once more; none unless told. */
  workers?: number
  /** Lines that an additional service, `chatter`, writes when it starts. Without it, the service does not exist. */
  logLines?: number
  /** Keeps the frontend at v1: the broken releases are releases of the backend alone. */
  backendOnly?: boolean
}

/** Files of the app's directory, by path; the nginx configuration is the specification's. */
export function makeAppFiles(form: AppForm): Map<string, string> {
  const nginx = 'nginx/conf.d/default.conf'
  return new Map([
    ['docker-compose.yml', makeCompose(form)],
    [nginx, readFileSync(join(shopDirectory, nginx), 'utf8')],
  ])
}

/** dray.yml for the server over SSH (`ssh`), or for the machine it runs on (`local`), with the tasks or without. */
export function makeDrayConfig({ withTasks }: { withTasks: boolean }): string {
  const tasks = `tasks:
  migrate: { service: backend, run: [npm, run, migrate], when: before }
  sync-manual: { service: backend, run: [npm, run, sync-manual], when: after }
`
  return `app: shop
registry: ghcr.io/acme
environments:
  ssh: { host: deploy@srv1, path: /srv/shop }
  local: { host: local }
${withTasks ? tasks : ''}probe: { url: http://localhost/api/health }
`
}

function makeCompose({ intervalSeconds, replicas, workers = 0, logLines, backendOnly }: AppForm): string {
  let text = readFileSync(join(shopDirectory, 'docker-compose.yml'), 'utf8')
  text = replaceOnce(text, 'interval: 10s', `interval: ${intervalSeconds}s`)
  const backend = text.slice(text.indexOf('  backend:\n'), text.indexOf('  frontend:\n'))
  const copies = workerNames(workers).map((name) => replaceOnce(backend, '  backend:', `  ${name}:`))
  if (replicas !== undefined) {
    text = replaceOnce(text, '  backend:\n', `  backend:\n    deploy: { replicas: ${replicas} }\n`)
  }
  if (backendOnly === true) {
    text = replaceOnce(text, 'shop-frontend:${IMAGE_TAG:-latest}', 'shop-frontend:v1')
  }
  if (logLines !== undefined) copies.push(makeChatter(logLines))
  return replaceOnce(text, 'services:\n', `services:\n${copies.join('')}`)
}

/** The services that a new version changes. */
export function ownServices({ workers = 0, backendOnly }: AppForm): string[] {
  return ['backend', ...(backendOnly === true ? [] : ['frontend']), ...workerNames(workers)]
}

/** A service whose lines look like those of an access log, each after its number. */
function makeChatter(lines: number): string {
  const script = `seq ${lines} | sed 's|$| 192.0.2.7 GET /api/items?page=3 200 4810 Mozilla/5.0|'; exec sleep infinity`
  return `  chatter:
    image: ghcr.io/acme/shop-backend:v1
    command: ["sh", "-c", ${JSON.stringify(script)}]
    healthcheck: { test: ["CMD", "true"], interval: 1s }
    stop_grace_period: 0s
`
}

function workerNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `worker-${index + 1}`)
}

function replaceOnce(text: string, old: string, fresh: string): string {
  if (text.split(old).length !== 2)
    throw new Error(`examples/shop/docker-compose.yml has not one \`${old}\`.`)
  return text.replace(old, () => fresh)
}
