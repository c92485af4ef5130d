import { beforeAll } from 'vitest'
import { pushFieldImages } from '../../support/images/field/field-images.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()
beforeAll(() => pushFieldImages(net.registry.pushHost))

const configuration = `defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend http
    bind :8080
    default_backend api

backend api
    server api1 backend:8000 check inter 1s
`

proxyContract({
  name: 'haproxy',
  net,
  port: 8106,
  services: `
  web:
    image: haproxy:2.6
    restart: unless-stopped
    ports: ["8106:8080"]
    volumes: ["./haproxy:/usr/local/etc/haproxy:ro"]
    depends_on: [backend]
`,
  files: { 'haproxy/haproxy.cfg': configuration },
  passesWebSockets: true,
  proxies: [{ service: 'web', kind: 'haproxy' }],
})
