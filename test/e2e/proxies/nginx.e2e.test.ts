import { expect, test } from 'vitest'
import { TestApp } from '../../support/app/test-app.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith } from '../support/compose-parts.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()
const nginx = { repository: 'library/nginx', tag: 'alpine' }

const proxyTo = (upstream: string, listen = 80): string => `server {
  listen ${listen};
  location / { proxy_pass http://${upstream}; }
  location /api/live {
    proxy_pass http://${upstream};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
  }
}
`

proxyContract({
  name: 'edge-and-inner',
  net,
  port: 8102,
  services: `
  inner:
    image: ghcr.io/acme/edge-and-inner:\${IMAGE_TAG:-latest}
    restart: unless-stopped
    depends_on: [backend]

  edge:
    image: nginx:alpine
    restart: unless-stopped
    ports: ["8102:80"]
    volumes: ["./nginx/edge:/etc/nginx/conf.d:ro"]
    depends_on: [inner]
`,
  files: { 'nginx/edge/default.conf': proxyTo('inner:8080') },
  images: [
    {
      name: 'edge-and-inner',
      from: nginx,
      files: { '/etc/nginx/conf.d/default.conf': proxyTo('backend:8000', 8080) },
    },
  ],
  passesWebSockets: true,
  proxies: [
    { service: 'inner', kind: 'nginx' },
    { service: 'edge', kind: 'nginx' },
  ],
})

test('an nginx that a deploy adds, beside a new backend, knows no address of the old one', async () => {
  const port = 8105
  const withProxy = composeWith({ port })
  const server = net.server('srv1')
  await using app = await TestApp.make({
    net,
    server,
    name: 'new-proxy',
    port,
    config: { probe: false },
    files: { 'docker-compose.yml': withProxy.slice(0, withProxy.indexOf('  nginx:')) },
  })
  await app.mustDeploy('v1')
  await app.writeSource({ 'docker-compose.yml': withProxy })
  await app.mustDeploy('v2')
  // The address of a stopped container gives no answer for three seconds.
  for (let count = 0; count < 20; count += 1) {
    const answer = await fetch(`http://${server.address}:${port}/api/version`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2_000),
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('v2')
  }
})
