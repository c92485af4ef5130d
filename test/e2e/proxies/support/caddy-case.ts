import type { TestNet } from '../../../support/net/test-net.ts'
import type { ProxyCase } from './proxy-contract.ts'

/** Node closes an idle connection after 5 s, at which moment Caddy may send a POST on it: deploy or not. */
const sites = `:80 {
	reverse_proxy backend:8000 {
		transport http {
			keepalive 4s
		}
	}
}
`

/** Caddy of one tag in front of the backend, with a Caddyfile as its users write it; `global` are its global options. */
export function caddyCase(facts: {
  name: string
  net: TestNet
  port: number
  tag: string
  global?: string
}): ProxyCase {
  const { name, net, port, tag, global = '' } = facts
  return {
    name,
    net,
    port,
    services: `
  web:
    image: caddy:${tag}
    restart: unless-stopped
    ports: ["${port}:80"]
    volumes: ["./caddy:/etc/caddy:ro"]
    depends_on: [backend]
`,
    files: { 'caddy/Caddyfile': `${global}${sites}` },
    passesWebSockets: true,
    proxies: [{ service: 'web', kind: 'caddy' }],
  }
}
