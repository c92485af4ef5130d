import type { TestNet } from '../../../support/net/test-net.ts'
import type { ProxyCase } from './proxy-contract.ts'

/** Caddy of one tag in front of the backend, with a Caddyfile as its users write it. */
export function caddyCase(facts: { name: string; net: TestNet; port: number; tag: string }): ProxyCase {
  const { name, net, port, tag } = facts
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
    files: { 'caddy/Caddyfile': ':80 {\n\treverse_proxy backend:8000\n}\n' },
    proxies: [{ service: 'web', kind: 'caddy' }],
  }
}
