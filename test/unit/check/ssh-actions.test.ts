import { expect, test } from 'vitest'
import { check } from '../../support/run-check.ts'

/** The codes of what a workflow with these steps gets, but those of its actions. */
function codesOf(...steps: readonly string[]): string[] {
  const text = `on: push\njobs:\n  deploy:\n    concurrency: { group: live, cancel-in-progress: false }\n    steps:\n${steps.join('')}`
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
