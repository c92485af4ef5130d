import { expect, test } from 'vitest'
import { check } from '../../support/run-check.ts'

/** The codes of what a workflow with these steps gets, but those of its actions. */
function codesOf(...steps: readonly string[]): string[] {
  const text = `on: { push: { branches: [main] } }\njobs:\n  deploy:\n    concurrency: { group: live, cancel-in-progress: false }\n    steps:\n${steps.join('')}`
  return check({ '.github/workflows/deploy.yml': text })
    .map(({ code }) => code)
    .filter((code) => code !== 'ACTION_UNPINNED')
}

function onServer(...commands: readonly string[]): string {
  const script = commands.map((command) => `            ${command}\n`).join('')
  return `      - uses: appleboy/ssh-action@v1\n        with:\n          script: |\n${script}`
}

test('the script of an SSH action is a deploy script', () => {
  const step = onServer(
    'echo "$TOKEN" | docker login ghcr.io -u acme --password-stdin',
    'docker compose pull',
    'docker compose down',
    'docker compose up -d',
    'docker image prune -af',
  )
  expect(codesOf(step)).toEqual(['LOGIN_KEPT', 'COMPOSE_DOWN', 'PRUNE_ALL_IMAGES'])
})

test('nothing is wrong with one that keeps the app up and leaves no login', () => {
  const step = onServer(
    'trap "docker logout ghcr.io" EXIT',
    'echo "$TOKEN" | docker login ghcr.io -u acme --password-stdin',
    'docker compose pull',
    'docker compose up -d',
    'docker image prune -f',
  )
  expect(codesOf(step)).toEqual([])
})

test('containers for tests on a runner are no deploy', () => {
  const step =
    '      - run: |\n          docker compose down\n          docker compose up -d\n          docker image prune -af\n'
  expect(codesOf(step)).toEqual([])
})

/** A step of a workflow with a script. */
function script(...commands: readonly string[]): string {
  return `      - run: |\n${commands.map((command) => `          ${command}\n`).join('')}`
}

/** What a deploy must not do, on a server that `docker` acts on. */
const harmful = (docker: string): string[] => [
  `${docker} compose down || true`,
  `${docker} system prune -af --volumes`,
  `${docker} volume rm $(docker volume ls -q)`,
  `${docker} compose up -d`,
]
const found = ['COMPOSE_DOWN', 'PRUNE_ALL_IMAGES', 'PRUNE_VOLUMES', 'PRUNE_VOLUMES']

test.each([
  ['a text for ssh', script(`ssh deploy@shop '${harmful('docker').join('; ')}'`)],
  ['words for ssh', script(...harmful('ssh deploy@shop docker'))],
  ['a here-document for ssh', script("ssh deploy@shop <<'END'", ...harmful('docker'), 'END')],
  ['a context', script(...harmful('docker --context shop'))],
  ['a host', script(...harmful('docker -H ssh://deploy@shop'))],
  [
    'a host in the environment',
    `${script(...harmful('docker'))}        env: { DOCKER_HOST: "ssh://deploy@shop" }\n`,
  ],
  ['a host that is exported', script('export DOCKER_HOST=ssh://deploy@shop', ...harmful('docker'))],
  ['a context that is chosen', script('docker context use shop', ...harmful('sudo docker'))],
])('what a workflow does on a server by %s is read', (_, step) => {
  expect(codesOf(step).sort()).toEqual(found)
})

test('so is what it does on a runner that is the server', () => {
  const text = `on: { push: { branches: [main] } }\njobs:\n  deploy:\n    runs-on: [self-hosted, shop]\n    concurrency: { group: live }\n    steps:\n${script(...harmful('docker'))}`
  expect(
    check({ '.github/workflows/deploy.yml': text })
      .map(({ code }) => code)
      .sort(),
  ).toEqual(found)
})

test.each([
  ['stop and remove', ['docker compose stop -t 5', 'docker compose rm -f', 'docker compose up -d'], 1],
  ['one service', ['docker compose stop worker', 'docker compose up -d'], 0],
  ['every container', ['docker rm -f $(docker ps -aq)', 'docker compose up -d'], 1],
  ['a stack', ['docker stack rm shop', 'docker stack deploy -c compose.yml shop'], 1],
  ['after the start', ['docker compose up -d', 'docker compose down'], 0],
  [
    'twice',
    ['docker compose down', 'docker compose up -d', 'docker compose down', 'docker compose up -d'],
    2,
  ],
])('to stop %s', (_, commands, count) => {
  const step = script("ssh shop <<'END'", ...commands, 'END')
  expect(codesOf(step).filter((code) => code === 'COMPOSE_DOWN')).toHaveLength(count)
})

test('a login for Docker on another host stays on the runner', () => {
  const login = 'echo "$TOKEN" | docker --context shop login ghcr.io -u acme --password-stdin'
  expect(codesOf(script(login, 'docker --context shop compose up -d'))).toEqual([])
})

test.each(['ssh shop "cat > /srv/.env" < file', 'printf x | ssh shop tee /srv/shop/.env'])(
  'a command on the server writes .env: %s',
  (command) => {
    expect(codesOf(script(command))).toEqual(['ENV_OVERWRITTEN'])
  },
)
