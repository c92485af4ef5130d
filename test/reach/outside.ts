import type { TestServer } from '../support/net/server.ts'
import { addressIn, type Asked } from './layout.ts'
import { edgeNetwork } from './make-service.ts'
import type { MadeApp } from './make-app.ts'
import { caddyfile, hostOf, nginxConf, traefikFlags, type Route } from './proxy-files.ts'

/** The project of the proxy that several apps share, and its directory under /srv. */
export const edgeProject = 'edge'
export const edgeContainer = `${edgeProject}-proxy-1`
const edgePath = `/srv/${edgeProject}`
const caddyFile = '/etc/caddy/Caddyfile'
const nginxFile = '/etc/nginx/conf.d/app.conf'

/** The port of the proxy that is no part of the app: 80, where the app does not have that. */
export function outsidePort({ ports }: MadeApp): number {
  const taken = [...ports.values()].flat().map(({ published }) => published)
  return [80, 8088, 8089].find((port) => !taken.includes(port)) ?? 8090
}

/** What has to be there before the app can start: a network that another project's proxy is in, too. */
export async function prepareOutside(server: TestServer, { layout }: MadeApp): Promise<void> {
  if (layout.place === 'edge') await server.docker('network', 'create', edgeNetwork)
}

/** Starts the proxy that is no part of the app, on the host or in a project of its own. */
export async function startOutside(server: TestServer, app: MadeApp): Promise<void> {
  const { layout } = app
  if (layout.place === 'edge') await startEdge(server, app)
  if (layout.place !== 'host') return
  if (layout.family === 'caddy') await startHostCaddy(server, app)
  else await startHostNginx(server, app)
}

function routesOf({ shape, layout, ports }: MadeApp, place: 'host' | 'edge'): Route[] {
  const published = ({ service }: Asked): string => {
    const own = ports.get(service.name)?.find(({ protocol }) => protocol === 'tcp')
    const [, port = ''] = addressIn(shape, service).split(':')
    return `127.0.0.1:${own?.published ?? port}`
  }
  return layout.asked
    .filter(({ through }) => through[0] === place)
    .map((asked) => {
      const inside = layout.asked.find((it) => it.service.name === asked.through[1])
      return {
        host: hostOf(shape, asked.service.name),
        to: place === 'edge' ? addressIn(shape, asked.service) : published(inside ?? asked),
      }
    })
}

async function startEdge(server: TestServer, app: MadeApp): Promise<void> {
  const { family } = app.layout
  const routes = routesOf(app, 'edge')
  const port = outsidePort(app)
  const services: Record<typeof family, object> = {
    nginx: { image: 'nginx:alpine', volumes: ['./default.conf:/etc/nginx/conf.d/default.conf:ro'] },
    caddy: { image: 'caddy:2', volumes: ['./Caddyfile:/etc/caddy/Caddyfile:ro'] },
    traefik: {
      image: 'traefik:v3.3',
      command: traefikFlags(80, false),
      volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro'],
    },
    none: {},
  }
  const compose = {
    services: {
      proxy: {
        ...services[family],
        ports: [`${port}:80`],
        restart: 'unless-stopped',
        networks: [edgeNetwork],
      },
    },
    networks: { [edgeNetwork]: { external: true } },
  }
  await server.writeFile(`${edgePath}/docker-compose.yml`, JSON.stringify(compose))
  await server.writeFile(
    `${edgePath}/default.conf`,
    nginxConf({ routes, listens: [80], asksDns: app.shape.resolver_variable === true }),
  )
  await server.writeFile(`${edgePath}/Caddyfile`, caddyfile(routes, 80))
  await mustRun(server, `cd ${edgePath} && docker compose up -d`)
}

async function startHostNginx(server: TestServer, app: MadeApp): Promise<void> {
  const routes = routesOf(app, 'host')
  await server.writeFile(
    '/etc/nginx/nginx.conf',
    `user www-data;
worker_processes auto;
pid /run/host-nginx.pid;
events { worker_connections 768; }
http {
    access_log off;
    include /etc/nginx/conf.d/*.conf;
}
`,
  )
  await server.writeFile(nginxFile, nginxConf({ routes, listens: [outsidePort(app)] }))
  // The daemon keeps standard error open.
  const start = 'nginx 2>/var/log/nginx/start.log || { cat /var/log/nginx/start.log >&2; exit 1; }'
  await mustRun(server, `mkdir -p /var/log/nginx /var/lib/nginx && ${start}`)
}

async function startHostCaddy(server: TestServer, app: MadeApp): Promise<void> {
  await server.writeFile(caddyFile, caddyfile(routesOf(app, 'host'), outsidePort(app)))
  await mustRun(
    server,
    `setsid caddy run --config ${caddyFile} --adapter caddyfile >/var/log/caddy.log 2>&1 </dev/null &
     echo $! >/run/host-caddy.pid`,
  )
}

async function mustRun(server: TestServer, script: string): Promise<void> {
  const { exitCode, stderr } = await server.run(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`The proxy outside the app did not start: ${stderr}`)
}
