import { attachTestNet } from '../../support/net/attach-test-net.ts'
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
