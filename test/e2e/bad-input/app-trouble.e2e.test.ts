import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { expectRefusal, type Refusal } from './support/expect-refusal.ts'
import { healthCheck, TrialApp, type Change } from './support/trial-app.ts'

const app = new TrialApp({ net: attachTestNet(), server: 'srv1', name: 'app-trouble', port: 8184 })
const compose = app.compose()
const composeFile = (text: string): Change => ({ files: { 'docker-compose.yml': text } })

beforeAll(() => app.start())
afterAll(() => app.remove())

test.each<[string, Change, Refusal]>([
  [
    'a key that Compose does not know',
    composeFile(`${compose}    prots: ['80:80']\n`),
    {
      code: 'COMPOSE_INVALID',
      exitCode: 2,
      says: /on deploy@srv1 rejected the compose file: .*services\.nginx additional properties 'prots' not allowed/,
      hint: '`docker compose config`',
    },
  ],
  [
    'a compose file that is not YAML',
    composeFile(`${compose}  worker: [\n`),
    {
      code: 'COMPOSE_INVALID',
      exitCode: 2,
      says: /docker-compose\.yml is not YAML: .* at line 13, column 1\./,
      hint: 'Correct the compose file',
    },
  ],
  [
    'a variable that the compose file demands and nobody gives',
    composeFile(compose.replace('${IMAGE_TAG}', '${RELEASE_NAME:?say which release}')),
    {
      code: 'COMPOSE_INVALID',
      exitCode: 2,
      says: /RELEASE_NAME .*say which release/,
      hint: 'Correct the compose file',
    },
  ],
  [
    'a file of variables that is not there, by the path that the user wrote',
    composeFile(compose.replace('env_file: .env', 'env_file: [.env, settings/app.vars]')),
    {
      code: 'COMPOSE_INVALID',
      exitCode: 2,
      says: /env file settings\/app\.vars not found/,
      hint: 'Correct the compose file',
    },
  ],
  [
    'a directory in the place of an env file',
    { files: { 'docker-compose.yml': compose.replace('env_file: .env', 'env_file: [.env, nginx]') } },
    { code: 'COMPOSE_INVALID', exitCode: 2, says: /nginx/, hint: 'Correct the compose file' },
  ],
  [
    'an image name in capitals',
    composeFile(compose.replace('/shop:', '/Shop:')),
    {
      code: 'IMAGE_INVALID',
      exitCode: 2,
      says: '`ghcr.io/acme/Shop:v1` is not an image reference: its repository has capital letters',
      hint: '`ghcr.io/acme/shop:v1`',
    },
  ],
  [
    'a service that is only built',
    composeFile(compose.replace(/image: ghcr\S+/, 'build: .')),
    { code: 'IMAGE_INVALID', exitCode: 2, says: 'Service app has no `image:`', hint: 'that CI pushes' },
  ],
  [
    'a task of a service that is not there',
    { tag: 'v2', config: 'tasks:\n  migrate: { service: bakend, run: [npm, run, migrate], when: before }\n' },
    {
      code: 'SERVICE_UNKNOWN',
      exitCode: 2,
      says: 'Service bakend (`tasks.migrate.service` in dray.yml)',
      hint: 'app, nginx',
    },
  ],
  [
    'settings of a service that is not there',
    { tag: 'v2', config: 'services:\n  ap: { rollout: recreate }\n' },
    { code: 'SERVICE_UNKNOWN', exitCode: 2, says: 'Service ap ', hint: 'app, nginx' },
  ],
  [
    'a proxy that is not there',
    { tag: 'v2', config: 'proxy: { service: ngnix }\n' },
    {
      code: 'SERVICE_UNKNOWN',
      exitCode: 2,
      says: 'Service ngnix (`proxy.service` in dray.yml)',
      hint: 'app, nginx',
    },
  ],
  [
    'a health check whose program is not in the image',
    { tag: 'v2-no-curl' },
    {
      code: 'HEALTHCHECK_BROKEN',
      exitCode: 1,
      says: /The health check of app cannot run in its image: `curl -f .*"curl": executable file not found[^]*Release r1 \(v1\) is serving, as before/,
      hint: 'Install the program in the image',
    },
  ],
  [
    'a health check with a typing mistake',
    { tag: 'v2', ...composeFile(app.compose(healthCheck('culr -f http://localhost:8000/api/health'))) },
    { code: 'HEALTHCHECK_BROKEN', exitCode: 1, says: '`culr -f http://', hint: 'use one that the image has' },
  ],
  [
    'a port of a new service that is taken on the server',
    { tag: 'v2', ...composeFile(`${compose}  mail:\n    image: nginx:alpine\n    ports: ['22:80']\n`) },
    {
      code: 'PORT_TAKEN',
      exitCode: 3,
      says: 'Port 22 of mail is already in use on deploy@srv1 by another process.',
      hint: "`sudo ss -ltnp 'sport = :22'`",
    },
  ],
  [
    'a proxy configuration that nginx refuses',
    {
      tag: 'v2',
      files: { 'nginx/default.conf': 'server { listen 80; location / { proxy_pas http://app:8000; } }\n' },
    },
    {
      code: 'PROXY_CONFIG_INVALID',
      exitCode: 1,
      says: /unknown directive "proxy_pas" in \/etc\/nginx\/conf\.d\/default\.conf:1[^]*Release r1 \(v1\) is serving, as before/,
      hint: 'Correct the file',
    },
  ],
])('reports %s, and the old release keeps serving', async (_, change, refusal) => {
  const before = await app.state()
  expectRefusal(await app.deploy(change), refusal)
  expect(await app.state()).toBe(before)
})
