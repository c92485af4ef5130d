import { expect, test } from 'vitest'
import { check, show } from '../../support/run-check.ts'

/** Findings of one code in a repository. */
function find(code: string, files: Record<string, string>): string[] {
  return check(files)
    .filter((it) => it.code === code)
    .map(({ message }) => message)
}

test.each([
  ['a variable with a default', 'postgres', 'ports: ["${DB_PORT:-5432}:5432"]', 'port 5432'],
  ['the long form', 'mysql', 'ports: [{ target: 3306, published: "3306" }]', 'port 3306'],
  ['a range', 'redis', 'ports: ["6370-6380:6370-6380"]', 'on ports 6370-6380 of'],
  ['all addresses of IPv6', 'redis', 'ports: ["[::]:6390:6379"]', 'port 6390'],
  ['a port that Docker chooses', 'mongo', 'ports: ["27017"]', 'a random port'],
  ['another store', 'mcr.microsoft.com/mssql/server', 'ports: ["1433:1433"]', 'port 1433'],
  ['the network of the server', 'redis', 'network_mode: host', 'port 6379'],
])('a database is open by %s', (_, image, setting, port) => {
  const files = { 'compose.yaml': `services:\n  db:\n    image: ${image}:1\n    ${setting}\n` }
  const [message, ...others] = find('PORT_OPEN', files)
  expect(message).toContain(port)
  expect(others).toEqual([])
})

test.each([
  [
    'an address of the server only',
    'redis',
    'ports: [{ target: 6379, published: "6379", host_ip: 127.0.0.1 }]',
  ],
  ['the same of IPv6', 'redis', 'ports: ["[::1]:6391:6379"]'],
  ['the same with a port that Docker chooses', 'mongo', 'ports: ["127.0.0.1::27017"]'],
  ['an address that a variable has', 'mongo', 'ports: ["${BIND:-127.0.0.1}:27017:27017"]'],
  ['UDP, which the database does not use', 'redis', 'ports: ["6379:6379/udp"]'],
  ['a range without its port', 'redis', 'ports: ["6380-6390:6380-6390"]'],
  ['a tool for it in the network of the server', 'mongo-express', 'network_mode: host'],
])('a database is not open by %s', (_, image, setting) => {
  const files = { 'compose.yaml': `services:\n  db:\n    image: ${image}:1\n    ${setting}\n` }
  expect(find('PORT_OPEN', files)).toEqual([])
})

const overlay = `x-ops: &ops { restart: always, logging: { driver: local } }
services:
  db:
    <<: *ops
    ports: !reset []
  app:
    <<: *ops
    container_name: !reset null
    ports: !reset null
    environment: !override { DB_PASSWORD: "\${DB_PASSWORD:?}" }
    healthcheck: { test: [CMD, /app, health] }
  mail: !reset null
`
const base = `services:
  db:
    image: postgres:17
    ports: ["5432:5432"]
    volumes: [db:/var/lib/postgresql/data]
  app:
    image: ghcr.io/acme/app:\${IMAGE_TAG:-latest}
    container_name: app
    ports: ["8000:8000"]
    environment: { DB_PASSWORD: example }
  mail:
    image: mailhog/mailhog:latest
    ports: ["1025:1025"]
volumes: { db: }
`
const config = `registry: ghcr.io/acme
environments:
  production: { host: deploy@shop.example.com, tag: version, compose: [docker-compose.yml, prod.yml] }
`

test('what a later file resets is not there', () => {
  const files = {
    'docker-compose.yml': base,
    'prod.yml': overlay,
    'dray.yml': config,
    '.env.example': 'A=\n',
  }
  expect(show(check(files))).toEqual([])
})

test('services of an included file are known', () => {
  const files = {
    'compose.yaml': 'include: [{ path: ops/metrics.yml }]\nservices:\n  web: { image: nginx:1 }\n',
    'ops/metrics.yml': 'services:\n  metrics: { image: prom/prometheus:v3.5.0 }\n',
    'dray.yml': 'environments: { live: { host: a@b } }\nservices: { metrics: { rollout: recreate } }\n',
  }
  expect(find('DRAY_SERVICE_UNKNOWN', files)).toEqual([])
})

test('a template of nginx is read with the variables of its container', () => {
  const template = `server {
    location /api { proxy_pass http://\${API_HOST}:8000; }
    location /v1/ { proxy_pass http://backend:8000/\${API_PREFIX}/; }
    location /old/ { proxy_pass http://\${OLD_HOST}:8000; }
    location /legacy/ { proxy_pass http://\${GONE_HOST}:\${PORT}/; }
    location /live/ { proxy_pass http://backend:8000$request_uri; }
}
`
  const files = {
    'compose.yaml': `services:
  backend: { image: "ghcr.io/acme/backend:\${IMAGE_TAG}" }
  nginx:
    image: nginx:1.28
    environment: { API_HOST: backend, API_PREFIX: v1, GONE_HOST: "\${GONE:-backendd}" }
    volumes: ["./nginx/templates:/etc/nginx/templates:ro"]
`,
    'nginx/templates/default.conf.template': template,
    'dray.yml': 'environments: { live: { host: a@b } }\n',
  }
  const found = check(files).filter(({ code }) => code.startsWith('NGINX'))
  expect(found.map(({ line, code }) => `${line} ${code}`)).toEqual(['5 NGINX_UNKNOWN_HOST'])
})

test.each(['secrets.github_token', "Secrets['GITHUB_TOKEN']", 'github.Token'])(
  'the token of the job is %s',
  (token) => {
    const text = `on: push
permissions: { contents: read }
jobs:
  build:
    steps:
      - uses: docker/login-action@v3
        with: { registry: ghcr.io, password: "\${{ ${token} }}" }
      - run: docker push ghcr.io/acme/shop:v1
`
    expect(find('PERMISSION_MISSING', { '.github/workflows/build.yml': text })).toHaveLength(1)
  },
)
