import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { check, show } from '../../support/run-check.ts'

const read = (name: string): Promise<string> =>
  readFile(new URL(`specification/${name}`, import.meta.url), 'utf8')

/** The setup that the specification describes, in files as a team would write them by hand. */
async function specification(): Promise<Record<string, string>> {
  const compose = await read('docker-compose.yml')
  return {
    '.github/workflows/deploy.yml': await read('deploy.yml'),
    '.github/workflows/deploy-production.yml': await read('deploy-production.yml'),
    'docker-compose.yml': compose,
    'docker-compose.production.yml': compose
      .replace(/ {2}frontend:[\s\S]*?\n\n/, '')
      .replace('  backend:', '  app:')
      .replace('app-name-backend', 'app-name')
      .replace('      - frontend\n      - backend', '      - app'),
    'deploy.sh': await read('deploy.sh'),
    'nginx/conf.d/default.conf': 'server {\n  location / {\n    proxy_pass http://frontend:3000;\n  }\n}\n',
    '.gitignore': '.env\n',
    '.env.example': 'DATABASE_URL=\n',
  }
}

test('findings in a hand-made setup after the specification', async () => {
  const files = await specification()
  const lines = show(check(files)).filter((line) => !line.includes('ACTION_UNPINNED'))
  expect(lines).toMatchInlineSnapshot(`
    [
      ".github/workflows/deploy-production.yml:6:3 warning DEPLOY_CONCURRENT Two runs of the job \`deploy\` can deploy at the same time.",
      ".github/workflows/deploy-production.yml:27:21 warning CACHE_EXPORT_FATAL If the cache service refuses the cache, the push of the image fails too.",
      ".github/workflows/deploy-production.yml:27:21 note CACHE_OF_TAG This workflow runs for tags: the cache it writes is never read again.",
      ".github/workflows/deploy.yml:6:3 warning DEPLOY_CONCURRENT Two runs of the job \`deploy\` can deploy at the same time.",
      ".github/workflows/deploy.yml:27:21 warning CACHE_EXPORT_FATAL If the cache service refuses the cache, the push of the image fails too.",
      ".github/workflows/deploy.yml:36:21 warning CACHE_EXPORT_FATAL If the cache service refuses the cache, the push of the image fails too.",
      ".github/workflows/deploy.yml:38:17 warning TOKEN_IN_FILE A secret is written to \`.env.deploy\`.",
      "deploy.sh:1:1 warning SCRIPT_GOES_ON deploy.sh continues after a command fails.",
      "deploy.sh:14:3 warning PRUNE_ALL_IMAGES This command deletes the images that a rollback needs.",
      "deploy.sh:14:27 error PRUNE_VOLUMES This command deletes the volumes of every app on the server that no container uses at the moment.",
      "deploy.sh:17:24 warning LOGIN_KEPT The token of this login stays in \`~/.docker/config.json\` on the server.",
      "docker-compose.production.yml:2:3 note LOGS_UNLIMITED The logs of \`app\`, \`nginx\` have no size limit, unless the server sets one.",
      "docker-compose.yml:2:3 note LOGS_UNLIMITED The logs of \`backend\`, \`frontend\`, \`nginx\` have no size limit, unless the server sets one.",
      "docker-compose.yml:12:3 warning HEALTH_CHECK_MISSING \`frontend\` has no health check: its readiness is unknown.",
      "nginx/conf.d/default.conf:3:16 error NGINX_STALE_ADDRESS nginx keeps the address that \`frontend\` had when nginx started, and deploy.sh never reloads it.",
    ]
  `)
})

test('every action that is not of GitHub itself is named by a tag', async () => {
  const unpinned = check(await specification()).filter(({ code }) => code === 'ACTION_UNPINNED')
  expect(unpinned.map(({ sourceLine }) => sourceLine.trim().replace(/^.*uses: /, ''))).toEqual([
    'docker/setup-buildx-action@v4',
    'docker/login-action@v4',
    'docker/build-push-action@v7',
    'docker/setup-buildx-action@v4',
    'docker/login-action@v4',
    'docker/build-push-action@v7',
  ])
})
