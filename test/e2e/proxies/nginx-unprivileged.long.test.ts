import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { proxyContract } from './support/proxy-contract.ts'

const net = attachTestNet()

/** As in nginx-unprivileged: everything that nginx writes is where any user may write. */
const configuration = `pid /tmp/nginx.pid;
error_log /dev/stderr notice;
events {}
http {
    access_log off;
    client_body_temp_path /tmp/client;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    server { listen 8080; location / { proxy_pass http://backend:8000; } }
}
`

proxyContract({
  name: 'nginx-unprivileged',
  net,
  port: 8105,
  services: `
  web:
    image: ghcr.io/acme/nginx-unprivileged:v3
    restart: unless-stopped
    user: "101"
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    ports: ["8105:8080"]
    depends_on: [backend]
`,
  images: [
    {
      name: 'nginx-unprivileged',
      from: { repository: 'library/nginx', tag: 'alpine' },
      files: { '/etc/nginx/nginx.conf': configuration },
    },
  ],
  proxies: [{ service: 'web', kind: 'nginx' }],
})
