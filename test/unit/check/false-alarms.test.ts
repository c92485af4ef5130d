import { expect, test } from 'vitest'
import { check } from '../../support/run-check.ts'

/** A compose file with the one service `app`. */
function compose(...lines: readonly string[]): string {
  return `services:\n  app:\n${lines.map((line) => `    ${line}\n`).join('')}`
}

/** A workflow with one step. */
function workflow(...lines: readonly string[]): string {
  return `on: push\njobs:\n  build:\n    steps:\n      - ${lines.join('\n        ')}\n`
}

/** Text of real repositories that looks like a mistake but is correct: no finding of the code. */
test.each<[string, string, Record<string, string>]>([
  [
    'an overlay says only what it changes',
    'RESTART_MISSING',
    {
      'docker-compose.yml': 'services:\n  app:\n    image: ghcr.io/acme/shop:v1\n    restart: always\n',
      'compose.release.yml': 'services:\n  app:\n    image: ghcr.io/acme/shop:v2\n',
    },
  ],
  [
    'dray publishes the port with `front`',
    'NOT_ROLLABLE',
    {
      'docker-compose.yml': compose('image: ghcr.io/acme/shop:v1', 'ports: ["80:8000"]'),
      'dray.yml': 'registry: ghcr.io/acme\nenvironments:\n  production: { host: a@b, front: true }\n',
    },
  ],
  [
    'a placeholder for a key is no key',
    'ENV_EXAMPLE_SECRET',
    { '.env.example': 'KEY="-----BEGIN PRIVATE KEY-----\\n..."\n' },
  ],
  [
    'a base image with a version of its own comes from elsewhere',
    'IMAGE_NOT_PUSHED',
    {
      '.github/workflows/build.yml':
        'on: push\njobs:\n  build:\n    steps:\n      - run: docker push ghcr.io/acme/shop:v1\n',
      'docker-compose.yml': 'services:\n  db:\n    image: ghcr.io/acme/postgres:15.13\n',
    },
  ],
  [
    'an image that is built on the spot has a local name',
    'IMAGE_LATEST',
    { 'docker-compose.yml': 'services:\n  app:\n    image: shop-dev\n    build: .\n' },
  ],
  [
    'a job that merges manifests needs its permission',
    'PERMISSION_WIDE',
    {
      '.github/workflows/build.yml':
        'on: push\npermissions:\n  packages: write\njobs:\n  build:\n    steps:\n      - run: docker push ghcr.io/acme/shop:v1\n  merge:\n    steps:\n      - run: docker buildx imagetools create ghcr.io/acme/shop:v1\n',
    },
  ],
  ['a script of tests may print', 'TOKEN_PRINTED', { 'backend/tests/e2e.sh': 'echo "$USER_TOKEN"\n' }],
  [
    'a default compose file that builds is for work on the app, beside one for production',
    'PORT_OPEN',
    {
      'docker-compose.yml': `${compose('build: .')}  db:\n    image: postgres:17\n    ports: ["5432:5432"]\n`,
      'docker-compose.prod.yml': compose('image: ghcr.io/acme/shop:${IMAGE_TAG}', 'restart: always'),
    },
  ],
  [
    'what a file for production adds, its base need not have',
    'RESTART_MISSING',
    {
      'docker-compose.yml': compose('image: ghcr.io/acme/shop:${IMAGE_TAG}', 'expose: [8000]'),
      'docker-compose.prod.yml': compose('restart: always'),
    },
  ],
  [
    'two whole files with the same services are two apps',
    'PORT_OPEN',
    {
      'compose.yaml': `${compose('build: .', 'volumes: [".:/app"]')}  db:\n    image: mysql:8\n    ports: ["3306:3306"]\n`,
      'compose-prod.yaml': `${compose('image: ghcr.io/acme/shop:${IMAGE_TAG}', 'restart: always')}  db:\n    image: mysql:8\n    volumes: ["db:/var/lib/mysql"]\n`,
    },
  ],
  [
    'a merge key brings what its anchor has',
    'RESTART_MISSING',
    {
      'docker-compose.yml': `x-all: &all\n  restart: always\n${compose('<<: *all', 'image: nginx:1.28')}`,
    },
  ],
  [
    'a path with braces is a template of another tool',
    'YAML_INVALID',
    { '{{cookiecutter.slug}}/docker-compose.yml': 'services:\n  {{ name }}: {% if x %}{}{% endif %}\n' },
  ],
  [
    'what runs once need not come back',
    'RESTART_MISSING',
    { 'docker-compose.yml': compose('image: acme/frontend:1', 'command: cp -r /app/build/. /static/') },
  ],
  [
    'what is named for its one task need not come back',
    'RESTART_MISSING',
    { 'docker-compose.yml': 'services:\n  minio-setup:\n    image: minio/mc:1\n' },
  ],
  [
    'a default may bind a port to the server alone',
    'PORT_OPEN',
    { 'docker-compose.yml': compose('image: mysql:8', 'ports: ["${SQL_PORT:-127.0.0.1:13306}:3306"]') },
  ],
  [
    'a value that an overlay resets is no secret',
    'SECRET_IN_COMPOSE',
    { 'docker-compose.yml': compose('image: mysql:8', 'environment:', '  MYSQL_ROOT_PASSWORD: !reset null') },
  ],
  [
    'a variable may bring the tag',
    'IMAGE_LATEST',
    { 'docker-compose.yml': compose('build: .', 'image: ghcr.io/acme/hub${HUB_REF:-:latest}') },
  ],
  [
    'a stage that only builds leaves nothing but what is copied out of it',
    'ENV_IN_IMAGE',
    {
      '.gitignore': '.env\n',
      Dockerfile:
        'FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN make\nFROM scratch\nCOPY --from=build /src/shop /shop\n',
    },
  ],
  [
    'where nobody keeps a .env, none is copied',
    'ENV_IN_IMAGE',
    { 'vote/Dockerfile': 'FROM python:3.13\nCOPY . .\n' },
  ],
  [
    'a Dockerfile for work on the app makes no image that is pushed',
    'ENV_IN_IMAGE',
    { '.gitignore': '.env\n', 'Dockerfile.dev': 'FROM node:22\nCOPY . .\n' },
  ],
  [
    'an image of a server exposes its port already',
    'HEALTH_CHECK_MISSING',
    {
      'docker-compose.yml': compose('build: .'),
      Dockerfile: 'FROM nginx:1.28\nCOPY site.conf /etc/nginx/\n',
    },
  ],
  [
    'a worker takes no requests',
    'HEALTH_CHECK_MISSING',
    { 'docker-compose.yml': 'services:\n  celery-worker:\n    build: .\n', Dockerfile: 'FROM python:3.13\n' },
  ],
  [
    'a file that is mounted may name the port',
    'NGINX_WRONG_PORT',
    {
      Dockerfile: 'FROM node:22\nEXPOSE 8000\n',
      'nginx/default.conf': 'server { location / { proxy_pass http://app:8541; } }\n',
      'docker-compose.yml': `${compose('build: .', 'volumes: ["./shop.toml:/shop.toml"]')}  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx/conf.d"]\n`,
    },
  ],
  [
    'a .gitignore may say that a .env is meant to be there',
    'ENV_TRACKED',
    { '.env': '', '.gitignore': '!.env\n' },
  ],
  [
    'a .env that git tracks gives what it has',
    'VARIABLE_UNKNOWN',
    {
      '.env': '',
      '.env.local.example': 'TOKEN=\n',
      'docker-compose.yml': compose('image: mysql:${MYSQL_VERSION}'),
    },
  ],
  [
    'files that git tracks are no .env that somebody has to write',
    'ENV_EXAMPLE_MISSING',
    { 'env/app.env': '', 'docker-compose.yml': compose('image: acme/shop:1', 'env_file: env/app.env') },
  ],
  [
    'the key of a documentation opens nothing',
    'ENV_EXAMPLE_SECRET',
    { 'scripts/usage.sh': `echo "login ${['AKIA', 'IOSFODNN7EXAMPLE'].join('')}"\n` },
  ],
  [
    'the name of a repository holds no command',
    'EXPRESSION_IN_SCRIPT',
    {
      '.github/workflows/ci.yml': workflow(
        'run: echo "${{ github.event.pull_request.head.repo.full_name }} ${{ github.event.release.tag_name }}"',
      ),
    },
  ],
  [
    'images that nothing here deploys are for others to pull',
    'IMAGE_NOT_PULLED',
    {
      '.github/workflows/ci.yml': workflow('run: docker push ghcr.io/acme/shop-edge:1'),
      'docker-compose.yml': compose('image: ghcr.io/acme/shop:1'),
    },
  ],
  [
    'GitHub itself needs no pin',
    'ACTION_UNPINNED',
    { '.github/workflows/ci.yml': workflow('uses: actions/checkout@v7') },
  ],
  [
    'whether a secret is set may be told',
    'TOKEN_PRINTED',
    { 'run.sh': `echo "API_SECRET: $([ -n "\${API_SECRET:-}" ] && printf set) \${API_TOKEN:+is there}"\n` },
  ],
  [
    'an installer tells what it made up',
    'TOKEN_PRINTED',
    { 'install.sh': 'echo "Generated password: $PASSWORD"\n' },
  ],
  [
    'in a quoted here-document nothing is filled in',
    'TOKEN_IN_FILE',
    { 'setup.sh': `cat > deploy.sh <<'END'\ndocker login -p "$TOKEN"\nEND\n` },
  ],
  [
    'a script that is run on a server writes the .env of it',
    'TOKEN_IN_FILE',
    { 'setup.sh': 'echo "SECRET_KEY=$SECRET_KEY" >> ./api/.env\n' },
  ],
  [
    'to stop the app is no deploy',
    'COMPOSE_DOWN',
    { 'release.sh': 'stop() {\n  docker compose down\n}\nstart() {\n  docker compose up -d\n}\n' },
  ],
  [
    'one server after another is no release of a repository',
    'RSYNC_DELETES',
    { 'standby.sh': 'rsync -a --delete "$DATA/" root@$STANDBY:"$DATA"\n' },
  ],
])('%s (%s)', (_, code, files) => {
  expect(check(files).filter((finding) => finding.code === code)).toEqual([])
})

test('an invalid YAML file is reported once', () => {
  const findings = check({ 'docker-compose.yml': 'services: {{ a }}\n  {{ b }}: {}\n  c: [\n' })
  expect(findings.filter(({ code }) => code === 'YAML_INVALID')).toHaveLength(1)
})
