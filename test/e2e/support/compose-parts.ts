type Parts = {
  /** Where the proxy is published. */
  port: number
  /** More keys of the backend, as indented YAML lines. */
  backend?: string
  /** More services, as indented YAML. */
  more?: string
  /** In place of the directory with nginx's configuration. */
  proxyMount?: string
}

/** A small compose file with what a test is about put in: backend, frontend, and nginx in front. */
export function composeWith({ port, backend = '', more = '', proxyMount }: Parts): string {
  return `services:
  backend:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 3s
      retries: 7
${backend}
  frontend:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-frontend:\${IMAGE_TAG:-latest}
    restart: unless-stopped

  nginx:
    image: nginx:alpine
    restart: unless-stopped
    ports: ["${port}:80"]
    volumes: ["${proxyMount ?? './nginx/conf.d:/etc/nginx/conf.d:ro'}"]
    depends_on: [frontend, backend]

${more}`
}

/** The sample app's configuration of nginx, with a header that names the configuration. */
export function nginxConf(name: string): string {
  return `server {
    listen 80;
    add_header x-configuration ${name} always;

    location /api {
        proxy_pass http://backend:8000;
    }

    location / {
        proxy_pass http://frontend:3000;
    }
}
`
}
