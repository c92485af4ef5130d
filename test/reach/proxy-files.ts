import type { Shape } from './shape.ts'

/** A name that requests come in by, and where they go from there. */
export type Route = { host: string; to: string }

/** What the proxy's own pages answer, where it has some; the first route answers for every name else. */
export type OwnPages = { version: string }

export type NginxOptions = {
  routes: readonly Route[]
  listens: readonly number[]
  pages?: OwnPages
  /** nginx has a `resolver` and asks Docker's DNS while it runs. */
  asksDns?: boolean
}

/** nginx's configuration as its owner would write it: a server for each name, a plain `proxy_pass`. */
export function nginxConf({ routes, listens, pages, asksDns = false }: NginxOptions): string {
  const listen = (isDefault: boolean): string =>
    listens.map((port) => `    listen ${port}${isDefault ? ' default_server' : ''};\n`).join('')
  const own =
    pages === undefined
      ? ''
      : `server {
${listen(true)}
    location / {
        default_type application/json;
        add_header x-version ${pages.version} always;
        return 200 '{"version":"${pages.version}"}';
    }
}

`
  const servers = routes.map(
    ({ host, to }, index) => `server {
${listen(pages === undefined && index === 0)}    server_name ${host};

    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;

${asksDns ? `    resolver 127.0.0.11 valid=10s;\n` : ''}    location / {
${asksDns ? `        set $upstream http://${to};\n        proxy_pass $upstream;` : `        proxy_pass http://${to};`}
    }
}
`,
  )
  return own + servers.join('\n')
}

/** A Caddyfile as its owner would write it: `reverse_proxy name:port`. TLS is left out: no authority can be reached. */
export function caddyfile(routes: readonly Route[], listen: number, pages?: OwnPages): string {
  const own =
    pages === undefined
      ? ''
      : `:${listen} {
	header x-version ${pages.version}
	respond \`{"version":"${pages.version}"}\`
}

`
  const sites = routes.map(({ host, to }, index) => {
    const site = pages === undefined && index === 0 ? `:${listen}` : `http://${host}:${listen}`
    return `${site} {\n\treverse_proxy ${to}\n}\n`
  })
  return own + sites.join('\n')
}

/** What neither nginx nor Caddy reads. */
export const brokenConfiguration = 'no_such_directive on;\n'

/** Traefik's flags, for containers that name their routes by labels. */
export function traefikFlags(listen: number, withFile: boolean): string[] {
  return [
    '--providers.docker=true',
    '--providers.docker.exposedbydefault=false',
    `--entrypoints.web.address=:${listen}`,
    ...(withFile ? ['--providers.file.filename=/etc/traefik/dynamic.yml'] : []),
  ]
}

/** The same as a file; JSON is YAML. */
export function traefikYml(listen: number, withFile: boolean): string {
  return json({
    entryPoints: { web: { address: `:${listen}` } },
    providers: {
      docker: { exposedByDefault: false },
      ...(withFile && { file: { filename: '/etc/traefik/dynamic.yml' } }),
    },
  })
}

/** Routes in a file, for services without labels. */
export function traefikDynamic(routes: readonly Route[]): string {
  const name = ({ to }: Route): string => to.replace(/:.*/, '')
  return json({
    http: {
      routers: Object.fromEntries(
        routes.map((route) => [name(route), { rule: `Host(\`${route.host}\`)`, service: name(route) }]),
      ),
      services: Object.fromEntries(
        routes.map((route) => [name(route), { loadBalancer: { servers: [{ url: `http://${route.to}` }] } }]),
      ),
    },
  })
}

/** A service's own route, as labels. */
export function traefikLabels(name: string, host: string, port: number): Record<string, string> {
  return {
    'traefik.enable': 'true',
    [`traefik.http.routers.${name}.rule`]: `Host(\`${host}\`)`,
    [`traefik.http.routers.${name}.entrypoints`]: 'web',
    [`traefik.http.services.${name}.loadbalancer.server.port`]: String(port),
  }
}

/** The name that requests for a service of a shape come in by. */
export function hostOf(shape: Shape, service: string): string {
  return `${service}.${shape.id}.example.com`
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
