/** The specification's example, with `<org>` and `app-name` filled in, and its port where it is not 80. */
export function specCompose(port = 80): string {
  return `services:
  backend:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 10s
      timeout: 5s
      retries: 5

  frontend:
    image: ghcr.io/\${REGISTRY_OWNER:-acme}/shop-frontend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    depends_on:
      - backend

  nginx:
    image: nginx:alpine
    restart: unless-stopped
    ports:
      - "${port}:80"
    volumes:
      - ./nginx/conf.d:/etc/nginx/conf.d:ro
    depends_on:
      - frontend
      - backend
`
}
