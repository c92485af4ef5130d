import type { TestNet } from '../../../support/net/test-net.ts'
import type { ProxyCase } from './proxy-contract.ts'

/**
 * Caddy of one tag in front of the backend, with a Caddyfile as its users write it. The kernel hands connections over that
 * Caddy has not accepted when a reload closes its socket: on a busy machine some are in its queue at any time.
 */
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
    sysctls: { net.ipv4.tcp_migrate_req: 1 }
    volumes: ["./caddy:/etc/caddy:ro"]
    depends_on: [backend]
`,
    files: { 'caddy/Caddyfile': ':80 {\n\treverse_proxy backend:8000\n}\n' },
    proxies: [{ service: 'web', kind: 'caddy' }],
  }
}
