import { expect, test } from 'vitest'
import { checkRepository } from '../../../src/check/check-repository.ts'
import { check } from '../../support/run-check.ts'

/** The severity of each finding of a code. */
function severities(code: string, files: Record<string, string>): string[] {
  return check(files)
    .filter((it) => it.code === code)
    .map(({ severity }) => severity)
}

const step = (run: string): Record<string, string> => ({
  '.github/workflows/deploy.yml': `on: push\njobs:\n  a:\n    steps:\n      - run: |\n          ${run}\n`,
})

test.each<[string, Record<string, string>, string[]]>([
  ['a token in a deploy script', { 'deploy.sh': 'echo "$API_TOKEN"\n' }, ['error']],
  ['a variable in a workflow', step('echo "$API_TOKEN"'), ['error']],
  [
    'a script that a workflow calls',
    { ...step('./ops/put.sh'), 'ops/put.sh': 'echo "$API_TOKEN"\n' },
    ['error'],
  ],
  ['a script that nothing calls', { 'tools/hello.sh': 'echo "$API_TOKEN"\n' }, ['warning']],
  ['a part of a token', { 'deploy.sh': 'echo "${API_TOKEN:0:20}…"\n' }, ['warning']],
  ['a secret that GitHub masks', step('echo "${{ secrets.API_TOKEN }}"'), ['warning']],
  ['a host that is kept as a secret', step('echo "http://${{ secrets.SSH_HOST }}"'), []],
  ['the length of a token', { 'deploy.sh': 'echo "${#API_TOKEN}"\n' }, []],
])('what prints %s', (_, files, expected) => {
  expect(severities('TOKEN_PRINTED', files)).toEqual(expected)
})

const database = 'services:\n  db:\n    image: postgres:17\n    ports: ["5432:5432"]\n'
const production = 'services:\n  app:\n    image: ghcr.io/acme/shop:${IMAGE_TAG}\n'

test.each<[string, Record<string, string>, string[]]>([
  ['alone', { 'docker-compose.yml': database }, ['error']],
  ['for production', { 'docker-compose.prod.yml': database }, ['error']],
  [
    'beside one for production',
    { 'docker-compose.yml': database, 'docker-compose.prod.yml': production },
    [],
  ],
  ['above one for production', { 'docker-compose.yml': database, 'deploy/compose.yml': production }, []],
  ['below one for production', { 'api/compose.yml': database, 'docker-compose.prod.yml': production }, []],
  [
    'of another name beside one for production',
    { 'docker-compose.db.yml': database, 'docker-compose.prod.yml': production },
    ['warning'],
  ],
  [
    'of another name that a workflow starts',
    {
      'docker-compose.db.yml': database,
      'docker-compose.prod.yml': production,
      ...step("ssh shop 'docker compose -f docker-compose.db.yml up -d'"),
    },
    ['error'],
  ],
])('an open database in a file %s', (_, files, expected) => {
  expect(severities('PORT_OPEN', files)).toEqual(expected)
})

test.each([
  ['on: push', 'environment: live', ['warning']],
  ['on: push', 'runs-on: x', ['error']],
  ['on: { push: { branches: ["**"] } }', 'runs-on: x', ['error']],
  ['on: { push: { paths: [src] } }', 'runs-on: x', ['error']],
  ['on: { push: { tags: ["v*"] } }', 'runs-on: x', []],
  ['on: workflow_dispatch', 'runs-on: x', []],
  ['on: push', "if: github.ref == 'refs/heads/main'", []],
])('a deploy with `%s` and `%s`', (on, setting, expected) => {
  const text = `${on}\njobs:\n  deploy:\n    ${setting}\n    steps: [{ run: ssh shop ./deploy.sh }]\n`
  expect(severities('DEPLOY_EVERY_BRANCH', { '.github/workflows/deploy.yml': text })).toEqual(expected)
})

const found = (code: string, files: Record<string, string>): string[] =>
  check(files)
    .filter((it) => it.code === code)
    .map(({ message }) => message)

test.each([
  ['uses: actions/checkout@master', 1],
  ['uses: actions/checkout@v5', 0],
  ['uses: acme/tool@v1', 1],
])('an action by `%s`', (uses, count) => {
  const text = `on: push\njobs:\n  a:\n    steps:\n      - ${uses}\n`
  expect(found('ACTION_UNPINNED', { '.github/workflows/a.yml': text })).toHaveLength(count)
})

test('a file that git ignores, or that another build context has, is not missing', () => {
  const files = {
    'web/Dockerfile':
      'FROM nginx:1.28\nCOPY dist /usr/share/nginx/html\nCOPY web/a.conf /etc/\nCOPY --from=x y z\n',
    'web/a.conf': '',
    '.gitignore': 'dist\n',
  }
  expect(found('COPY_MISSING', files)).toEqual([])
})

test('outside of git, no file is known to be missing', () => {
  const files = { Dockerfile: 'FROM node:22\nCOPY a b\n' }
  expect(checkRepository({ files }).map(({ code }) => code)).not.toContain('COPY_MISSING')
})

test.each([
  ['image: ghcr.io/acme/db:1', 0],
  ['image: mysql:8', 1],
  ['image: mysql:8\n    healthcheck: { disable: true }', 1],
  ['image: mysql:8\n    healthcheck: { test: [CMD, x] }', 0],
])('a service waits for the health of one with `%s`', (setting, count) => {
  const text = `services:\n  app:\n    image: x\n    depends_on: { db: { condition: service_healthy } }\n  db:\n    ${setting}\n`
  expect(found('DEPENDENCY_UNCHECKED', { 'compose.yaml': text })).toHaveLength(count)
})

test('a dependency that is not required may be absent', () => {
  const text =
    'services:\n  app:\n    image: x\n    depends_on: { db: { condition: service_started, required: false } }\n'
  expect(found('DEPENDENCY_UNKNOWN', { 'compose.yaml': text })).toEqual([])
})

test.each([
  ['postgres://shop:hunter2@db/shop', 1],
  ['postgres://shop:${DB_PASSWORD}@db/shop', 0],
  ['postgres://shop@db/shop', 0],
])('a password in the URL %s', (url, count) => {
  const text = `services:\n  app:\n    image: x\n    environment: { DB: "${url}" }\n`
  const findings = check({ 'compose.yaml': text }).filter(({ code }) => code === 'SECRET_IN_COMPOSE')
  expect(findings).toHaveLength(count)
  for (const { sourceLine } of findings) expect(sourceLine).not.toContain('hunter2')
})

test.each([
  ['server {\n  listen 80\n  server_name a;\n}\n', 'The directive `listen` does not end with `;`.'],
  ['server {\n  listen 80\n}\n', 'The directive `listen` does not end with `;`.'],
  ['server {\n  listen 80;\n', 'The block `server` has no `}`.'],
  ['server {\n  listen 80;\n}\n}\n', 'This `}` closes no block.'],
])('nginx refuses %j', (text, message) => {
  expect(found('NGINX_SYNTAX', { 'nginx/a.conf': text })).toEqual([message])
})

test.each([
  'log_format main "$remote_addr"\n  "$status";\nserver { server_name a\n  b; }\n',
  'map $http_upgrade $connection { default upgrade; "" close; }\n',
  '{% for x in y %} server { listen {{ x }} }\n',
  'server { location ~ "^/\\d{2}$" { return 204; } } # }\n',
  'server { listen ${PORT}; }\n',
])('nginx takes %j', (text) => {
  expect(found('NGINX_SYNTAX', { 'nginx/a.conf': text })).toEqual([])
})

test.each([
  ['#!/bin/bash -x\necho "$API_TOKEN" | docker login x --password-stdin\n', 1],
  ['set -x\ndocker login -u a -p b\n', 1],
  ['set -o xtrace\nsshpass -p x ssh shop uptime\n', 1],
  ['set -x\necho hello\n', 0],
])('a traced script: %j', (text, count) => {
  expect(found('SHELL_TRACED', { 'deploy.sh': text })).toHaveLength(count)
})

test.each([
  ['docker push acme/shop:v1', 'docker.io'],
  ['docker push registry.example.com/shop:v1', 'registry.example.com'],
])('%s needs a login', (run, registry) => {
  expect(found('LOGIN_MISSING', step(run))).toEqual([
    `The job \`a\` pushes to ${registry}, but no earlier step logs in.`,
  ])
  expect(
    found(
      'LOGIN_MISSING',
      step(run.replace(registry, 'localhost:5000').replace('push acme', 'push localhost:5000/acme')),
    ),
  ).toEqual([])
})
