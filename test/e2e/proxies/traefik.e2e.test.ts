import { beforeAll } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()
beforeAll(() => pushFieldImages(net.registry.pushHost))

proxyContract({
  name: 'traefik',
  net,
  port: 8107,
  backend: `
    labels:
      traefik.enable: "true"
      traefik.http.routers.backend.rule: PathPrefix(\`/\`)
      traefik.http.services.backend.loadbalancer.server.port: "8000"
`,
  services: `
  web:
    image: traefik:v3.3
    command: ["--providers.docker=true", "--providers.docker.exposedbydefault=false", "--entrypoints.web.address=:80"]
    restart: unless-stopped
    ports: ["8107:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`,
  proxies: [{ service: 'web', kind: 'traefik' }],
})
