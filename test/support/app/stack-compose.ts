/**
 * The sample app as Compose and as Swarm run it: a kernel without IPVS has no virtual addresses, so that the services answer with
 * the addresses of their tasks, and the proxy publishes its port on its node. It asks for the addresses every second, and tries
 * another task when one does not answer.
 */
export function stackCompose({ proxyNode, replicas = 2 }: { proxyNode: string; replicas?: number }): string {
  return `services:
  backend:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 1s
      timeout: 5s
      retries: 4
    deploy:
      replicas: ${replicas}
      endpoint_mode: dnsrr
      update_config: { monitor: 1s }

  nginx:
    image: nginx:alpine
    restart: unless-stopped
    ports:
      - { target: 80, published: 80, mode: host }
    configs:
      - { source: site, target: /etc/nginx/conf.d/default.conf }
    depends_on:
      - backend
    deploy:
      endpoint_mode: dnsrr
      placement: { constraints: ["node.hostname == ${proxyNode}"] }

configs:
  site: { file: ./nginx/stack.conf }
`
}

export const stackSite = `server {
    listen 80;
    resolver 127.0.0.11 valid=1s;
    set $backend backend;
    proxy_connect_timeout 1s;
    proxy_next_upstream error timeout non_idempotent;
    location / { proxy_pass http://$backend:8000; }
}
`
